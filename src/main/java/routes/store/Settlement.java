package routes.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What came of sending one event.
 *
 * @param state delivered, pending (busy: due again at {@code dueAt}), parked or waiting
 * @param status of the answer, 0 without one
 * @param answer Klaviyo's words, or why there are none
 * @param request the attributes as they are to be sent from now on, null when unchanged
 */
public record Settlement(
        Delivery delivery,
        State state,
        @Nullable Instant dueAt,
        int status,
        @Nullable String answer,
        @Nullable String request) {}
