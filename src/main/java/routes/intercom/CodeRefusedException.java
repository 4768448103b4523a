package routes.intercom;

/** Intercom does not give a token for the code: used, too old, or not this app's; or it does not know the app's secret. */
public final class CodeRefusedException extends Exception {

    CodeRefusedException(String message) {
        super(message);
    }
}
