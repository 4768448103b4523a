package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Lets things happen in a workspace, one scene at a time, and tells what Intercom would post about them. What happens
 * is in REST before it is told. Not thread-safe.
 */
public final class StreamScenes {

    private static final int REMEMBERED = 500;
    private static final int LONG_ENOUGH = 30;

    private final Workspace workspace;
    private final Clock clock;
    private final RandomGenerator random;
    private final List<Notifications> generations = new ArrayList<>();
    private final SampleContacts strangers;
    private final List<String> contacts;
    private final List<String> anonymous = new ArrayList<>();
    private final List<String> conversations;
    private final List<String> tickets;
    private int emails;

    /** @param generations the ones that take turns */
    public StreamScenes(Workspace workspace, List<PayloadGeneration> generations, Clock clock, RandomGenerator random) {
        this.workspace = workspace;
        this.clock = clock;
        this.random = random;
        generations.forEach(each -> this.generations.add(new Notifications(workspace, each, clock, random)));
        strangers = new SampleContacts(workspace, random);
        contacts = new ArrayList<>(workspace.contactIds());
        conversations = latest(workspace.conversationIds());
        tickets = latest(workspace.ticketIds());
        if (contacts.isEmpty()) {
            ObjectNode first = strangers.contact(16, now());
            workspace.putContact(first);
            contacts.add(first.path("id").asText());
        }
        if (workspace.admins().isEmpty()) {
            workspace.putAdmin(Json.object()
                    .put("type", "admin")
                    .put("id", "9608001")
                    .put("name", "Ada Trellis")
                    .put("email", "ada@klaviyo-demo.com"));
        }
    }

    /** One scene, played; the notifications it gives rise to, in the order of their creation. */
    public List<ObjectNode> play() {
        Notifications tell = SampleWords.any(generations, random);
        int lot = random.nextInt(100);
        if (lot < 15 || conversations.isEmpty()) {
            return List.of(tell.conversationCreated(begin()));
        }
        if (lot < 22 || tickets.isEmpty()) {
            String id = beginTicket();
            return List.of(tell.ticketStateUpdated(id), tell.ticketCreated(id));
        }
        if (lot < 42) {
            return replyToConversation(tell);
        }
        if (lot < 52) {
            String id = conversation(talk -> talk.adminReplies(admin(), "comment", any(SampleWords.ANSWERS), now()));
            return List.of(tell.conversationAnswered(id));
        }
        if (lot < 70) {
            return List.of(tell.conversationRead(conversation(ConversationEdit::read)));
        }
        if (lot < 78) {
            return List.of(tell.conversationRated(rateConversation()));
        }
        return lot < 95 ? ticketScene(tell, lot) : contactScene(tell, lot);
    }

    private List<ObjectNode> ticketScene(Notifications tell, int lot) {
        int place = random.nextInt(tickets.size());
        String id = tickets.get(place);
        ObjectNode known = workspace.ticket(id);
        if (known == null) {
            tickets.remove(place);
            return List.of();
        }
        TicketEdit ticket = TicketEdit.of(workspace, known);
        if (lot < 84) {
            return replyToTicket(tell, ticket);
        }
        if (lot < 89) {
            String next = ticket.category().equals("waiting_on_customer") ? "in_progress" : "waiting_on_customer";
            ticket.moveTo(next, Parts.admin(admin()), now());
            workspace.putTicket(ticket.node());
            return List.of(tell.ticketStateUpdated(id));
        }
        if (ticket.category().equals("resolved")) {
            tickets.remove(place);
            return List.of();
        }
        ticket.moveTo("resolved", Parts.admin(admin()), now());
        workspace.putTicket(ticket.node());
        tickets.remove(place);
        // Three topics, one fact; from 2.15 ticket.closed says that the conversation closed, here at the same time.
        List<ObjectNode> told = new ArrayList<>(List.of(tell.ticketClosed(id), tell.ticketStateUpdated(id)));
        if (told.get(0).path("data").path("item").path("ticket").isObject()) {
            told.add(tell.ticketResolved(id));
        }
        return told;
    }

    private List<ObjectNode> replyToTicket(Notifications tell, TicketEdit ticket) {
        String id = ticket.id();
        String contactId = ticket.node()
                .path("contacts")
                .path("contacts")
                .path(0)
                .path("id")
                .asText();
        ObjectNode contact = workspace.contact(contactId);
        if (contact == null) {
            return List.of();
        }
        ticket.reply("comment", any(SampleWords.REPLIES), Parts.contact(contact, false), now());
        boolean waited = ticket.category().equals("waiting_on_customer");
        workspace.putTicket(ticket.node());
        ObjectNode replied = tell.ticketReplied(id);
        if (!waited) {
            return List.of(replied);
        }
        // Intercom itself moves such a ticket back as soon as the contact replies.
        ticket.moveTo("in_progress", Parts.bot(workspace.idCode()), now());
        workspace.putTicket(ticket.node());
        return List.of(replied, tell.ticketStateUpdated(id));
    }

