package routes.intercom;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Normalizer: brings every payload generation (1.x to 2.17) into one shape, the <em>reading</em>, that the mappings in
 * routes.yaml can rely on. A reading is a JSON object:
 *
 * <pre>
 * topic, workspace, id (conversation or ticket), notified_at (Unix s), origin
 * item        the conversation or ticket as Intercom sent it; members of a wrong kind are taken out
 * tags        names
 * reply       the part in which a contact replied, or null
 * rating      {score, remark, at (Unix s)}, or null
 * state       {category, label, at (Unix s), fact}, tickets only
 * created_at  Unix s
 * acting      {id, email, name}: the contact who acted, as far as the payload tells
 * admin_id, team_id   null where nobody is assigned
 * </pre>
 *
 * <p>An absent field never fails. Thread-safe.
 */
public final class Normalizer {

    private static final Set<String> CONTACT_TYPES = Set.of("user", "lead", "contact");
    private static final List<String> OBJECTS = List.of(
            "source",
            "statistics",
            "conversation_rating",
            "sla_applied",
            "custom_attributes",
            "ticket_attributes",
            "ticket_type",
            "ai_agent");

    /** Topics of our own making, under which objects of history come: never believed of a webhook. */
    private static final String HISTORY = "history.";

    public static final String HISTORY_CONVERSATION = HISTORY + "conversation";
    public static final String HISTORY_TICKET = HISTORY + "ticket";

    /** The state categories that are a metric of their own. */
    private static final Map<String, String> STATES = Map.of(
            "submitted", "Submitted Ticket",
            "waiting_on_customer", "Marked Ticket On Hold",
            "resolved", "Resolved Ticket");

    private final ObjectMapper json;

