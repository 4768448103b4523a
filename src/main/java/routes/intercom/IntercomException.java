package routes.intercom;

/** Intercom's REST API could not say what it knows: unreachable, throttled, or refusing the token. Try again later. */
public final class IntercomException extends RuntimeException {

    public IntercomException(String message) {
        super(message);
    }

    public IntercomException(String message, Throwable cause) {
        super(message, cause);
    }
}
