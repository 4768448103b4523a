package routes.store;

/** The database could not do what it was asked: nothing was changed. The message is for the operator. */
public class StoreException extends RuntimeException {

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
