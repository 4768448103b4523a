package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** HTML bodies as plain text: {@code display_as=plaintext} of REST, and all conversation notifications from 2.15 on. */
final class PlainText {

    private PlainText() {}

    /** The same object, changed: subject and body of the source and of all conversation parts. */
    static ObjectNode bodies(ObjectNode conversation) {
        strip(conversation.path("source"), "subject");
        strip(conversation.path("source"), "body");
        for (JsonNode part : conversation.path("conversation_parts").path("conversation_parts")) {
            strip(part, "body");
        }
        return conversation;
    }

    static String of(String html) {
        return html.replaceAll("(?i)<br\\s*/?>|</p>\\s*<p[^>]*>", "\n")
                .replaceAll("<[^>]*>", "")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#39;", "'")
                .replace("&quot;", "\"")
                .replace("&nbsp;", " ")
                .replace("&amp;", "&")
                .trim();
    }

    private static void strip(JsonNode node, String field) {
        if (node.path(field).isTextual()) {
            ((ObjectNode) node).put(field, of(node.path(field).textValue()));
        }
    }
}
