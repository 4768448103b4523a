package routes.store;

/**
 * Another transaction was faster: nothing was written, and what it was about will be read again. Nothing is wrong.
 *
 * <p>It happens when several notifications tell one fact and reach different instances at once, and where the database
 * ends one of two transactions that wait for each other.
 */
public final class OvertakenException extends StoreException {

    public OvertakenException(String message) {
        super(message);
    }

    public OvertakenException(String message, Throwable cause) {
        super(message, cause);
    }
}
