package routes.klaviyo;

/** A mapping yielded something that is no event: the message says what is missing. */
public final class InvalidEventException extends RuntimeException {

    public InvalidEventException(String message) {
        super(message);
    }
}
