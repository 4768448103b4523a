package routes;

/** A command cannot do what it was asked; the message is all the operator needs. */
final class CommandException extends RuntimeException {

    CommandException(String message) {
        super(message);
    }
}
