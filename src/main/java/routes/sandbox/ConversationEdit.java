package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * Things that happen to a conversation, as they show in REST 2.14. Works on a tree of its own; {@link #node} is what is
 * then put into the workspace. Not thread-safe.
 */
final class ConversationEdit {

    private final Workspace workspace;
    private final ObjectNode node;

    private ConversationEdit(Workspace workspace, ObjectNode node) {
        this.workspace = workspace;
        this.node = node;
    }

    static ConversationEdit of(Workspace workspace, ObjectNode node) {
        return new ConversationEdit(workspace, node);
    }

    /**
     * A new conversation.
     *
     * @param contactId may be the id of a contact that has since been merged or deleted
     * @param author an author block: contact, admin or bot
     * @param channel {@code source.type}
     */
    static ConversationEdit start(
            Workspace workspace,
            String contactId,
            ObjectNode author,
            String channel,
            String deliveredAs,
            String text,
            long at) {
        String id = workspace.newConversationId();
        ObjectNode node = Json.object()
                .put("type", "conversation")
                .put("id", id)
                .put("created_at", at)
                .put("updated_at", at)
                .put("waiting_since", at)
                .putNull("snoozed_until");
        ObjectNode source = node.putObject("source")
                .put("type", channel)
                .put("id", "2" + id.substring(6))
                .put("delivered_as", deliveredAs)
                .put("subject", channel.equals("email") ? Parts.html("Re: " + text.split("[.?!]")[0]) : "")
                .put("body", Parts.html(text));
        source.set("author", author);
        source.putArray("attachments");
        source.put("url", channel.equals("conversation") ? "https://www.klaviyo-demo.com/help" : null)
                .put("redacted", false);
        node.putObject("contacts")
                .put("type", "contact.list")
                .putArray("contacts")
                .addObject()
                .put("type", "contact")
                .put("id", contactId)
                .put("external_id", "ext-" + contactId.substring(contactId.length() - 6));
        node.putNull("first_contact_reply").putNull("admin_assignee_id").putNull("team_assignee_id");
        node.put("open", true).put("state", "open").put("read", false).put("priority", "not_priority");
        node.putObject("tags").put("type", "tag.list").putArray("tags");
        node.putNull("conversation_rating")
                .putNull("sla_applied")
                .putNull("ticket")
                .putNull("company");
        node.putObject("teammates").put("type", "admin.list").putArray("admins");
        node.putNull("title").put("ai_agent_participated", false).putNull("ai_agent");
        node.putObject("custom_attributes");
        node.putObject("topics");
        node.putObject("linked_objects")
                .put("type", "list")
                .put("total_count", 0)
                .put("has_more", false)
                .putArray("data");
        ObjectNode statistics = node.putObject("statistics").put("type", "conversation_statistics");
        for (String unset : new String[] {
            "time_to_assignment", "time_to_admin_reply", "time_to_first_close", "first_contact_reply_at",
            "first_assignment_at", "first_admin_reply_at", "first_close_at", "last_contact_reply_at",
            "last_admin_reply_at", "last_close_at", "last_closed_by_id"
        }) {
            statistics.putNull(unset);
        }
        statistics.put("count_reopens", 0).put("count_assignments", 0).put("count_conversation_parts", 0);
        node.putObject("conversation_parts")
                .put("type", "conversation_part.list")
                .put("total_count", 0)
                .putArray("conversation_parts");
        ConversationEdit edit = new ConversationEdit(workspace, node);
        if (deliveredAs.equals("customer_initiated")) {
            edit.contactWasHeard(at);
        }
        return edit;
    }

    ObjectNode node() {
        return node;
    }

    String id() {
        return node.path("id").asText();
    }

    /** The newest second of anything in it. */
    long latest() {
        return node.path("updated_at").asLong();
    }

    /** Adds a part of any type; the conversation counts as changed at that second. */
    ObjectNode part(String type, @Nullable String body, ObjectNode author, long at) {
        ObjectNode part = Parts.of(workspace.newPartId(), type, body, author, at);
        ObjectNode list = (ObjectNode) node.path("conversation_parts");
        ArrayNode parts = (ArrayNode) list.path("conversation_parts");
        parts.add(part);
        list.put("total_count", parts.size());
        statistics().put("count_conversation_parts", parts.size());
        node.put("updated_at", Math.max(latest(), at));
        return part;
    }

    /** A contact writes; a closed conversation opens again. */
    ObjectNode contactReplies(ObjectNode contact, @Nullable String text, long at) {
        boolean closed = node.path("state").asText().equals("closed");
        if (closed) {
            count("count_reopens");
        }
        node.put("state", "open").put("open", true).putNull("snoozed_until").put("waiting_since", at);
        contactWasHeard(at);
        String type = closed ? "open" : "comment";
        return part(type, text == null ? null : Parts.html(text), Parts.contact(contact, false), at);
    }

    private void contactWasHeard(long at) {
        if (node.path("first_contact_reply").isNull()) {
            node.putObject("first_contact_reply")
                    .put("created_at", at)
                    .put("type", node.path("source").path("type").asText())
                    .putNull("url");
            statistics().put("first_contact_reply_at", at);
        }
        statistics().put("last_contact_reply_at", at);
    }

    /** A teammate writes; the part type tells what else was done with it: comment, assignment, open, close, note. */
    ObjectNode adminReplies(JsonNode admin, String type, String text, long at) {
        ObjectNode part = part(type, Parts.html(text), Parts.admin(admin), at);
        if (!type.equals("note")) {
            node.putNull("waiting_since").put("read", false);
            if (statistics().path("first_admin_reply_at").isNull()) {
                statistics().put("first_admin_reply_at", at);
            }
            statistics().put("last_admin_reply_at", at);
            join(admin);
        }
        if (type.equals("close")) {
            closedAt(admin, at);
        }
        return part;
    }

    /** Fin or Operator writes. */
    ObjectNode botReplies(String text, long at) {
        node.put("ai_agent_participated", true);
        node.putObject("ai_agent")
                .put("source_type", "essentials_plan_setup")
                .putNull("source_title")
                .put("last_answer_type", "ai_answer")
                .put("resolution_state", "assumed_resolution")
                .putNull("rating")
                .putNull("rating_remark");
        return part("comment", Parts.html(text), Parts.bot(workspace.idCode()), at);
    }

    /** @param text null for an assignment without a reply */
    void assign(JsonNode admin, @Nullable Long teamId, @Nullable String text, long at) {
        ObjectNode part = part("assignment", text == null ? null : Parts.html(text), Parts.admin(admin), at);
        part.putObject("assigned_to")
                .put("type", "admin")
                .put("id", admin.path("id").asText());
        node.put("admin_assignee_id", admin.path("id").asLong()).put("team_assignee_id", teamId);
        count("count_assignments");
        join(admin);
    }

    void close(JsonNode admin, long at) {
        part("close", null, Parts.admin(admin), at);
        closedAt(admin, at);
    }

    private void closedAt(JsonNode admin, long at) {
        node.put("state", "closed").put("open", false).putNull("waiting_since").putNull("snoozed_until");
        if (statistics().path("first_close_at").isNull()) {
            statistics().put("first_close_at", at);
        }
        statistics()
                .put("last_close_at", at)
                .put("last_closed_by_id", admin.path("id").asText());
    }

    void snooze(JsonNode admin, long until, long at) {
        part("snoozed", null, Parts.admin(admin), at);
        node.put("state", "snoozed").put("open", true).put("snoozed_until", until);
    }

    /** The contact has read it. Leaves no part and no time, only the flag. */
    void read() {
        node.put("read", true);
    }

    /** Asks for a rating; until it is given, all of it is null. */
    void requestRating(JsonNode admin, long at) {
        part("conversation_rating_request", null, Parts.bot(workspace.idCode()), at);
        ObjectNode rating = node.putObject("conversation_rating")
                .putNull("rating")
                .putNull("remark")
                .put("created_at", at)
                .putNull("updated_at");
        rating.putObject("contact")
                .put("type", "contact")
                .put("id", firstContactId())
                .putNull("external_id");
        rating.putObject("teammate")
                .put("type", "admin")
                .put("id", admin.path("id").asLong());
    }

    /**
     * The contact rates what was asked for. The part is a bot's and says neither score nor remark (intercom-java#155).
     *
     * @param tellsTime false to leave {@code updated_at} null, as before 2.14
     */
    void rate(int score, @Nullable String remark, boolean tellsTime, long at) {
        part("conversation_rating_changed", null, Parts.bot(workspace.idCode()), at);
        if (remark != null) {
            part("conversation_rating_remark_added", null, Parts.bot(workspace.idCode()), at);
        }
        ObjectNode rating = (ObjectNode) node.path("conversation_rating");
        rating.put("rating", score).put("remark", remark);
        if (tellsTime) {
            rating.put("updated_at", at);
        }
    }

    void tag(JsonNode tag, JsonNode admin, long at) {
        ObjectNode applied = ((ArrayNode) node.path("tags").path("tags")).addObject();
        applied.put("id", tag.path("id").asText())
                .put("type", "tag")
                .put("name", tag.path("name").asText())
                .put("applied_at", at)
                .putObject("applied_by")
                .put("type", "admin")
                .put("id", admin.path("id").asText());
    }

    void sla(String status) {
        node.putObject("sla_applied")
                .put("type", "conversation_sla_summary")
                .put("sla_name", "First reply in 4 hours")
                .put("sla_status", status);
    }

    /** One more contact in the conversation, after the first. */
    void attach(String contactId) {
        ((ArrayNode) node.path("contacts").path("contacts"))
                .addObject()
                .put("type", "contact")
                .put("id", contactId)
                .putNull("external_id");
    }

    /** It is a ticket from now on: it names the ticket, and shows the ticket's parts without their states. */
    void becomes(ObjectNode ticket) {
        node.putObject("ticket")
                .put("type", "ticket")
                .put("id", Long.parseLong(ticket.path("id").asText()))
                .put(
                        "url",
                        "https://api.intercom.io/tickets/" + ticket.path("id").asText())
                .put("state", ticket.path("ticket_state").path("category").asText())
                .put("ticket_type", ticket.path("ticket_type").path("name").asText())
                .put(
                        "ticket_custom_state_admin_label",
                        ticket.path("ticket_state").path("internal_label").asText())
                .put(
                        "ticket_custom_state_user_label",
                        ticket.path("ticket_state").path("external_label").asText())
                .putObject("custom_attributes");
        ArrayNode parts = (ArrayNode) node.path("conversation_parts").path("conversation_parts");
        int known = parts.size();
        JsonNode all = ticket.path("ticket_parts").path("ticket_parts");
        for (int i = known; i < all.size(); i++) {
            JsonNode ticketPart = all.get(i);
            ObjectNode part = Parts.of(
                    ticketPart.path("id").asText(),
                    ticketPart.path("part_type").asText(),
                    ticketPart.path("body").textValue(),
                    (ObjectNode) ticketPart.path("author"),
                    ticketPart.path("created_at").asLong());
            parts.add(part);
        }
        ((ObjectNode) node.path("conversation_parts")).put("total_count", parts.size());
        statistics().put("count_conversation_parts", parts.size());
        node.put("updated_at", Math.max(latest(), ticket.path("updated_at").asLong()));
    }

    String firstContactId() {
        return node.path("contacts").path("contacts").path(0).path("id").asText();
    }

    private void join(JsonNode admin) {
        ArrayNode admins = (ArrayNode) node.path("teammates").path("admins");
        for (JsonNode known : admins) {
            if (known.path("id").equals(admin.path("id"))) {
                return;
            }
        }
        admins.addObject().put("type", "admin").put("id", admin.path("id").asText());
    }

    private ObjectNode statistics() {
        return (ObjectNode) node.path("statistics");
    }

    private void count(String name) {
        statistics().put(name, statistics().path(name).asInt() + 1);
    }
}
