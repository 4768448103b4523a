package routes.intercom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads values that Intercom writes in several ways, by version and by topic; what cannot be read is absent. */
public final class Json {

    /** Beyond this a number is milliseconds: as seconds it would be in the year 5138. */
    private static final long LATEST_SECOND = 100_000_000_000L;

    private static final int ID_MAX = 100;

    private Json() {}

    /** @return text of a string or number; null for anything else, and for an empty string */
    public static @Nullable String text(@Nullable JsonNode node) {
        if (node == null || !(node.isTextual() || node.isNumber())) {
            return null;
        }
        String text = node.asText();
        return text.isEmpty() ? null : text;
    }

    /**
     * @return an id written as string or number; null where it says "none" (absent, null, 0 or "0"), and where it is none:
     *     longer than any, or with characters that a database might not take or tell apart
     */
    public static @Nullable String id(@Nullable JsonNode node) {
        String id = text(node);
        return id == null
                        || id.equals("0")
                        || id.length() > ID_MAX
                        || id.chars().anyMatch(Json::isOdd)
                ? null
                : id;
    }

    private static boolean isOdd(int character) {
        return Character.isISOControl(character) || Character.isSurrogate((char) character);
    }

    public static ObjectNode object(@Nullable JsonNode node) {
        return node instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
    }

    /**
     * @return the objects of a list that Intercom wraps ({@code {"tags": [...]}}, {@code {"data": [...]}}) or, in hand-made and old
     *     payloads, gives bare
     */
    public static List<ObjectNode> list(@Nullable JsonNode node, String member) {
        JsonNode array = node instanceof ArrayNode ? node : object(node).get(member);
        List<ObjectNode> objects = new ArrayList<>();
        if (array instanceof ArrayNode) {
            array.forEach(element -> {
                if (element instanceof ObjectNode object) {
                    objects.add(object);
                }
            });
        }
        return objects;
    }

    /**
     * @return the instant of Unix seconds (number or string), Unix milliseconds, or an ISO 8601 date with or without
     *     milliseconds and offset; null where there is none
     */
    public static @Nullable Instant instant(@Nullable JsonNode node) {
        String text = text(node);
        if (text == null) {
            return null;
        }
        try {
            if (text.indexOf('T') > 0) {
                return text.endsWith("Z")
                        ? Instant.parse(text)
                        : OffsetDateTime.parse(text).toInstant();
            }
            double number = Double.parseDouble(text);
            if (!(number > 0)) {
                return null;
            }
            long units = (long) number;
            Instant instant = units > LATEST_SECOND ? Instant.ofEpochMilli(units) : Instant.ofEpochSecond(units);
            return instant.getEpochSecond() > LATEST_SECOND ? null : instant;
        } catch (NumberFormatException | DateTimeException e) {
            return null;
        }
    }

    /** @return Unix seconds of {@link #instant}; null where there is none */
    public static @Nullable Long seconds(@Nullable JsonNode node) {
        Instant instant = instant(node);
        return instant == null ? null : instant.getEpochSecond();
    }
}
