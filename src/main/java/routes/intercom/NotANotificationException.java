package routes.intercom;

/** A signed body that is no JSON or not a notification; the message is the reason, from a fixed list, free of content. */
public final class NotANotificationException extends Exception {

    public NotANotificationException(String reason) {
        super(reason, null, false, false);
    }
}
