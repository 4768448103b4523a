package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The tickets of the sample workspace: every third was a conversation first. Not thread-safe. */
final class SampleTickets {

    /** Ways through the categories of state; each begins with submitted. */
    private static final List<List<String>> LIVES = List.of(
            List.of(),
            List.of("in_progress"),
            List.of("in_progress", "waiting_on_customer"),
            List.of("in_progress", "waiting_on_customer", "reply", "in_progress", "resolved"),
            List.of("resolved"),
            List.of("waiting_on_customer", "reply", "in_progress", "waiting_on_customer", "resolved"),
            List.of("in_progress", "resolved", "reply", "in_progress", "resolved"),
            List.of("in_progress", "submitted", "in_progress"));

    private final Workspace workspace;
    private final SampleContacts contacts;
    private final RandomGenerator random;
    private final long now;

    SampleTickets(Workspace workspace, SampleContacts contacts, RandomGenerator random, long now) {
        this.workspace = workspace;
        this.contacts = contacts;
        this.random = random;
        this.now = now;
    }

    /** @param at when the ticket begins, unless a conversation began before it */
    void play(int i, long at, @Nullable String conversationId) {
        JsonNode admin = SampleWords.any(workspace.admins(), random);
        ObjectNode conversation = conversationId == null ? null : workspace.conversation(conversationId);
        if (conversation == null) {
            ObjectNode contact = SampleWords.any(contacts.present(), random);
            TicketType type = TicketType.values()[i % TicketType.values().length];
            // Nobody outside is named in some back-office and tracker tickets.
            boolean nobody = !type.category().equals("Customer") && i % 3 == 1;
            TicketEdit ticket = TicketEdit.create(
                    workspace,
                    workspace.newConversationId(),
                    at,
                    nobody ? null : contact.path("id").asText(),
                    type,
                    nobody || i % 2 == 0 ? Parts.admin(admin) : Parts.contact(contact, false),
                    SampleWords.any(SampleWords.TITLES, random),
                    i % 5 == 0 ? null : Parts.html(SampleWords.any(SampleWords.OPENINGS, random)),
                    at + i % 3);
            live(ticket, i, nobody ? null : contact, admin);
            workspace.putTicket(ticket.node());
        } else {
            convert(ConversationEdit.of(workspace, conversation), i, admin);
        }
    }

    private void convert(ConversationEdit conversation, int i, JsonNode admin) {
        ObjectNode contact = workspace.contact(conversation.firstContactId());
        long at = Math.min(now, conversation.latest() + random.nextInt(6 * 86_400));
        TicketEdit ticket = TicketEdit.create(
                workspace,
                conversation.id(),
                conversation.node().path("created_at").asLong(),
                conversation.firstContactId(),
                i % 2 == 0 ? TicketType.RETURN : TicketType.BILLING,
                Parts.admin(admin),
                SampleWords.any(SampleWords.TITLES, random),
                PlainText.of(conversation.node().path("source").path("body").asText()),
                at);
        ticket.includeEarlier(conversation.node().path("conversation_parts").path("conversation_parts"));
        live(ticket, i, contact, admin);
        workspace.putTicket(ticket.node());
        conversation.becomes(ticket.node());
        workspace.putConversation(conversation.node());
    }

    private void live(TicketEdit ticket, int i, @Nullable ObjectNode contact, JsonNode admin) {
        if (i % 2 == 1) {
            ticket.assign(admin, i % 4 == 1 ? 4_002L : null, later(ticket, 1_800));
        }
        for (String step : LIVES.get(i % LIVES.size())) {
            if (!step.equals("reply")) {
                ObjectNode author = random.nextInt(4) == 0 ? Parts.bot(workspace.idCode()) : Parts.admin(admin);
                ticket.moveTo(step, author, later(ticket, 86_400));
            } else if (contact != null) {
                String text = SampleWords.any(SampleWords.REPLIES, random);
                ticket.reply("comment", text, Parts.contact(contact, false), later(ticket, 86_400));
            }
        }
        if (i % 6 == 2) {
            ticket.reply("note", "Waiting for the courier.", Parts.admin(admin), later(ticket, 600));
            ticket.reply("comment", "We are on it.", Parts.admin(admin), later(ticket, 600));
        }
        if (i % 9 == 2) {
            ticket.node().put("snoozed_until", now + 2 * 86_400);
        }
    }

    private long later(TicketEdit ticket, int atMost) {
        return Math.min(now, ticket.latest() + 1 + random.nextInt(atMost));
    }
}
