package routes.intercom;

/** The body is not signed by one of our client secrets: nothing in it is to be believed. */
public final class UnsignedException extends Exception {

    public UnsignedException() {
        // No stack trace: anybody can send such a request, as fast as they like.
        super("signature missing, malformed or not made with a known client secret", null, false, false);
    }
}
