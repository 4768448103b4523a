package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns what REST 2.14 says of an object into what notifications of a generation say of it. Immutable. */
final class NotificationItems {

    /** Contacts carry milliseconds and an offset, statistics neither; REST has seconds since 1970 for both. */
    private static final DateTimeFormatter WITH_MILLIS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSxxx", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static final List<String> PART_FIELDS_SINCE_2_13 =
            List.of("state", "tags", "event_details", "app_package_code", "metadata");

    private final PayloadGeneration generation;

    NotificationItems(PayloadGeneration generation) {
        this.generation = generation;
    }

    PayloadGeneration generation() {
        return generation;
    }

    /** @param parts those that caused the notification; only they are sent, and {@code total_count} counts only them */
    ObjectNode conversation(ObjectNode conversation, List<JsonNode> parts) {
        ObjectNode item = conversation.deepCopy();
        ArrayNode sent = Json.array();
        parts.forEach(part -> sent.add(part.deepCopy()));
        item.putObject("conversation_parts")
                .put("type", "conversation_part.list")
                .put("total_count", sent.size())
                .set("conversation_parts", sent);
        ObjectNode statistics = (ObjectNode) item.path("statistics");
        for (Map.Entry<String, JsonNode> field : List.copyOf(statistics.properties())) {
            if (field.getKey().endsWith("_at") && field.getValue().isNumber()) {
                statistics.put(
                        field.getKey(),
                        Instant.ofEpochSecond(field.getValue().asLong()).toString());
            }
        }
        if (generation == PayloadGeneration.V2_11) {
            sent.forEach(part -> ((ObjectNode) part).remove(PART_FIELDS_SINCE_2_13));
            if (item.path("conversation_rating").isObject()) {
                ((ObjectNode) item.path("conversation_rating")).remove("updated_at");
            }
        }
        return generation == PayloadGeneration.V2_15 ? PlainText.bodies(item) : item;
    }

    /** With all its parts, as only ticket notifications have them. */
    ObjectNode ticket(ObjectNode ticket) {
        ObjectNode item = ticket.deepCopy();
        if (generation == PayloadGeneration.V2_11) {
            JsonNode state = ticket.path("ticket_state");
            item.put("ticket_state", state.path("category").asText())
                    .put(
                            "ticket_state_internal_label",
                            state.path("internal_label").asText())
                    .put(
                            "ticket_state_external_label",
                            state.path("external_label").asText());
        }
        return item;
    }

    /** A reply, note or the like: the ticket stands beside the part. */
    ObjectNode ticketPart(ObjectNode ticket, JsonNode part) {
        ObjectNode item = Json.object().put("type", "ticket_ticket_part");
        item.set("ticket", ticket(ticket));
        item.set("ticket_part", part);
        return item;
    }

    ObjectNode contact(ObjectNode contact) {
        ObjectNode item = contact.deepCopy();
        for (Map.Entry<String, JsonNode> field : List.copyOf(item.properties())) {
            if (field.getKey().endsWith("_at") && field.getValue().isNumber()) {
                item.put(
                        field.getKey(),
                        WITH_MILLIS.format(
                                Instant.ofEpochSecond(field.getValue().asLong())));
            }
        }
        return item;
    }
}
