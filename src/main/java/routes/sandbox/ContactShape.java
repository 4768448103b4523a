package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** How a contact looks in an answer: its tags are references, at most ten of them and without names. */
final class ContactShape {

    private static final int MAX_REFERENCES = 10;

    private ContactShape() {}

    /** References to all tags of a stored contact. */
    static JsonNode tags(ObjectNode contact) {
        return contact.path("tags").path("data");
    }

    static byte[] onTheWire(Stored stored) {
        if (stored.partCount() <= MAX_REFERENCES) {
            return stored.head();
        }
        ObjectNode contact = stored.node();
        ArrayNode first = Json.array();
        for (int i = 0; i < MAX_REFERENCES; i++) {
            first.add(tags(contact).get(i));
        }
        ((ObjectNode) contact.path("tags")).put("has_more", true).set("data", first);
        return Json.bytes(contact);
    }
}
