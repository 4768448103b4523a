package routes.history;

/** Intercom's history cannot be read as it is asked for: trying again does not help. */
final class HistoryException extends RuntimeException {

    HistoryException(String message) {
        super(message);
    }
}