    public Normalizer() {
        json = JsonMapper.builder().build();
        json.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(Notification.MAX_BYTES)
                        .maxNestingDepth(200)
                        .build());
    }

    /**
     * @param notification a notification as Intercom posts it, or as history makes it; UTF-8
     * @param origin webhook, import or reconcile
     * @param workspace the workspace's id code, for notifications that do not name it
     * @return one reading; two for {@code ticket.created}, which also says in which state the ticket is; for an object of
     *     history one for each fact that it proves
     * @throws IOException when it is not JSON
     */
    public List<ObjectNode> read(byte[] notification, String origin, @Nullable String workspace) throws IOException {
        ObjectNode envelope = Json.object(json.readTree(notification));
        String topic = Objects.requireNonNullElse(Json.text(envelope.get("topic")), "");
        ObjectNode data = Json.object(envelope.get("data"));
        ObjectNode item = Json.object(data.get("item"));

        ObjectNode reading = json.createObjectNode();
        reading.put("topic", topic);
        String appId = Json.text(envelope.get("app_id"));
        reading.put("workspace", appId == null ? workspace : appId);
        reading.put("notified_at", Json.seconds(envelope.get("created_at")));
        reading.put("origin", origin);

        if (topic.startsWith(HISTORY) && !origin.equals("webhook")) {
            return history(reading, item, envelope);
        }
        if (topic.startsWith("ticket.")) {
            readTicket(reading, item);
            if (topic.equals("ticket.created")) {
                ObjectNode state = reading.deepCopy();
                state.put("topic", "ticket.state.updated");
                return List.of(reading, state);
            }
        } else if (topic.startsWith("conversation.")) {
            readConversation(reading, item);
        } else {
            reading.set("item", item);
            reading.put("id", Json.id(item.get("id")));
        }
        return List.of(reading);
    }

    /**
     * An object of history of which no fact is asked for: what it is, and in which state.
     *
     * @return {topic, id, notified_at, item}
     */
    public ObjectNode object(byte[] notification) throws IOException {
        ObjectNode envelope = Json.object(json.readTree(notification));
        ObjectNode item = Json.object(envelope.path("data").get("item"));
        ObjectNode object = json.createObjectNode();
        object.put("topic", Json.text(envelope.get("topic")));
        object.put("id", Json.id(item.get("id")));
        object.put("notified_at", Json.seconds(envelope.get("created_at")));
        object.set("item", item);
        return object;
    }

    private void readConversation(ObjectNode reading, ObjectNode item) {
        List<ObjectNode> parts = conversationParts(item);
        ObjectNode reply = newest(parts, part -> isContact(part.get("author")) && isReply(part));
        tellConversation(reading, item, parts, reply, false);
    }

    private List<ObjectNode> conversationParts(ObjectNode item) {
        fromFirstGeneration(item);
        OBJECTS.forEach(member -> keepObject(item, member));
        return parts(item, "conversation_parts");
    }

    /** @param reply the part in which a contact replied, where there is one */
    private void tellConversation(
            ObjectNode reading, ObjectNode item, List<ObjectNode> parts, @Nullable ObjectNode reply, boolean history) {
        common(reading, item);
        reading.set("reply", reply);
        reading.set("rating", rating(reading, item, parts, history));
        JsonNode acting = null;
        switch (reading.path("topic").asText()) {
            case "conversation.user.replied" -> acting = reply == null ? null : reply.get("author");
            case "conversation.rating.added" -> {
                ObjectNode given = Json.object(item.get("conversation_rating"));
                acting = given.has("contact") ? given.get("contact") : given.get("customer");
            }
            default -> {}
        }
        reading.set("acting", acting(acting, item, parts));
    }

    /**
     * What an object of Intercom's proves by itself, each fact with its own time. Conversations that teammates started
     * are told too: the router knows that they are no Created Conversation.
     */
    private List<ObjectNode> history(ObjectNode reading, ObjectNode item, ObjectNode envelope) {
        List<ObjectNode> facts = new ArrayList<>();
        if (reading.path("topic").asText().equals(HISTORY_CONVERSATION)) {
            conversationFacts(reading, item, facts);
        } else {
            ticketFacts(reading, item, facts);
        }
        Long since = Json.seconds(envelope.get("since"));
        Long until = Json.seconds(envelope.get("until"));
        JsonNode metrics = envelope.path("metrics");
        facts.removeIf(fact -> {
            Long at = Json.seconds(fact.get("happened_at"));
            boolean wanted = metrics.isMissingNode();
            for (JsonNode metric : metrics) {
                wanted |= metric.asText().equals(fact.path("metric").asText());
            }
            return !wanted
                    || (since != null && at != null && at < since)
                    || (until != null && at != null && at >= until);
        });
        return facts;
    }

    private void conversationFacts(ObjectNode reading, ObjectNode item, List<ObjectNode> facts) {
        List<ObjectNode> parts = conversationParts(item);
        ObjectNode created = fact(reading, "conversation.user.created", "Created Conversation");
        tellConversation(created, item, parts, null, true);
        created.set("happened_at", created.get("created_at"));
        facts.add(created);
        ObjectNode rated = fact(reading, "conversation.rating.added", "Rated Conversation");
        tellConversation(rated, item, parts, null, true);
        if (rated.get("rating") instanceof ObjectNode rating) {
            rated.set("happened_at", rating.get("at"));
            facts.add(rated);
        }
        for (ObjectNode part : parts) {
            if (isContact(part.get("author")) && isReply(part)) {
                ObjectNode replied = fact(reading, "conversation.user.replied", "Replied to Conversation");
                tellConversation(replied, item, parts, part, true);
                replied.put("happened_at", Json.seconds(part.get("created_at")));
                facts.add(replied);
            }
        }
    }

    private void ticketFacts(ObjectNode reading, ObjectNode item, List<ObjectNode> facts) {
        OBJECTS.forEach(member -> keepObject(item, member));
        List<ObjectNode> parts = parts(item, "ticket_parts");
        ObjectNode created = fact(reading, "ticket.created", "Created Ticket");
        tellTicket(created, item, parts, null);
        created.set("happened_at", created.get("created_at"));
        facts.add(created);
        ObjectNode current = (ObjectNode) created.get("state");
        boolean proven = false;
        for (ObjectNode part : parts) {
            String category = isStatePart(part) ? stateOf(part) : null;
            String metric = category == null ? null : STATES.get(category);
            if (metric != null) {
                ObjectNode changed = fact(reading, "ticket.state.updated", metric);
                tellTicket(changed, item, parts, null);
                boolean isCurrent = Objects.equals(category, Json.text(current.get("category")));
                proven |= isCurrent;
                ObjectNode state = changed.putObject("state");
                state.put("category", category);
                state.put("label", isCurrent ? Json.text(current.get("label")) : null);
                state.put("at", Json.seconds(part.get("created_at")));
                state.put("fact", Json.id(part.get("id")));
                changed.set("happened_at", state.get("at"));
                facts.add(changed);
            } else if (isReply(part) && isContact(part.get("author"))) {
                ObjectNode replied = fact(reading, "ticket.contact.replied", "Replied to Ticket");
                tellTicket(replied, item, parts, part);
                replied.put("happened_at", Json.seconds(part.get("created_at")));
                facts.add(replied);
            }
        }
        String metric = STATES.get(Objects.requireNonNullElse(Json.text(current.get("category")), ""));
        // Without a part the fact is told apart by the last change of the ticket, which moves on with every other
        // change:
        // reconciliation would take each of them for a new one.
        boolean isStable = !reading.path("origin").asText().equals("reconcile");
        if (!proven && metric != null && isStable) {
            ObjectNode now = fact(reading, "ticket.state.updated", metric);
            tellTicket(now, item, parts, null);
            now.set("happened_at", current.get("at"));
            facts.add(now);
        }
    }

    private static ObjectNode fact(ObjectNode reading, String topic, String metric) {
        ObjectNode fact = reading.objectNode();
        fact.setAll(reading);
        fact.put("topic", topic);
        fact.put("metric", metric);
        return fact;
    }

    private void readTicket(ObjectNode reading, ObjectNode wrapper) {
        ObjectNode item = wrapper.get("ticket") instanceof ObjectNode ticket ? ticket : wrapper;
        OBJECTS.forEach(member -> keepObject(item, member));
        ObjectNode part = wrapper.get("ticket_part") instanceof ObjectNode given ? given : null;
        if (part != null) {
            part.put("id", Json.id(part.get("id")));
        }
        tellTicket(reading, item, parts(item, "ticket_parts"), part != null && isReply(part) ? part : null);
    }

    private void tellTicket(ObjectNode reading, ObjectNode item, List<ObjectNode> parts, @Nullable ObjectNode reply) {
        common(reading, item);
        reading.set("reply", reply);
        reading.set("state", state(item, parts, reading));
        ObjectNode first =
                parts.stream().filter(Normalizer::isStatePart).min(BY_TIME).orElse(null);
        Long born = first == null ? null : Json.seconds(first.get("created_at"));
        if (born != null) {
            // A ticket's own created_at is the start of the conversation it was made from, at times days earlier.
            reading.put("created_at", born);
        }
        JsonNode author = reply != null && isContact(reply.get("author")) ? reply.get("author") : null;
        reading.set("acting", acting(author, item, reply == null ? parts : List.of(reply)));
    }

    private void common(ObjectNode reading, ObjectNode item) {
        reading.set("item", item);
        reading.put("id", Json.id(item.get("id")));
        reading.put("created_at", Json.seconds(item.get("created_at")));
        reading.put("admin_id", Json.id(item.get("admin_assignee_id")));
        reading.put("team_id", Json.id(item.get("team_assignee_id")));
        ArrayNode tags = reading.putArray("tags");
        Json.list(item.get("tags"), "tags").stream()
                .map(tag -> Json.text(tag.get("name")))
                .filter(Objects::nonNull)
                .forEach(tags::add);
    }

    /** 1.x: item.user, item.conversation_message, item.assignee instead of contacts, source and the two assignee ids. */
    private static void fromFirstGeneration(ObjectNode item) {
        if (!item.has("source") && item.get("conversation_message") instanceof ObjectNode message) {
            ObjectNode source = message.deepCopy();
            // There it says what the object is, here it would say by which channel it came.
            source.remove("type");
            item.set("source", source);
        }
        if (!item.has("contacts") && item.get("user") instanceof ObjectNode user) {
            item.putArray("contacts").add(user);
        }
        if (item.get("assignee") instanceof ObjectNode assignee) {
            String type = Objects.requireNonNullElse(Json.text(assignee.get("type")), "");
            if (type.equals("admin") && !item.has("admin_assignee_id")) {
                item.set("admin_assignee_id", assignee.get("id"));
            } else if (type.equals("team") && !item.has("team_assignee_id")) {
                item.set("team_assignee_id", assignee.get("id"));
            }
        }
    }

    private @Nullable ObjectNode rating(ObjectNode reading, ObjectNode item, List<ObjectNode> parts, boolean history) {
        ObjectNode given = Json.object(item.get("conversation_rating"));
        String score = Json.text(given.get("rating"));
        if (score == null) {
            return null;
        }
        Long at = Json.seconds(given.get("updated_at"));
        if (at == null && history) {
            ObjectNode rated = newest(parts, part -> partType(part).startsWith("conversation_rating_"));
            at = rated == null ? null : Json.seconds(rated.get("created_at"));
        }
        if (at == null && !history) {
            at = Json.seconds(reading.get("notified_at"));
        }
        if (at == null) {
            // Only now: it is when the rating was asked for, not when it was given.
            at = Json.seconds(given.get("created_at"));
        }
        ObjectNode rating = json.createObjectNode();
        rating.put("score", score);
        rating.put("remark", Json.text(given.get("remark")));
        rating.put("at", at);
        return rating;
    }

    private ObjectNode state(ObjectNode item, List<ObjectNode> parts, ObjectNode reading) {
        JsonNode given = item.get("ticket_state");
        String category = Json.text(given instanceof ObjectNode object ? object.get("category") : given);
        ObjectNode state = json.createObjectNode();
        state.put("category", category);
        String label = given instanceof ObjectNode object ? label(object, "") : label(item, "ticket_state_");
        state.put("label", label);
        ObjectNode newest = newest(parts, part -> isStatePart(part) && Objects.equals(stateOf(part), category));
        Long updated = Json.seconds(item.get("updated_at"));
        if (updated == null) {
            updated = Json.seconds(reading.get("notified_at"));
        }
        Long at = newest == null ? null : Json.seconds(newest.get("created_at"));
        state.put("at", at == null ? updated : at);
        String part = newest == null ? null : Json.id(newest.get("id"));
        state.put("fact", part == null ? category + "@" + updated : part);
        return state;
    }

    private static @Nullable String label(ObjectNode object, String prefix) {
        String internal = Json.text(object.get(prefix + "internal_label"));
        return internal == null ? Json.text(object.get(prefix + "external_label")) : internal;
    }

    /**
     * @param author who acted, where the payload says so; else the first contact of the item is meant
     * @return {id, email, name}, each as far as any block about this contact tells
     */
    private ObjectNode acting(@Nullable JsonNode author, ObjectNode item, List<ObjectNode> parts) {
        List<ObjectNode> contacts = Json.list(item.get("contacts"), "contacts");
        ObjectNode known = author instanceof ObjectNode given && Json.id(given.get("id")) != null
                ? given
                : contacts.isEmpty() ? json.createObjectNode() : contacts.get(0);
        String id = Json.id(known.get("id"));
        ObjectNode acting = json.createObjectNode();
        acting.put("id", id);
        fill(acting, known);
        contacts.stream().filter(contact -> isSame(contact, id)).forEach(contact -> fill(acting, contact));
        fill(acting, item.path("source").get("author"), id);
        parts.forEach(part -> fill(acting, part.get("author"), id));
        return acting;
    }

    private static void fill(ObjectNode acting, @Nullable JsonNode author, @Nullable String id) {
        if (author instanceof ObjectNode block && isContact(block) && isSame(block, id)) {
            fill(acting, block);
        }
    }

    private static void fill(ObjectNode acting, ObjectNode block) {
        for (String member : List.of("email", "phone", "name")) {
            String said = Json.text(block.get(member));
            if (said != null && !acting.has(member)) {
                acting.put(member, said);
            }
        }
    }

    private static boolean isSame(ObjectNode block, @Nullable String id) {
        return id != null && id.equals(Json.id(block.get("id")));
    }

    private List<ObjectNode> parts(ObjectNode item, String member) {
        List<ObjectNode> parts = new ArrayList<>();
        ObjectNode list = Json.object(item.get(member));
        ArrayNode kept = json.createArrayNode();
        for (ObjectNode part : Json.list(item.get(member), member)) {
            part.put("id", Json.id(part.get("id")));
            parts.add(part);
            kept.add(part);
        }
        list.set(member, kept);
        item.set(member, list);
        return parts;
    }

    private static void keepObject(ObjectNode item, String member) {
        if (item.has(member) && !item.get(member).isObject()) {
            item.remove(member);
        }
    }

    /** The last one wins among parts of the same second: Intercom lists parts in the order they came about. */
    private static @Nullable ObjectNode newest(List<ObjectNode> parts, Predicate<ObjectNode> wanted) {
        return parts.stream()
                .filter(wanted)
                .reduce((a, b) -> BY_TIME.compare(a, b) > 0 ? a : b)
                .orElse(null);
    }

    private static boolean isContact(@Nullable JsonNode author) {
        String type = author == null ? null : Json.text(author.get("type"));
        return type != null && CONTACT_TYPES.contains(type);
    }

    /** Replies also come as part type assignment, open or close: what counts is a body, and that it is no note. */
    private static boolean isReply(ObjectNode part) {
        String body = Json.text(part.get("body"));
        return body != null && !body.isBlank() && !partType(part).equals("note");
    }

    private static boolean isStatePart(ObjectNode part) {
        return partType(part).startsWith("ticket_state_updated");
    }

    private static @Nullable String stateOf(ObjectNode part) {
        JsonNode state = part.get("ticket_state");
        return Json.text(state instanceof ObjectNode object ? object.get("category") : state);
    }

    private static String partType(ObjectNode part) {
        return Objects.requireNonNullElse(Json.text(part.get("part_type")), "");
    }

    private static final Comparator<ObjectNode> BY_TIME = Comparator.comparingLong(part -> {
        Long at = Json.seconds(part.get("created_at"));
        return at == null ? Long.MIN_VALUE : at;
    });
}
