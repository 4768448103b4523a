package routes;

/** A routes file cannot be used; the message names file, line and reason. */
public final class RoutesException extends RuntimeException {

    RoutesException(String message) {
        super(message);
    }

    RoutesException(String message, Throwable cause) {
        super(message, cause);
    }
}
