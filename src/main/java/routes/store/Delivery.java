package routes.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A pending event, claimed to be sent now.
 *
 * @param contactId Intercom's, or null where it is not known
 * @param attempts how often it was sent before
 * @param busySince since when Klaviyo has not taken it, or null
 * @param dueAt when it became due, Unix milliseconds
 * @param request attributes of the event, JSON
 */
public record Delivery(
        long id,
        String uniqueId,
        String metric,
        @Nullable String contactId,
        Origin origin,
        int attempts,
        @Nullable Instant busySince,
        Instant recordedAt,
        long dueAt,
        String request) {

    /** By id: Camel looks beans up by their hash code, and a hash over all the text at every step costs more than the step. */
    @Override
    public int hashCode() {
        return Long.hashCode(id);
    }
}
