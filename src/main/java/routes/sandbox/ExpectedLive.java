package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one notification yields: the table "Which notification yields which metric" of metrics.md, read a second time
 * and apart from the product's routes. A checker compares the two.
 */
public final class ExpectedLive {

    private final Workspace workspace;

    /** @param workspace tells whether contacts are known by e-mail or phone at the time of the question */
    public ExpectedLive(Workspace workspace) {
        this.workspace = workspace;
    }

    /** The events that must come of it: none, one, or for {@code ticket.created} two. */
    public List<ExpectedEvent> of(ObjectNode notification) {
        JsonNode item = notification.path("data").path("item");
        JsonNode ticket = item.path("ticket").isObject() ? item.path("ticket") : item;
        long sent = notification.path("created_at").asLong();
        return switch (notification.path("topic").asText()) {
            case "conversation.user.created" ->
                List.of(event(
                        "Created Conversation",
                        item,
                        null,
                        item.path("created_at").asLong()));
            case "conversation.rating.added" -> rated(item, sent);
            case "conversation.read" -> List.of(event("Read Conversation", item, Long.toString(sent), sent));
            case "conversation.user.replied" -> item.path("ticket").isObject() ? List.of() : replied(item);
            case "ticket.created" -> created(ticket);
            case "ticket.state.updated" -> stated(ticket);
            case "ticket.resolved", "ticket.closed" -> category(ticket).equals("resolved") ? stated(ticket) : List.of();
            case "ticket.contact.replied" -> List.of(reply("Replied to Ticket", ticket, item.path("ticket_part")));
            default -> List.of();
        };
    }

    private List<ExpectedEvent> rated(JsonNode item, long sent) {
        JsonNode rating = item.path("conversation_rating");
        if (!rating.path("rating").isNumber()) {
            return List.of();
        }
        long at = rating.path("updated_at").asLong(sent);
        return List.of(event("Rated Conversation", item, rating.path("rating").asText(), at));
    }

    private List<ExpectedEvent> replied(JsonNode item) {
        JsonNode parts = item.path("conversation_parts").path("conversation_parts");
        JsonNode newest = parts.path(parts.size() - 1);
        return List.of(reply("Replied to Conversation", item, newest));
    }

    private List<ExpectedEvent> created(JsonNode ticket) {
        JsonNode first = MissingNode.getInstance();
        for (JsonNode part : ticket.path("ticket_parts").path("ticket_parts")) {
            if (first.isMissingNode() && isStatePart(part)) {
                first = part;
            }
        }
        long at = first.path("created_at").asLong(ticket.path("created_at").asLong());
        ExpectedEvent created = event("Created Ticket", ticket, null, at);
        return category(ticket).equals("submitted")
                ? List.of(created, stated(ticket).get(0))
                : List.of(created);
    }

    private List<ExpectedEvent> stated(JsonNode ticket) {
        String category = category(ticket);
        String metric =
                switch (category) {
                    case "submitted" -> "Submitted Ticket";
                    case "waiting_on_customer" -> "Marked Ticket On Hold";
                    case "resolved" -> "Resolved Ticket";
                    default -> null;
                };
        if (metric == null) {
            return List.of();
        }
        long updated = ticket.path("updated_at").asLong();
        String fact = category + "@" + updated;
        long at = updated;
        for (JsonNode part : ticket.path("ticket_parts").path("ticket_parts")) {
            if (isStatePart(part) && part.path("ticket_state").asText().equals(category)) {
                fact = part.path("id").asText();
                at = part.path("created_at").asLong();
            }
        }
        return List.of(event(metric, ticket, fact, at));
    }

    private ExpectedEvent reply(String metric, JsonNode object, JsonNode part) {
        JsonNode author = part.path("author");
        String contact = author.path("id").asText();
        return new ExpectedEvent(
                ExpectedEvent.uniqueId(
                        workspace.idCode(),
                        metric,
                        object.path("id").asText(),
                        part.path("id").asText()),
                metric,
                Instant.ofEpochSecond(part.path("created_at").asLong()),
                contact,
                Identities.known(workspace, contact, author));
    }

    private ExpectedEvent event(String metric, JsonNode object, @Nullable String fact, long at) {
        JsonNode first = object.path("contacts").path("contacts").path(0).path("id");
        String contact = first.isMissingNode() ? null : first.asText();
        return new ExpectedEvent(
                ExpectedEvent.uniqueId(
                        workspace.idCode(), metric, object.path("id").asText(), fact),
                metric,
                Instant.ofEpochSecond(at),
                contact,
                Identities.known(workspace, contact, object.path("source").path("author")));
    }

    private static boolean isStatePart(JsonNode part) {
        return part.path("part_type").asText().startsWith("ticket_state_updated");
    }

    private static String category(JsonNode ticket) {
        JsonNode state = ticket.path("ticket_state");
        return state.isObject() ? state.path("category").asText() : state.asText();
    }
}
