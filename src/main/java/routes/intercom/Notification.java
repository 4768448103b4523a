package routes.intercom;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The envelope of one notification, read without building a tree: enough to store and answer it.
 *
 * @param id {@code notif_<uuid>}, stable over Intercom's retry; a digest of the body where Intercom gives none (ping,
 *     and the test sends of the Developer Hub)
 * @param topic dotted type, for example {@code conversation.rating.added}
 */
public record Notification(String id, String topic) {

    /** The largest body that is read: a ticket's notification carries all its parts, up to 500, with HTML. */
    public static final int MAX_BYTES = 5 * 1024 * 1024;

    /** Always subscribed, sent by Intercom to see whether anybody is there. */
    public static final String PING = "ping";

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(MAX_BYTES)
                    .maxNestingDepth(200)
                    .build())
            .build();

    // What a sender writes reaches logs, labels and columns only in these shapes.
    private static final Word TOPIC = new Word("_.-", 100);
    private static final Word ID = new Word("_.:-", 100);

    /**
     * @param body UTF-8 JSON
     * @throws NotANotificationException when it is not JSON throughout, or not an object with a topic
     */
    public static Notification read(byte[] body) throws NotANotificationException {
        if (isOtherEncoding(body)) {
            throw new NotANotificationException("not UTF-8");
        }
        String id = null;
        String topic = null;
        String type = null;
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new NotANotificationException(parser.currentToken() == null ? "empty" : "not a JSON object");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "id" -> id = text(parser, value);
                    case "topic" -> topic = text(parser, value);
                    case "type" -> type = text(parser, value);
                    default -> {}
                }
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw new NotANotificationException("more than one JSON value");
            }
        } catch (JsonParseException | CharConversionException e) {
            throw new NotANotificationException("not JSON");
        } catch (JsonProcessingException e) {
            throw new NotANotificationException("JSON beyond all measure");
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
        if (type != null && !type.equals("notification_event")) {
            throw new NotANotificationException("type is not notification_event");
        }
        if (topic == null || !TOPIC.matches(topic)) {
            throw new NotANotificationException("no topic");
        }
        return new Notification(id != null && ID.matches(id) ? id : digest(body), topic);
    }

    /** JSON between systems is UTF-8 without a byte order mark (RFC 8259); a parser of bytes would guess: UTF-16, UTF-32. */
    private static boolean isOtherEncoding(byte[] body) {
        return body.length > 1 && (body[0] == 0 || body[1] == 0 || (body[0] & 0xFF) >= 0xEF);
    }

    private static @Nullable String text(JsonParser parser, JsonToken value) throws IOException {
        return value == JsonToken.VALUE_STRING ? parser.getText() : null;
    }

    private static String digest(byte[] body) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
