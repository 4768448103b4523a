package routes.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets one chosen thing happen in a workspace at a time, so that a test says what it is about. Each method returns an id
 * or changes what has that id; {@link #tell} then says what Intercom would post. Not thread-safe.
 */
public final class Scenes {

    private final Workspace workspace;
    private final Clock clock;
    private final SplittableRandom random = new SplittableRandom(20_261_122);
    private final SampleContacts people;

    public Scenes(Workspace workspace, Clock clock) {
        this.workspace = workspace;
        this.clock = clock;
        people = new SampleContacts(workspace, random);
    }

    /** @return what Intercom posts, as apps of this version see it */
    public Notifications tell(PayloadGeneration generation) {
        return new Notifications(workspace, generation, clock, random);
    }

    /** @return what Intercom posts to apps of version 2.14 */
    public Notifications tell() {
        return tell(PayloadGeneration.V2_14);
    }

    /** A user with this e-mail. */
    public String user(String email) {
        return contact(lead -> lead.put("role", "user").put("email", email).put("name", "Robin Trellis"));
    }

    /** A lead whom nothing identifies. */
    public String stranger() {
        return contact(lead -> {});
    }

    public String contact(Consumer<ObjectNode> details) {
        ObjectNode contact = people.anonymousLead(now());
        details.accept(contact);
        workspace.putContact(contact);
        return contact.path("id").asText();
    }

    public void changeContact(String id, Consumer<ObjectNode> change) {
        ObjectNode contact = contactOf(id);
        change.accept(contact);
        workspace.putContact(contact);
    }

    public String conversation(String contactId) {
        ConversationEdit talk = ConversationEdit.start(
                workspace,
                contactId,
                // Without the e-mail that author blocks carry at times: who it is, is to be read from Intercom.
                Parts.contact(contactOf(contactId), true).putNull("email"),
                "conversation",
                "customer_initiated",
                "Where is my spade?",
                now());
        workspace.putConversation(talk.node());
        return talk.id();
    }

    public void replyToConversation(String id) {
        change(id, talk -> {
            var unused = talk.contactReplies(contactOf(talk.firstContactId()), "It came without a handle.", now());
        });
    }

    public void answerConversation(String id) {
        change(id, talk -> {
            var unused = talk.adminReplies(workspace.admins().get(0), "comment", "We look into it.", now());
        });
    }

    public void readConversation(String id) {
        change(id, ConversationEdit::read);
    }

    public void rateConversation(String id, int score, @Nullable String remark) {
        change(id, talk -> {
            talk.requestRating(workspace.admins().get(0), now() - 600);
            talk.rate(score, remark, true, now());
        });
    }

    public void changeConversation(String id, Consumer<ObjectNode> change) {
        boolean unused = workspace.changeConversation(id, node -> {
            change.accept(node);
            return node;
        });
    }

    private void change(String id, Consumer<ConversationEdit> change) {
        ConversationEdit talk = ConversationEdit.of(workspace, Objects.requireNonNull(workspace.conversation(id)));
        change.accept(talk);
        workspace.putConversation(talk.node());
    }

    /** A ticket in the state submitted. */
    public String ticket(String contactId) {
        TicketEdit ticket = TicketEdit.create(
                workspace,
                workspace.newConversationId(),
                now() - 60,
                contactId,
                TicketType.RETURN,
                Parts.contact(contactOf(contactId), false),
                "Broken handle",
                "It broke on the first day.",
                now());
        workspace.putTicket(ticket.node());
        return ticket.id();
    }

    public void replyToTicket(String id) {
        TicketEdit ticket = ticketOf(id);
        String contact = ticket.node().at("/contacts/contacts/0/id").asText();
        var unused = ticket.reply("comment", "Here is a picture.", Parts.contact(contactOf(contact), false), now());
        workspace.putTicket(ticket.node());
    }

    /** @param category submitted, in_progress, waiting_on_customer or resolved */
    public void moveTicket(String id, String category) {
        TicketEdit ticket = ticketOf(id);
        var unused = ticket.moveTo(category, Parts.admin(workspace.admins().get(0)), now());
        workspace.putTicket(ticket.node());
    }

    private TicketEdit ticketOf(String id) {
        return TicketEdit.of(workspace, Objects.requireNonNull(workspace.ticket(id)));
    }

    private ObjectNode contactOf(String id) {
        return Objects.requireNonNull(workspace.contact(id));
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