    private List<ObjectNode> contactScene(Notifications tell, int lot) {
        if (lot < 98 && !anonymous.isEmpty()) {
            String id = anonymous.remove(random.nextInt(anonymous.size()));
            ObjectNode lead = workspace.contact(id);
            if (lead == null) {
                return List.of();
            }
            lead.put("email", "lead." + now() + "." + emails++ + "@klaviyo-demo.com")
                    .put("updated_at", now());
            workspace.putContact(lead);
            return List.of(tell.contact("contact.lead.added_email", id));
        }
        return List.of(
                lot == 99
                        ? tell.ping()
                        : tell.contact(
                                "contact.user.updated", someone().path("id").asText()));
    }

    private List<ObjectNode> replyToConversation(Notifications tell) {
        String id = conversations.get(random.nextInt(conversations.size()));
        ObjectNode known = workspace.conversation(id);
        ObjectNode contact = known == null
                ? null
                : workspace.contact(ConversationEdit.of(workspace, known).firstContactId());
        if (known == null || contact == null || isTicket(known)) {
            return List.of();
        }
        ConversationEdit talk = ConversationEdit.of(workspace, known);
        talk.contactReplies(contact, any(SampleWords.REPLIES), now());
        workspace.putConversation(talk.node());
        return List.of(tell.conversationReplied(id));
    }

    private String begin() {
        ObjectNode contact = someone();
        ConversationEdit talk = ConversationEdit.start(
                workspace,
                contact.path("id").asText(),
                Parts.contact(contact, true),
                "conversation",
                "customer_initiated",
                any(SampleWords.OPENINGS),
                now());
        workspace.putConversation(talk.node());
        remember(conversations, talk.id());
        return talk.id();
    }

    private String beginTicket() {
        ObjectNode contact = someone();
        TicketEdit ticket = TicketEdit.create(
                workspace,
                workspace.newConversationId(),
                now(),
                contact.path("id").asText(),
                random.nextBoolean() ? TicketType.RETURN : TicketType.BILLING,
                Parts.contact(contact, false),
                any(SampleWords.TITLES),
                any(SampleWords.OPENINGS),
                now());
        workspace.putTicket(ticket.node());
        remember(tickets, ticket.id());
        return ticket.id();
    }

    /**
     * Rates a conversation once only: a second rating would replace the first in REST, and history could not prove it.
     */
    private String rateConversation() {
        String id = conversations.get(random.nextInt(conversations.size()));
        ObjectNode known = workspace.conversation(id);
        if (known == null || known.path("conversation_rating").path("rating").isNumber()) {
            id = begin();
            known = workspace.conversation(id);
        }
        if (known != null) {
            ConversationEdit talk = ConversationEdit.of(workspace, known);
            talk.requestRating(admin(), now());
            talk.rate(1 + random.nextInt(5), random.nextBoolean() ? any(SampleWords.REMARKS) : null, true, now());
            workspace.putConversation(talk.node());
        }
        return id;
    }

    /** Does something with a conversation; with a new one when the one chosen is gone or has become too long. */
    private String conversation(java.util.function.Consumer<ConversationEdit> change) {
        int place = random.nextInt(conversations.size());
        String id = conversations.get(place);
        ObjectNode known = workspace.conversation(id);
        if (known == null
                || isTicket(known)
                || known.path("conversation_parts").path("total_count").asInt() > LONG_ENOUGH) {
            conversations.remove(place);
            id = begin();
            known = workspace.conversation(id);
        }
        if (known != null) {
            ConversationEdit talk = ConversationEdit.of(workspace, known);
            change.accept(talk);
            workspace.putConversation(talk.node());
        }
        return id;
    }

    /** Mostly somebody known, sometimes a new lead without any identity. */
    private ObjectNode someone() {
        ObjectNode known =
                random.nextInt(20) == 0 ? null : workspace.contact(contacts.get(random.nextInt(contacts.size())));
        if (known != null) {
            return known;
        }
        ObjectNode stranger = strangers.anonymousLead(now());
        workspace.putContact(stranger);
        remember(anonymous, stranger.path("id").asText());
        return stranger;
    }

    private static boolean isTicket(@Nullable ObjectNode conversation) {
        return conversation != null && conversation.path("ticket").isObject();
    }

    private JsonNode admin() {
        return workspace.admins().get(0);
    }

    private String any(List<String> words) {
        return SampleWords.any(words, random);
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }

    private void remember(List<String> ids, String id) {
        if (ids.size() < REMEMBERED) {
            ids.add(id);
        } else {
            ids.set(random.nextInt(REMEMBERED), id);
        }
    }

    private static List<String> latest(List<String> ids) {
        return new ArrayList<>(ids.subList(Math.max(0, ids.size() - REMEMBERED), ids.size()));
    }
}
