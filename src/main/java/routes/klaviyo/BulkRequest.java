package routes.klaviyo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
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

    private static final JsonFactory JSON = JsonMapper.builder().build().getFactory();

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

    /**
     * @param events attributes of single events, JSON objects, no {@code unique_id} twice
     * @return UTF-8
     * @throws JsonProcessingException when one is not JSON
     */
    public static byte[] of(List<String> events) throws JsonProcessingException {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder();
                JsonGenerator request = JSON.createGenerator(bytes)) {
            request.writeStartObject();
            request.writeObjectFieldStart("data");
            request.writeStringField("type", "event-bulk-create-job");
            request.writeObjectFieldStart("attributes");
            request.writeObjectFieldStart("events-bulk-create");
            request.writeArrayFieldStart("data");
            for (String event : events) {
                writeGroup(event, request);
            }
            request.close();
            return bytes.toByteArray();
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }

    /** Token by token: only the profile, which stands beside its event here, is built up. */
    private static void writeGroup(String event, JsonGenerator request) throws IOException {
        ObjectNode profile = null;
        request.writeStartObject();
        request.writeStringField("type", "event-bulk-create");
        request.writeObjectFieldStart("attributes");
        request.writeObjectFieldStart("events");
        request.writeArrayFieldStart("data");
        request.writeStartObject();
        request.writeStringField("type", "event");
        request.writeObjectFieldStart("attributes");
        try (JsonParser attributes = JSON.createParser(event)) {
            if (attributes.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("the attributes of an event are no object");
            }
            while (attributes.nextToken() == JsonToken.FIELD_NAME) {
                if (attributes.currentName().equals("profile")) {
                    attributes.nextToken();
                    profile = attributes.readValueAsTree();
                } else {
                    request.copyCurrentStructure(attributes);
                }
            }
        }
        request.writeEndObject();
        request.writeEndObject();
        request.writeEndArray();
        request.writeEndObject();
        if (profile != null) {
            request.writeObjectField("profile", besideItsEvent(profile));
        }
        request.writeEndObject();
        request.writeEndObject();
    }

    /** The one difference in shape: meta is a sibling of attributes here and stands inside them in a single event. */
    private static ObjectNode besideItsEvent(ObjectNode profile) {
        if (profile.path("data").path("attributes").has("meta")) {
            ObjectNode data = (ObjectNode) profile.get("data");
            data.set("meta", ((ObjectNode) data.get("attributes")).remove("meta"));
        }
        return profile;
    }

    /** @return the index of the group that a refusal's {@code source.pointer} names */
    public static OptionalInt group(@Nullable String pointer) {
        Matcher matcher = GROUP.matcher(pointer == null ? "" : pointer);
        return matcher.find() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }
}
