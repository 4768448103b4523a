package routes.klaviyo;

import java.util.function.UnaryOperator;

/** Where all who send for one account find each other's counts. */
@FunctionalInterface
public interface PaceLedger {

    /**
     * Changes what is written for an endpoint; nobody else does while the change runs.
     *
     * @param change is given what is written, the empty string at first, and returns what is to be written
     * @return false when it cannot be told whether the change was written
     */
    boolean change(String endpoint, UnaryOperator<String> change);
}
