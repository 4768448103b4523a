package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A conversation, ticket or contact as bytes: a tenth of the memory of a tree of nodes, and ready to be sent. What
 * searches ask most often stands beside them. Immutable.
 */
final class Stored {

    private static final String CONVERSATION_PARTS = "conversation_parts";

    private final String id;
    private final long createdAt;
    private final long updatedAt;
    private final String state;
    private final int score;
    private final long ratingRequestedAt;
    private final long ratingRepliedAt;
    private final byte[] head;
    private final byte @Nullable [] parts;
    private final int partCount;

    private Stored(ObjectNode node) {
        id = node.path("id").asText();
        createdAt = node.path("created_at").asLong();
        updatedAt = node.path("updated_at").asLong();
        JsonNode ticketState = node.path("ticket_state");
        state = ticketState.isObject()
                ? ticketState.path("category").asText()
                : node.path("state").asText();
        JsonNode rating = node.path("conversation_rating");
        score = rating.path("rating").asInt();
        ratingRequestedAt = rating.path("created_at").asLong();
        ratingRepliedAt = score == 0 ? 0 : repliedAt(node, rating);
        JsonNode ownParts = node.path(CONVERSATION_PARTS);
        if (ownParts.isObject()) {
            ObjectNode rest = Json.object();
            node.properties().forEach(field -> {
                if (!field.getKey().equals(CONVERSATION_PARTS)) {
                    rest.set(field.getKey(), field.getValue());
                }
            });
            head = Json.bytes(rest);
            parts = Json.bytes(ownParts);
            partCount = ownParts.path(CONVERSATION_PARTS).size();
        } else {
            head = Json.bytes(node);
            parts = null;
            partCount = Math.max(
                    node.path("ticket_parts").path("ticket_parts").size(),
                    node.path("tags").path("data").size());
        }
    }

    static Stored of(ObjectNode node) {
        return new Stored(node);
    }

    String id() {
        return id;
    }

    long createdAt() {
        return createdAt;
    }

    long updatedAt() {
        return updatedAt;
    }

    /** A conversation's state, a ticket's category of state. */
    String state() {
        return state;
    }

    /** The rating, 0 when there is none. */
    int score() {
        return score;
    }

    long ratingRequestedAt() {
        return ratingRequestedAt;
    }

    /** When the contact rated: Intercom filters by it and never tells it. */
    long ratingRepliedAt() {
        return ratingRepliedAt;
    }

    /** How many parts a conversation or ticket has, how many tags a contact. */
    int partCount() {
        return partCount;
    }

    /** As in the answer to a search: a conversation has no parts there, a ticket has. */
    byte[] head() {
        return head;
    }

    /** As in the answer to a GET, with all parts. */
    byte[] whole() {
        if (parts == null) {
            return head;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(head.length + parts.length + 32);
        out.write(head, 0, head.length - 1);
        out.writeBytes((",\"" + CONVERSATION_PARTS + "\":").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(parts);
        out.write('}');
        return out.toByteArray();
    }

    /** A new tree, the caller's own. */
    ObjectNode node() {
        return Json.parse(whole());
    }

    /** The same with only the newest {@code limit} parts; {@code total_count} keeps telling the real number. */
    ObjectNode nodeWithNewestParts(int limit) {
        ObjectNode node = node();
        String name = parts == null ? "ticket_parts" : CONVERSATION_PARTS;
        JsonNode list = node.path(name).path(name);
        if (list.size() > limit) {
            ArrayNode newest = Json.array();
            for (int i = list.size() - limit; i < list.size(); i++) {
                newest.add(list.get(i));
            }
            ((ObjectNode) node.path(name)).set(name, newest);
        }
        return node;
    }

    private static long repliedAt(JsonNode node, JsonNode rating) {
        long newest = 0;
        for (JsonNode part : node.path(CONVERSATION_PARTS).path(CONVERSATION_PARTS)) {
            if (part.path("part_type").asText().startsWith("conversation_rating_")) {
                newest = Math.max(newest, part.path("created_at").asLong());
            }
        }
        if (newest > 0) {
            return newest;
        }
        return rating.path("updated_at").asLong(rating.path("created_at").asLong());
    }
}
