package routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import routes.intercom.IntercomException;
import routes.intercom.Json;
import routes.klaviyo.Identity;

/**
 * Content Enricher: puts into each reading what notifications refer to by id only.
 *
 * <pre>
 * contact  as Intercom's REST API has it, with tags as names, and
 *          email, phone_number (E.164), first_name, last_name as Klaviyo takes them; absent where it would not
 * admin    {id, name, email, …} or null
 * team     {id, name, …} or null
 * </pre>
 */
public final class Enricher {

    /** Where the contacts, admins and teams come from: Intercom, or a file for a dry run. */
    public interface Source {

        /**
         * @param readings of one batch, whose contacts are wanted
         * @return the contact of a reading, for each: found, unknown to Intercom, or not to be had now
         * @throws IntercomException from {@link Lookup#contact} when it is not to be had now
         */
        Lookup contacts(List<Reading> readings);

        /** As {@link #contacts}, by ids. */
        Lookup lookup(List<String> ids);

        @Nullable
        ObjectNode admin(@Nullable String id);

        @Nullable
        ObjectNode team(@Nullable String id);
    }

    /** Contacts by id. */
    public interface Lookup {

        /** @return the contact; null when Intercom does not know it */
        @Nullable
        ObjectNode contact(String id);
    }

    private final Source source;
    private final Identity identity;
    /** By identity: what Intercom answered is kept for a while, and a contact does one thing after the other. */
    private final Cache<ObjectNode, ObjectNode> completed =
            Caffeine.newBuilder().weakKeys().build();

    public Enricher(Source source, Identity identity) {
        this.source = source;
        this.identity = identity;
    }

    /** Completes the documents; a reading that has to wait for Intercom is marked as deferred. */
    void enrich(List<Reading> readings) {
        Lookup contacts = source.contacts(readings);
        for (Reading reading : readings) {
            if (reading.outcome() == Reading.Outcome.NONE) {
                try {
                    enrich(reading.document(), contacts);
                } catch (IntercomException e) {
                    reading.end(Reading.Outcome.DEFERRED, null, e.getMessage());
                }
            }
        }
    }

    private void enrich(ObjectNode document, Lookup contacts) {
        ObjectNode acting = Json.object(document.get("acting"));
        String id = Json.id(acting.get("id"));
        ObjectNode known = id == null ? null : contacts.contact(id);
        document.set("contact", known == null ? completed(acting) : completed.get(known, this::completed));
        document.set("admin", source.admin(Json.text(document.get("admin_id"))));
        document.set("team", source.team(Json.text(document.get("team_id"))));
    }

    private ObjectNode completed(ObjectNode given) {
        ObjectNode contact = given.deepCopy();
        contact.put("email", Identity.email(Json.text(contact.get("email"))));
        contact.put("phone_number", identity.phone(Json.text(contact.get("phone"))));
        String name = Json.text(contact.get("name"));
        String trimmed = name == null ? "" : name.strip();
        int lastSpace = trimmed.lastIndexOf(' ');
        contact.put(
                "first_name",
                lastSpace < 0 ? trimmed : trimmed.substring(0, lastSpace).strip());
        contact.put("last_name", lastSpace < 0 ? null : trimmed.substring(lastSpace + 1));
        JsonNode avatar = contact.get("avatar");
        contact.put("avatar", Json.text(avatar != null && avatar.isObject() ? avatar.get("image_url") : avatar));
        if (contact.has("tags") && !contact.get("tags").isArray()) {
            // A contact from a notification or a file refers to its tags; only those that come with a name have one.
            ArrayNode names = JsonNodeFactory.instance.arrayNode();
            Json.list(contact.get("tags"), "data").stream()
                    .map(tag -> Json.text(tag.get("name")))
                    .filter(Objects::nonNull)
                    .forEach(names::add);
            contact.set("tags", names);
        }
        for (String object : List.of("location", "custom_attributes", "opted_out_subscription_types")) {
            if (contact.has(object) && !contact.get(object).isObject()) {
                contact.set(object, JsonNodeFactory.instance.nullNode());
            }
        }
        return contact;
    }
}
