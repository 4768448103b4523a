package routes.klaviyo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One event as Klaviyo takes it.
 *
 * @param uniqueId 1 to 255 characters; Klaviyo keeps one event for each (profile, metric, unique_id)
 * @param metric less than 128 characters
 * @param email valid, or null
 * @param phone E.164, or null
 * @param attributes of {@code {"data": {"type": "event", "attributes": …}}}
 */
public record Event(
        String uniqueId,
        String metric,
        Instant time,
        @Nullable String email,
        @Nullable String phone,
        ObjectNode attributes) {

    /** Of the API; named in every request. */
    public static final String REVISION = "2026-07-15";

    private static final int UNIQUE_ID_MAX = 255;
    private static final int METRIC_MAX = 127;
    /** A longer string makes Klaviyo refuse the whole event. */
    private static final int STRING_MAX_BYTES = 100_000;
    /** Categories of Unicode, a bit for each. Also halves of pairs: encoded, two ids that differ in them only would be the same. */
    private static final int INVISIBLE = 1 << Character.CONTROL
            | 1 << Character.FORMAT
            | 1 << Character.SURROGATE
            | 1 << Character.PRIVATE_USE
            | 1 << Character.UNASSIGNED
            | 1 << Character.LINE_SEPARATOR
            | 1 << Character.PARAGRAPH_SEPARATOR;

    /**
     * @param mapped what a transformer yields: {@code {metric, unique_id, time, properties, profile, backfill}}
     * @throws InvalidEventException when one of the first three is missing or cannot be one
     */
    public static Event of(JsonNode mapped) {
        String uniqueId = required(mapped, "unique_id", UNIQUE_ID_MAX);
        String metric = required(mapped, "metric", METRIC_MAX);
        Instant time = time(mapped);

        JsonNodeFactory nodes = JsonNodeFactory.instance;
        ObjectNode attributes = nodes.objectNode();
        attributes.set("properties", present(mapped.get("properties")));
        attributes
                .putObject("metric")
                .putObject("data")
                .put("type", "metric")
                .putObject("attributes")
                .put("name", metric);
        ObjectNode profile = profile(mapped.get("profile"));
        attributes.putObject("profile").putObject("data").put("type", "profile").set("attributes", profile);
        attributes.put("time", time.toString());
        attributes.put("unique_id", uniqueId);
        for (String optional : new String[] {"value", "value_currency"}) {
            if (mapped.hasNonNull(optional)) {
                attributes.set(optional, mapped.get(optional));
            }
        }
        if (mapped.path("backfill").asBoolean()) {
            attributes.put("backfill", true);
        }
        return new Event(
                uniqueId,
                metric,
                time,
                profile.path("email").textValue(),
                profile.path("phone_number").textValue(),
                attributes);
    }

    /** @return whether Klaviyo can tell whose event it is */
    public boolean hasIdentity() {
        return email != null || phone != null;
    }

    /** @return the body of {@code POST /api/events} */
    public ObjectNode request() {
        return single(attributes);
    }

    /** @return the body of {@code POST /api/events} for these attributes of an event */
    public static ObjectNode single(ObjectNode attributes) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.putObject("data").put("type", "event").set("attributes", attributes);
        return request;
    }

    /**
     * Says whether a text can be a {@code unique_id}, before it is looked up: a database may not even take it in a question.
     *
     * @throws InvalidEventException when it cannot
     */
    public static void requireUniqueId(String text) {
        var unused = required(JsonNodeFactory.instance.objectNode().put("unique_id", text), "unique_id", UNIQUE_ID_MAX);
    }

    private static String required(JsonNode mapped, String member, int max) {
        JsonNode value = mapped.get(member);
        if (value == null || !value.isTextual() || value.textValue().isBlank()) {
            throw new InvalidEventException("the mapping yields no " + member);
        }
        if (value.textValue().length() > max) {
            throw new InvalidEventException("the " + member + " is longer than " + max + " characters");
        }
        if (value.textValue()
                .codePoints()
                .anyMatch(character -> (INVISIBLE >> Character.getType(character) & 1) != 0)) {
            throw new InvalidEventException("the " + member + " has control characters");
        }
        return value.textValue();
    }

    private static Instant time(JsonNode mapped) {
        String time = required(mapped, "time", 40);
        try {
            Instant instant = OffsetDateTime.parse(time).toInstant();
            return Instant.ofEpochSecond(instant.getEpochSecond());
        } catch (DateTimeException e) {
            throw new InvalidEventException("the time is not ISO 8601");
        }
    }

    private static ObjectNode profile(@Nullable JsonNode mapped) {
        ObjectNode profile = present(mapped);
        for (String part : new String[] {"location", "properties"}) {
            if (profile.get(part) instanceof ObjectNode object) {
                ObjectNode kept = present(object);
                if (kept.isEmpty()) {
                    profile.remove(part);
                } else {
                    profile.set(part, kept);
                }
            }
        }
        return profile;
    }

    /** Leaves out null, "" and empty lists: Klaviyo takes them for "never set" anyway. */
    private static ObjectNode present(@Nullable JsonNode mapped) {
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        if (mapped instanceof ObjectNode object) {
            for (Iterator<Map.Entry<String, JsonNode>> members = object.fields(); members.hasNext(); ) {
                Map.Entry<String, JsonNode> member = members.next();
                JsonNode value = member.getValue();
                boolean absent = value.isNull()
                        || (value.isTextual() && value.textValue().isEmpty())
                        || (value instanceof ArrayNode list && list.isEmpty());
                if (!absent) {
                    kept.set(member.getKey(), value.isTextual() ? shortened(value) : value);
                }
            }
        }
        return kept;
    }

    private static JsonNode shortened(JsonNode text) {
        String value = text.textValue();
        if (value.length() <= STRING_MAX_BYTES / 4) {
            return text;
        }
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= STRING_MAX_BYTES) {
            return text;
        }
        int end = STRING_MAX_BYTES;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return TextNode.valueOf(new String(bytes, 0, end, StandardCharsets.UTF_8));
    }
}
