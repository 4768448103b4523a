package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Things that happen to a ticket, as they show in REST 2.14. Works on a tree of its own. Not thread-safe. */
final class TicketEdit {

    private final Workspace workspace;
    private final ObjectNode node;

    private TicketEdit(Workspace workspace, ObjectNode node) {
        this.workspace = workspace;
        this.node = node;
    }

    static TicketEdit of(Workspace workspace, ObjectNode node) {
        return new TicketEdit(workspace, node);
    }

    /**
     * A new ticket, in state submitted: its first part is the move from submitted to submitted.
     *
     * @param id of the conversation that it was made from, or a new one
     * @param conversationStart the ticket's {@code created_at}: that of its conversation, days earlier perhaps
     * @param contactId null for a ticket without contacts, as back-office and tracker tickets can be
     * @param at when the ticket was made
     */
    static TicketEdit create(
            Workspace workspace,
            String id,
            long conversationStart,
            @Nullable String contactId,
            TicketType type,
            ObjectNode author,
            String title,
            @Nullable String description,
            long at) {
        ObjectNode node = Json.object()
                .put("type", "ticket")
                .put("id", id)
                .put("ticket_id", workspace.newTicketNumber())
                .put("category", type.category());
        node.putObject("ticket_attributes")
                .put("_default_title_", title)
                .put("_default_description_", description)
                .put("Order number", "D-" + id.substring(id.length() - 5))
                .put("Urgent", title.length() % 2 == 0)
                .putNull("Callback time");
        node.set("ticket_type", type.json(workspace.idCode()));
        ArrayNode contacts =
                node.putObject("contacts").put("type", "contact.list").putArray("contacts");
        if (contactId != null) {
            contacts.addObject()
                    .put("type", "contact")
                    .put("id", contactId)
                    .put("external_id", "ext-" + contactId.substring(contactId.length() - 6));
        }
        node.put("admin_assignee_id", "0")
                .put("team_assignee_id", "0")
                .put("created_at", conversationStart)
                .put("updated_at", at)
                .put("open", true)
                .putNull("snoozed_until")
                .put("is_shared", type == TicketType.RETURN)
                .putNull("company_id");
        node.putObject("linked_objects")
                .put("type", "list")
                .put("total_count", 0)
                .put("has_more", false)
                .putArray("data");
        node.putObject("ticket_parts")
                .put("type", "ticket_part.list")
                .put("total_count", 0)
                .putArray("ticket_parts");
        TicketEdit edit = new TicketEdit(workspace, node);
        edit.state("submitted");
        edit.statePart("submitted", "submitted", author, at);
        return edit;
    }

    ObjectNode node() {
        return node;
    }

    String id() {
        return node.path("id").asText();
    }

    String category() {
        return node.path("ticket_state").path("category").asText();
    }

    long latest() {
        return node.path("updated_at").asLong();
    }

    /** Parts that were in the conversation before it became a ticket come first, with the same ids. */
    void includeEarlier(JsonNode conversationParts) {
        ArrayNode parts = parts();
        ArrayNode all = Json.array();
        conversationParts.forEach(part -> all.add(Parts.ofTicket((ObjectNode) part)));
        all.addAll(parts);
        replaceParts(all);
    }

    /** Moves to a category of state; returns the state part. */
    ObjectNode moveTo(String category, ObjectNode author, long at) {
        String before = category();
        state(category);
        node.put("open", !category.equals("resolved"));
        return statePart(category, before, author, at);
    }

    private ObjectNode statePart(String state, String before, ObjectNode author, long at) {
        // "by_admin" is said of bots too, seen in captured tickets.
        String type = author.path("type").asText().equals("user")
                ? "ticket_state_updated_by_user"
                : "ticket_state_updated_by_admin";
        return part(type, null, author, at).put("ticket_state", state).put("previous_ticket_state", before);
    }

    /** Whether by a contact or a teammate, says the author. */
    ObjectNode reply(String type, String text, ObjectNode author, long at) {
        return part(type, Parts.html(text), author, at);
    }

    void assign(JsonNode admin, @Nullable Long teamId, long at) {
        part("assignment", null, Parts.admin(admin), at)
                .putObject("assigned_to")
                .put("type", "admin")
                .put("id", admin.path("id").asText());
        node.put("admin_assignee_id", admin.path("id").asText())
                .put("team_assignee_id", teamId == null ? "0" : teamId.toString());
    }

    ObjectNode part(String type, @Nullable String body, ObjectNode author, long at) {
        ObjectNode part = Parts.ofTicket(Parts.of(workspace.newPartId(), type, body, author, at));
        ArrayNode all = parts();
        all.add(part);
        replaceParts(all);
        node.put("updated_at", Math.max(latest(), at));
        return part;
    }

    private ArrayNode parts() {
        return (ArrayNode) node.path("ticket_parts").path("ticket_parts");
    }

    private void replaceParts(ArrayNode parts) {
        ((ObjectNode) node.path("ticket_parts"))
                .put("total_count", parts.size())
                .set("ticket_parts", parts);
    }

    private void state(String category) {
        String label =
                switch (category) {
                    case "submitted" -> "Submitted";
                    case "in_progress" -> "In progress";
                    case "waiting_on_customer" -> "Waiting on you";
                    default -> "Resolved";
                };
        node.putObject("ticket_state")
                .put("type", "ticket_state")
                .put("id", Integer.toString(7_500 + category.length()))
                .put("category", category)
                .put("internal_label", category.equals("waiting_on_customer") ? "Waiting on customer" : label)
                .put("external_label", label);
    }
}
