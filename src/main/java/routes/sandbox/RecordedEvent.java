package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * An event that the Klaviyo stand-in has taken for the first time.
 *
 * @param uniqueId as sent, or the second of the event where none was sent, as Klaviyo defaults it
 * @param time truncated to the second, as Klaviyo does
 * @param profileKey see {@link Profiles#keyOf}
 * @param attributes {@code data.attributes} of the event; of a bulk job too, with the group's {@code profile} put in
 * @param backfill whether the event would start no flows
 * @param bulk whether it came in a bulk job
 */
public record RecordedEvent(
        String uniqueId,
        String metric,
        Instant time,
        String profileKey,
        JsonNode attributes,
        boolean backfill,
        boolean bulk,
        Instant receivedAt) {

    /**
     * {@code unique_id<TAB>metric<TAB>time<TAB>profile<TAB>backfill<TAB>received at}, as {@code GET /__stand-in/events}
     * lists it.
     */
    public String line() {
        return uniqueId + '\t' + metric + '\t' + time + '\t' + profileKey + '\t' + backfill + '\t' + receivedAt;
    }

    /** What Klaviyo tells events apart by: (profile, metric, {@code unique_id}). */
    String identity() {
        return profileKey + '\t' + metric + '\t' + uniqueId;
    }
}
