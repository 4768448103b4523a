package routes.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event as it enters the delivery log.
 *
 * @param uniqueId the idempotent key
 * @param metric null for a notification that could not be made into an event
 * @param contactId Intercom's, by which waiting events are found again
 * @param profile e-mail or E.164 phone, null while it is unknown
 * @param state pending, waiting or parked
 * @param reason why it is parked or waiting, for a person
 * @param request attributes of the event for Klaviyo, which nobody changes any more
 */
public record RecordedEvent(
        String uniqueId,
        @Nullable String metric,
        @Nullable String contactId,
        @Nullable String profile,
        @Nullable Instant time,
        State state,
        @Nullable String reason,
        @Nullable JsonNode request) {

    /** Begins the {@code unique_id} of what is no event: a notification parked as a whole. */
    public static final String WHOLE_NOTIFICATION = "notification:";
}
