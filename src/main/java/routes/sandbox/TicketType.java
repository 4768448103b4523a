package routes.sandbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The ticket types of the sample workspace, at least one of each of Intercom's three categories. */
enum TicketType {
    RETURN(1_234, "Return", "Customer"),
    BILLING(1_235, "Billing question", "Customer"),
    WAREHOUSE(1_236, "Warehouse check", "Back-office"),
    INCIDENT(1_237, "Incident", "Tracker");

    private final int id;
    private final String label;
    private final String category;

    TicketType(int id, String label, String category) {
        this.id = id;
        this.label = label;
        this.category = category;
    }

    String category() {
        return category;
    }

    ObjectNode json(String workspace) {
        ObjectNode type = Json.object()
                .put("type", "ticket_type")
                .put("id", Integer.toString(id))
                .put("name", label)
                .put("description", label + " of a customer of the sample shop")
                .put("icon", "🎟️")
                .put("workspace_id", workspace)
                .put("category", category)
                .put("archived", false)
                .put("is_internal", !category.equals("Customer"))
                .put("created_at", 1_672_531_200)
                .put("updated_at", 1_672_531_200);
        ArrayNode attributes =
                type.putObject("ticket_type_attributes").put("type", "list").putArray("data");
        attribute(attributes, "_default_title_", "string");
        attribute(attributes, "_default_description_", "string");
        attribute(attributes, "Order number", "string");
        attribute(attributes, "Urgent", "boolean");
        return type;
    }

    private static void attribute(ArrayNode attributes, String name, String dataType) {
        attributes
                .addObject()
                .put("type", "ticket_type_attribute")
                .put("id", Integer.toString(8_800 + attributes.size()))
                .put("name", name)
                .put("data_type", dataType)
                .put("visible_to_contacts", true)
                .put("archived", false);
    }
}
