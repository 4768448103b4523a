package routes.sandbox;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event that must reach Klaviyo because of what is in a workspace, worked out from metrics.md and not from the
 * product's code.
 *
 * @param contactId whom it belongs to; null when nobody is named
 * @param identified whether that contact has a valid e-mail or an international, valid phone. Without, the event waits
 */
public record ExpectedEvent(
        String uniqueId,
        String metric,
        Instant time,
        @Nullable String contactId,
        boolean identified) {

    /** The {@code unique_id} of a fact: {@code intercom:<workspace>:<metric in kebab case>:<object id>[:<fact id>]}. */
    static String uniqueId(String workspace, String metric, String objectId, @Nullable String factId) {
        String id = "intercom:" + workspace + ":"
                + metric.toLowerCase(java.util.Locale.ROOT).replace(' ', '-') + ":" + objectId;
        return factId == null ? id : id + ":" + factId;
    }
}
