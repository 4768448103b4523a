package routes.klaviyo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /api/event-bulk-create-jobs}: one group for each event, so that the group which Klaviyo's
 * {@code source.pointer} names is the event it means.
 */
public final class BulkRequest {

    /** Klaviyo: at most 1,000 events in a request. */
    public static final int MAX_EVENTS = 1_000;
    /** Klaviyo: at most 5 MB; a margin for the wrapping. */
    public static final int MAX_BYTES = 4_800_000;

    private static final Pattern GROUP = Pattern.compile("^/data/attributes/events-bulk-create/data/(\\d{1,4})(?:/|$)");

    /** What wraps an event in a bulk request, beyond what wraps it alone. */
    private static final int WRAPPING = 200;

    private BulkRequest() {}

    /** @return how much of {@link #MAX_BYTES} an event takes, as UTF-8 */
    public static int bytesOf(String attributes) {
        int bytes = WRAPPING;
        for (int i = 0; i < attributes.length(); i++) {
            char c = attributes.charAt(i);
            // A pair of surrogates is four bytes: two for each half.
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }

    /** @param events attributes of single events, no {@code unique_id} twice; they become parts of it */
    public static ObjectNode of(List<ObjectNode> events) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        ArrayNode groups = request.putObject("data")
                .put("type", "event-bulk-create-job")
                .putObject("attributes")
                .putObject("events-bulk-create")
                .putArray("data");
        events.forEach(event -> groups.add(group(event)));
        return request;
    }

    private static ObjectNode group(ObjectNode event) {
        ObjectNode profile = (ObjectNode) event.remove("profile");
        // The one difference in shape: meta is a sibling of attributes here and stands inside them in a single event.
        if (profile.path("data").path("attributes").has("meta")) {
            ObjectNode data = (ObjectNode) profile.get("data");
            data.set("meta", ((ObjectNode) data.get("attributes")).remove("meta"));
        }
        ObjectNode group = JsonNodeFactory.instance.objectNode();
        group.put("type", "event-bulk-create");
        ObjectNode attributes = group.putObject("attributes");
        attributes.set("profile", profile);
        attributes
                .putObject("events")
                .putArray("data")
                .addObject()
                .put("type", "event")
                .set("attributes", event);
        return group;
    }

    /** @return the index of the group that a refusal's {@code source.pointer} names */
    public static OptionalInt group(@Nullable String pointer) {
        Matcher matcher = GROUP.matcher(pointer == null ? "" : pointer);
        return matcher.find() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }
}
