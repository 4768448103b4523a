package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What an Intercom workspace holds, in the shape of REST 2.14. Objects are copied on their way in and out: what a
 * caller has read is its own, and changes count from {@code put} on. Safe for use by several threads.
 */
public final class Workspace {

    private final String idCode;
    private final String name;
    private final Shelf contacts = new Shelf();
    private final Shelf conversations = new Shelf();
    private final Shelf tickets = new Shelf();
    private final Map<String, String> mergedInto = new ConcurrentHashMap<>();
    private final Map<String, JsonNode> admins = new LinkedHashMap<>();
    private final Map<String, JsonNode> teams = new LinkedHashMap<>();
    private final Map<String, JsonNode> tags = new LinkedHashMap<>();
    // Intercom's ids look like this: 15 digits for conversations and tickets, 11 for parts.
    private final AtomicLong conversationIds = new AtomicLong(215_470_000_000_000L);
    private final AtomicLong partIds = new AtomicLong(31_000_000_000L);
    private final AtomicLong ticketNumbers = new AtomicLong(1_000);

    /**
     * An empty workspace.
     *
     * @param idCode {@code app.id_code} of {@code GET /me}, which is also {@code app_id} of notifications
     */
    public Workspace(String idCode, String name) {
        this.idCode = idCode;
        this.name = name;
    }

    public String idCode() {
        return idCode;
    }

    public String name() {
        return name;
    }

    /** Adds or replaces a contact; {@code id} is a must. */
    public void putContact(ObjectNode contact) {
        contacts.put(Stored.of(contact));
    }

    /** The contact itself: null when it is deleted, merged into another or was never there. */
    public @Nullable ObjectNode contact(String id) {
        return node(contacts.get(id));
    }

    /** From now on {@code GET /contacts/{id}} answers 410 {@code contact_merged} and names the survivor. */
    public void mergeContact(String id, String survivorId) {
        contacts.remove(id);
        mergedInto.put(id, survivorId);
    }

    /** From now on {@code GET /contacts/{id}} answers 404. */
    public void deleteContact(String id) {
        contacts.remove(id);
    }

    /** Whom a contact was merged into, through however many merges; null when it was not merged. */
    public @Nullable String survivorOf(String id) {
        String survivor = mergedInto.get(id);
        while (survivor != null && mergedInto.containsKey(survivor)) {
            survivor = mergedInto.get(survivor);
        }
        return survivor;
    }

    public List<String> contactIds() {
        return ids(contacts);
    }

    public void putConversation(ObjectNode conversation) {
        conversations.put(Stored.of(conversation));
    }

    public @Nullable ObjectNode conversation(String id) {
        return node(conversations.get(id));
    }

    public void deleteConversation(String id) {
        conversations.remove(id);
    }

    /** Ids, oldest conversation first. */
    public List<String> conversationIds() {
        return ids(conversations);
    }

    public void putTicket(ObjectNode ticket) {
        tickets.put(Stored.of(ticket));
    }

    public @Nullable ObjectNode ticket(String id) {
        return node(tickets.get(id));
    }

    public void deleteTicket(String id) {
        tickets.remove(id);
    }

    /** Ids, oldest ticket first. */
    public List<String> ticketIds() {
        return ids(tickets);
    }

    /** Reads, changes and puts back a conversation in one step; false when there is none. */
    public synchronized boolean changeConversation(String id, UnaryOperator<ObjectNode> change) {
        ObjectNode node = conversation(id);
        if (node != null) {
            putConversation(change.apply(node));
        }
        return node != null;
    }

    /** Reads, changes and puts back a ticket in one step; false when there is none. */
    public synchronized boolean changeTicket(String id, UnaryOperator<ObjectNode> change) {
        ObjectNode node = ticket(id);
        if (node != null) {
            putTicket(change.apply(node));
        }
        return node != null;
    }

    public void putAdmin(ObjectNode admin) {
        put(admins, admin);
    }

    /** As when a teammate leaves: gone from the list, while assignments still name the id. */
    public void removeAdmin(String id) {
        synchronized (admins) {
            admins.remove(id);
        }
    }

    public List<JsonNode> admins() {
        return copies(admins);
    }

    public void putTeam(ObjectNode team) {
        put(teams, team);
    }

    public List<JsonNode> teams() {
        return copies(teams);
    }

    public void putTag(ObjectNode tag) {
        put(tags, tag);
    }

    public List<JsonNode> tags() {
        return copies(tags);
    }

    /** An id that no conversation or ticket has. */
    public String newConversationId() {
        return Long.toString(conversationIds.addAndGet(7));
    }

    /** An id that no part has; later ones are larger. */
    public String newPartId() {
        return Long.toString(partIds.addAndGet(3));
    }

    /** The human number of a new ticket. */
    public String newTicketNumber() {
        return Long.toString(ticketNumbers.incrementAndGet());
    }

    Shelf contactShelf() {
        return contacts;
    }

    Shelf conversationShelf() {
        return conversations;
    }

    Shelf ticketShelf() {
        return tickets;
    }

    private static @Nullable ObjectNode node(@Nullable Stored stored) {
        return stored == null ? null : stored.node();
    }

    private static List<String> ids(Shelf shelf) {
        return shelf.all().stream().map(Stored::id).toList();
    }

    private static void put(Map<String, JsonNode> map, ObjectNode node) {
        synchronized (map) {
            map.put(node.path("id").asText(), node.deepCopy());
        }
    }

    private static List<JsonNode> copies(Map<String, JsonNode> map) {
        synchronized (map) {
            List<JsonNode> copies = new ArrayList<>();
            map.values().forEach(node -> copies.add(node.deepCopy()));
            return copies;
        }
    }
}
