package routes.store;

import java.util.Locale;

/** Where an event of the delivery log stands. */
public enum State {
    /** To be sent, now or later. */
    PENDING,
    /** Klaviyo took it. */
    DELIVERED,
    /** Refused, or not to be made into an event: needs a person. */
    PARKED,
    /** Its contact has neither e-mail nor phone yet: needs an identity. */
    WAITING;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
