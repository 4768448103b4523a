package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** What Intercom would post of a part of a workspace's objects as they are now. Not thread-safe. */
final class Announcements {

    private final Workspace workspace;
    private final Notifications tell;
    private final ExpectedLive expected;
    private final List<ObjectNode> told = new ArrayList<>();

    Announcements(Workspace workspace, Clock clock) {
        this.workspace = workspace;
        tell = new Notifications(
                workspace,
                PayloadGeneration.V2_14,
                clock,
                new SplittableRandom(clock.instant().toEpochMilli()));
        expected = new ExpectedLive(workspace);
    }

    /**
     * @param every takes each so manieth conversation and ticket, that of this number first
     * @return a line for each notification: the {@code unique_id}s that Klaviyo must have of it, a tab, the notification
     */
    List<String> lines(int every, int first) {
        List<String> conversations = workspace.conversationIds();
        for (int i = first; i < conversations.size(); i += every) {
            conversation(conversations.get(i));
        }
        List<String> tickets = workspace.ticketIds();
        for (int i = first; i < tickets.size(); i += every) {
            ticket(tickets.get(i));
        }
        return told.stream().map(this::line).toList();
    }

    private String line(ObjectNode notification) {
        return expected.of(notification).stream()
                        .filter(ExpectedEvent::identified)
                        .map(ExpectedEvent::uniqueId)
                        .collect(Collectors.joining(","))
                + '\t'
                + notification;
    }

    private void conversation(String id) {
        ObjectNode conversation = Objects.requireNonNull(workspace.conversation(id));
        if (conversation.path("source").path("delivered_as").asText().equals("customer_initiated")) {
            told.add(tell.conversationCreated(id));
        }
        boolean replied = isReplied(conversation.path("conversation_parts").path("conversation_parts"));
        if (replied && !conversation.path("ticket").isObject()) {
            told.add(tell.conversationReplied(id));
        }
        if (conversation.path("conversation_rating").path("rating").isNumber()) {
            told.add(tell.conversationRated(id));
        }
        // Of which no history tells.
        told.add(tell.conversationRead(id));
    }

    private void ticket(String id) {
        told.add(tell.ticketCreated(id));
        told.add(tell.ticketStateUpdated(id));
        ObjectNode ticket = Objects.requireNonNull(workspace.ticket(id));
        if (isReplied(ticket.path("ticket_parts").path("ticket_parts"))) {
            told.add(tell.ticketReplied(id));
        }
    }

    private static boolean isReplied(JsonNode parts) {
        for (JsonNode part : parts) {
            String type = part.path("author").path("type").asText();
            if ((type.equals("user") || type.equals("lead"))
                    && part.path("body").isTextual()) {
                return true;
            }
        }
        return false;
    }
}
