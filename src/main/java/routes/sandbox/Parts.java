package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Builds the parts of conversations and tickets and the author blocks in them. */
final class Parts {

    private Parts() {}

    /** An author block of a contact. Parts say {@code user} even of leads, a source says which it is. */
    static ObjectNode contact(ObjectNode contact, boolean inSource) {
        String email = contact.path("email").asText("");
        ObjectNode author = Json.object()
                .put("type", inSource && contact.path("role").asText().equals("lead") ? "lead" : "user")
                .put("id", contact.path("id").asText());
        author.set("name", contact.path("name"));
        return author.put("email", email);
    }

    static ObjectNode admin(JsonNode admin) {
        return Json.object()
                .put("type", "admin")
                .put("id", admin.path("id").asText())
                .put("name", admin.path("name").asText())
                .put("email", admin.path("email").asText());
    }

    /** Fin, or Operator before it. */
    static ObjectNode bot(String workspace) {
        return Json.object()
                .put("type", "bot")
                .put("id", "991267391")
                .put("name", "Fin")
                .put("email", "operator+" + workspace + "@intercom.io");
    }

    static ObjectNode of(String id, String type, @Nullable String body, ObjectNode author, long at) {
        ObjectNode part = Json.object()
                .put("type", "conversation_part")
                .put("id", id)
                .put("part_type", type)
                .put("body", body)
                .put("created_at", at)
                .put("updated_at", at)
                .put("notified_at", at)
                .putNull("assigned_to");
        part.set("author", author);
        part.putArray("attachments");
        return part.putNull("external_id")
                .put("redacted", false)
                .putNull("metadata")
                .put("state", "open")
                .putNull("tags")
                .putNull("event_details")
                .putNull("app_package_code");
    }

    /** The ticket's view of the same part: same id, and the states that only tickets tell. */
    static ObjectNode ofTicket(ObjectNode part) {
        ObjectNode copy = part.deepCopy().put("type", "ticket_part");
        copy.remove("notified_at");
        copy.remove("metadata");
        copy.remove("state");
        copy.remove("tags");
        copy.remove("event_details");
        return copy;
    }

    static String html(String text) {
        return "<p class=\"no-margin\">" + text.replace("&", "&amp;").replace("<", "&lt;") + "</p>";
    }
}
