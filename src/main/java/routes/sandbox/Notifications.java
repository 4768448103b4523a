package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What Intercom would post about objects of a workspace as they are now. Every method throws {@link
 * NoSuchElementException} when the workspace has no such object. Not thread-safe.
 */
public final class Notifications {

    private final Workspace workspace;
    private final NotificationItems items;
    private final Clock clock;
    private final RandomGenerator random;

    /**
     * @param clock gives {@code created_at} of the notifications
     * @param random gives their ids
     */
    public Notifications(Workspace workspace, PayloadGeneration generation, Clock clock, RandomGenerator random) {
        this.workspace = workspace;
        this.items = new NotificationItems(generation);
        this.clock = clock;
        this.random = random;
    }

    /** {@code conversation.user.created}. A bot's first part can be in it already. */
    public ObjectNode conversationCreated(String id) {
        return conversation("conversation.user.created", id, part -> part.path("part_type")
                .asText()
                .equals("language_detection_details"));
    }

    /** {@code conversation.user.replied} with the newest part that a contact wrote. */
    public ObjectNode conversationReplied(String id) {
        return conversationWithNewest("conversation.user.replied", id, Notifications::byContact);
    }

    /** {@code conversation.admin.replied} with the newest part that a teammate wrote; not synced. */
    public ObjectNode conversationAnswered(String id) {
        return conversationWithNewest("conversation.admin.replied", id, part -> author(part, "admin"));
    }

    /** {@code conversation.read}, with all parts that bots wrote. */
    public ObjectNode conversationRead(String id) {
        return conversation("conversation.read", id, part -> author(part, "bot"));
    }

    /** {@code conversation.rating.added}. */
    public ObjectNode conversationRated(String id) {
        return conversationWithNewest("conversation.rating.added", id, part -> part.path("part_type")
                .asText()
                .equals("conversation_rating_changed"));
    }

    /** {@code conversation.admin.closed}; not synced. */
    public ObjectNode conversationClosed(String id) {
        return conversationWithNewest("conversation.admin.closed", id, part -> part.path("part_type")
                .asText()
                .equals("close"));
    }

    /** {@code ticket.created}. */
    public ObjectNode ticketCreated(String id) {
        return notification("ticket.created", items.ticket(ticket(id)));
    }

    /** {@code ticket.state.updated}, for whatever state the ticket is in. */
    public ObjectNode ticketStateUpdated(String id) {
        return notification("ticket.state.updated", items.ticket(ticket(id)));
    }

    /** {@code ticket.resolved}, which Intercom sends from 2.15 on. */
    public ObjectNode ticketResolved(String id) {
        return notification("ticket.resolved", items.ticket(ticket(id)));
    }

    /** {@code ticket.closed}: to 2.14 another word for resolved, from 2.15 nested and about the conversation. */
    public ObjectNode ticketClosed(String id) {
        ObjectNode ticket = items.ticket(ticket(id));
        return notification(
                "ticket.closed",
                items.generation() == PayloadGeneration.V2_15 ? Json.object().set("ticket", ticket) : ticket);
    }

    /** {@code ticket.contact.replied} with the newest part that a contact wrote. */
    public ObjectNode ticketReplied(String id) {
        return ticketPart("ticket.contact.replied", id, Notifications::byContact);
    }

    /** {@code ticket.admin.replied} with the newest part with a body that a teammate wrote; not synced. */
    public ObjectNode ticketAnswered(String id) {
        return ticketPart(
                "ticket.admin.replied",
                id,
                part -> author(part, "admin") && part.path("body").isTextual());
    }

    /** {@code contact.lead.added_email} and other topics whose item is the contact. */
    public ObjectNode contact(String topic, String contactId) {
        return notification(topic, items.contact(found(workspace.contact(contactId), contactId)));
    }

    /** {@code ping}: without id and status, about nothing. */
    public ObjectNode ping() {
        ObjectNode ping =
                notification("ping", Json.object().put("type", "ping").put("message", "something something interzen"));
        return ping.putNull("id").putNull("delivery_status");
    }

    /** Any topic with any item in Intercom's envelope, first attempt. */
    public ObjectNode notification(String topic, JsonNode item) {
        long now = clock.instant().getEpochSecond();
        ObjectNode envelope = Json.object().put("type", "notification_event").put("app_id", workspace.idCode());
        envelope.putObject("data").put("type", "notification_event_data").set("item", item);
        envelope.putObject("links");
        return envelope.put("id", "notif_" + new UUID(random.nextLong(), random.nextLong()))
                .put("topic", topic)
                .put("delivery_status", "pending")
                .put("delivery_attempts", 1)
                .put("delivered_at", 0)
                .put("first_sent_at", now)
                .put("created_at", now)
                .putNull("self");
    }

    /** The same notification as Intercom sends it the second and last time: same id and creation. */
    public static ObjectNode retry(ObjectNode notification) {
        return notification.deepCopy().put("delivery_attempts", 2).put("delivery_status", "retry");
    }

    private ObjectNode conversation(String topic, String id, Predicate<JsonNode> sent) {
        ObjectNode conversation = found(workspace.conversation(id), id);
        List<JsonNode> parts = new ArrayList<>();
        for (JsonNode part : conversation.path("conversation_parts").path("conversation_parts")) {
            if (sent.test(part)) {
                parts.add(part);
            }
        }
        return notification(topic, items.conversation(conversation, parts));
    }

    private ObjectNode conversationWithNewest(String topic, String id, Predicate<JsonNode> sent) {
        ObjectNode conversation = found(workspace.conversation(id), id);
        JsonNode part = newest(conversation.path("conversation_parts").path("conversation_parts"), sent, id);
        return notification(topic, items.conversation(conversation, List.of(part)));
    }

    private ObjectNode ticketPart(String topic, String id, Predicate<JsonNode> sent) {
        ObjectNode ticket = ticket(id);
        JsonNode part = newest(ticket.path("ticket_parts").path("ticket_parts"), sent, id);
        return notification(topic, items.ticketPart(ticket, part.deepCopy()));
    }

    private ObjectNode ticket(String id) {
        return found(workspace.ticket(id), id);
    }

    private static JsonNode newest(JsonNode parts, Predicate<JsonNode> wanted, String id) {
        for (int i = parts.size() - 1; i >= 0; i--) {
            if (wanted.test(parts.get(i))) {
                return parts.get(i);
            }
        }
        throw new NoSuchElementException("no such part in " + id);
    }

    private static ObjectNode found(@Nullable ObjectNode node, String id) {
        if (node == null) {
            throw new NoSuchElementException("the workspace has no " + id);
        }
        return node;
    }

    private static boolean byContact(JsonNode part) {
        return (author(part, "user") || author(part, "lead") || author(part, "contact"))
                && part.path("body").isTextual();
    }

    private static boolean author(JsonNode part, String type) {
        return part.path("author").path("type").asText().equals(type);
    }
}
