package routes.sandbox;

/** A search that Intercom answers with 400 {@code parameter_invalid}; the message is told to the caller. */
final class InvalidSearchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String told;

    InvalidSearchException(String told) {
        super(told);
        this.told = told;
    }

    String told() {
        return told;
    }
}
