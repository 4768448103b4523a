package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a complete import of a workspace yields: metrics.md, section "History", over what REST gives (so only the newest
 * 500 parts of a conversation count). Not thread-safe.
 */
final class ExpectedHistory {

    private final Workspace workspace;
    private final List<ExpectedEvent> events = new ArrayList<>();

    private ExpectedHistory(Workspace workspace) {
        this.workspace = workspace;
    }

    static List<ExpectedEvent> of(Workspace workspace) {
        ExpectedHistory history = new ExpectedHistory(workspace);
        for (Stored stored : workspace.conversationShelf().all()) {
            history.conversation(stored.nodeWithNewestParts(IntercomStandIn.MAX_PARTS));
        }
        for (Stored stored : workspace.ticketShelf().all()) {
            history.ticket(stored.nodeWithNewestParts(IntercomStandIn.MAX_PARTS));
        }
        return history.events;
    }

    private void conversation(ObjectNode conversation) {
        String id = conversation.path("id").asText();
        String first = firstContact(conversation);
        JsonNode author = conversation.path("source").path("author");
        if (conversation.path("source").path("delivered_as").asText().equals("customer_initiated")) {
            add(
                    "Created Conversation",
                    id,
                    null,
                    conversation.path("created_at").asLong(),
                    first,
                    author);
        }
        JsonNode parts = conversation.path("conversation_parts").path("conversation_parts");
        JsonNode rating = conversation.path("conversation_rating");
        if (rating.path("rating").isNumber()) {
            String rater = rating.path("contact").path("id").asText("");
            add(
                    "Rated Conversation",
                    id,
                    rating.path("rating").asText(),
                    ratedAt(rating, parts),
                    rater.isEmpty() ? first : rater,
                    author);
        }
        // Replies to what is a ticket now are reported as Replied to Ticket.
        if (!conversation.path("ticket").isObject()) {
            for (JsonNode part : parts) {
                if (saidByContact(part)) {
                    reply("Replied to Conversation", id, part);
                }
            }
        }
    }

    private void ticket(ObjectNode ticket) {
        String id = ticket.path("id").asText();
        String first = firstContact(ticket);
        JsonNode parts = ticket.path("ticket_parts").path("ticket_parts");
        long made = 0;
        for (JsonNode part : parts) {
            if (part.path("part_type").asText().startsWith("ticket_state_updated")) {
                long at = part.path("created_at").asLong();
                made = made == 0 ? at : made;
                String metric =
                        switch (part.path("ticket_state").asText()) {
                            case "submitted" -> "Submitted Ticket";
                            case "waiting_on_customer" -> "Marked Ticket On Hold";
                            case "resolved" -> "Resolved Ticket";
                            default -> null;
                        };
                if (metric != null) {
                    add(metric, id, part.path("id").asText(), at, first, MissingNode.getInstance());
                }
            } else if (saidByContact(part) && !part.path("part_type").asText().equals("note")) {
                reply("Replied to Ticket", id, part);
            }
        }
        long created = made == 0 ? ticket.path("created_at").asLong() : made;
        add("Created Ticket", id, null, created, first, MissingNode.getInstance());
    }

    private void reply(String metric, String id, JsonNode part) {
        JsonNode author = part.path("author");
        add(
                metric,
                id,
                part.path("id").asText(),
                part.path("created_at").asLong(),
                author.path("id").asText(),
                author);
    }

    private void add(
            String metric, String id, @Nullable String factId, long at, @Nullable String contact, JsonNode author) {
        events.add(new ExpectedEvent(
                ExpectedEvent.uniqueId(workspace.idCode(), metric, id, factId),
                metric,
                Instant.ofEpochSecond(at),
                contact,
                Identities.known(workspace, contact, author)));
    }

    private static long ratedAt(JsonNode rating, JsonNode parts) {
        if (rating.path("updated_at").isNumber()) {
            return rating.path("updated_at").asLong();
        }
        long newest = 0;
        for (JsonNode part : parts) {
            String type = part.path("part_type").asText();
            if (type.equals("conversation_rating_changed") || type.equals("conversation_rating_remark_added")) {
                newest = Math.max(newest, part.path("created_at").asLong());
            }
        }
        return newest == 0 ? rating.path("created_at").asLong() : newest;
    }

    private static boolean saidByContact(JsonNode part) {
        String type = part.path("author").path("type").asText();
        boolean contact = type.equals("user") || type.equals("lead") || type.equals("contact");
        return contact && !PlainText.of(part.path("body").asText("")).isBlank();
    }

    private static @Nullable String firstContact(JsonNode object) {
        JsonNode id = object.path("contacts").path("contacts").path(0).path("id");
        return id.isMissingNode() ? null : id.asText();
    }
}
