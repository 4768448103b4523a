package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import routes.sandbox.ExpectedEvent;
import routes.sandbox.Notifications;
import routes.sandbox.PayloadGeneration;
import routes.sandbox.RecordedEvent;
import routes.sandbox.Scenes;

/** From a signed notification to Klaviyo: exactly one accepted request for each fact, whatever tells it, none refused. */
@ExtendWith(ApplicationExtension.class)
class RouteEventTest {

    private final RunningApplication program;
    private final Scenes scenes;

    RouteEventTest(RunningApplication program) {
        this.program = program;
        scenes = program.scenes();
    }

    /** Klaviyo has these events, each with its metric and time, from one request each. */
    private void assertRecorded(List<ExpectedEvent> expected) {
        Map<String, ExpectedEvent> byId = new LinkedHashMap<>();
        expected.forEach(event -> byId.put(event.uniqueId(), event));
        Eventually.holds("all are at Klaviyo: " + byId.keySet(), () -> program.recordedIds()
                .containsAll(byId.keySet()));
        program.awaitRest();

        assertEquals(byId.keySet(), program.recordedIds());
        for (RecordedEvent event : program.klaviyo().events()) {
            ExpectedEvent wanted = Objects.requireNonNull(byId.get(event.uniqueId()));
            assertEquals(wanted.metric(), event.metric());
            assertEquals(wanted.time(), event.time(), event::uniqueId);
        }
        assertEquals(byId.size(), program.klaviyo().endpoints().getOrDefault("POST /api/events", 0L));
        assertEquals(byId.size(), program.klaviyo().accepted());
        assertEquals(0, program.klaviyo().repeats());
        assertEquals(0, program.klaviyo().dropped());
        assertEquals(List.of(), program.klaviyo().refusals());
    }

    private Map<String, Function<Notifications, ObjectNode>> oneOfEachMetric() {
        String contact = scenes.user("robin@klaviyo-demo.com");
        Map<String, Function<Notifications, ObjectNode>> each = new LinkedHashMap<>();
        each.put("Created Conversation", tell -> tell.conversationCreated(scenes.conversation(contact)));
        each.put("Rated Conversation", tell -> {
            String id = scenes.conversation(contact);
            scenes.rateConversation(id, 4, "Quick.");
            return tell.conversationRated(id);
        });
        each.put("Read Conversation", tell -> tell.conversationRead(scenes.conversation(contact)));
        each.put("Replied to Conversation", tell -> {
            String id = scenes.conversation(contact);
            scenes.replyToConversation(id);
            return tell.conversationReplied(id);
        });
        each.put("Created Ticket", tell -> {
            String id = scenes.ticket(contact);
            scenes.moveTicket(id, "in_progress");
            return tell.ticketCreated(id);
        });
        each.put("Submitted Ticket", tell -> tell.ticketStateUpdated(scenes.ticket(contact)));
        each.put("Replied to Ticket", tell -> {
            String id = scenes.ticket(contact);
            scenes.replyToTicket(id);
            return tell.ticketReplied(id);
        });
        each.put("Marked Ticket On Hold", tell -> {
            String id = scenes.ticket(contact);
            scenes.moveTicket(id, "waiting_on_customer");
            return tell.ticketStateUpdated(id);
        });
        each.put("Resolved Ticket", tell -> {
            String id = scenes.ticket(contact);
            scenes.moveTicket(id, "resolved");
            return tell.ticketStateUpdated(id);
        });
        return each;
    }

    @ParameterizedTest
    @EnumSource(PayloadGeneration.class)
    void everyMetricInEveryPayloadGeneration(PayloadGeneration generation) {
        List<ExpectedEvent> expected = new ArrayList<>();
        oneOfEachMetric().forEach((metric, scene) -> {
            List<ExpectedEvent> events = program.send(scene.apply(scenes.tell(generation)));
            assertEquals(
                    List.of(metric), events.stream().map(ExpectedEvent::metric).toList());
            expected.addAll(events);
        });

        assertRecorded(expected);
    }

    @Test
    void everythingToldThreeTimesIsRecordedOnce() {
        List<ExpectedEvent> expected = new ArrayList<>();
        oneOfEachMetric().values().forEach(scene -> {
            ObjectNode notification = scene.apply(scenes.tell());
            expected.addAll(program.send(notification));
            program.send(Notifications.retry(notification));
            program.send(
                    notification.deepCopy().put("id", notification.path("id").asText() + "-again"));
        });

        assertRecorded(expected);

        expected.forEach(event -> assertEquals(
                "delivered", program.event(event.uniqueId()).path("state").asText(), event::uniqueId));
    }

    @Test
    void repeatsThatComeOneByOneAreRecordedOnceToo() {
        ObjectNode notification =
                scenes.tell().conversationCreated(scenes.conversation(scenes.user("a@klaviyo-demo.com")));
        List<ExpectedEvent> expected = program.send(notification);
        program.awaitState("delivered", expected.get(0).uniqueId());
        int before = duplicates();

        program.send(Notifications.retry(notification));

        Eventually.holds("the repeat is counted", () -> duplicates() == before + 1);
        assertRecorded(expected);
    }

    private int duplicates() {
        return program.status().at("/metrics/Created Conversation/duplicate").asInt();
    }

    @Test
    void aSubmittedTicketThatIsCreatedYieldsTwoEvents() {
        List<ExpectedEvent> expected =
                program.send(scenes.tell().ticketCreated(scenes.ticket(scenes.user("b@klaviyo-demo.com"))));

        assertEquals(
                List.of("Created Ticket", "Submitted Ticket"),
                expected.stream().map(ExpectedEvent::metric).toList());
        assertRecorded(expected);
    }

    @TestFactory
    Stream<DynamicTest> secondTopicsForOneFact() {
        return Stream.of(PayloadGeneration.values())
                .map(each -> DynamicTest.dynamicTest(each.toString(), () -> {
                    program.klaviyo().forget();
                    Notifications tell = scenes.tell(each);
                    String id = scenes.ticket(scenes.user("c@klaviyo-demo.com"));
                    List<ExpectedEvent> expected = new ArrayList<>(program.send(tell.ticketStateUpdated(id)));
                    expected.addAll(program.send(tell.ticketCreated(id)));
                    scenes.moveTicket(id, "resolved");
                    expected.addAll(program.send(tell.ticketClosed(id)));
                    expected.addAll(program.send(tell.ticketResolved(id)));
                    expected.addAll(program.send(tell.ticketStateUpdated(id)));

                    assertEquals(6, expected.size());
                    assertEquals(
                            3,
                            expected.stream()
                                    .map(ExpectedEvent::uniqueId)
                                    .distinct()
                                    .count());
                    assertRecorded(expected);
                }));
    }

    @Test
    void anotherTransitionIsAnotherFact() {
        String id = scenes.ticket(scenes.user("d@klaviyo-demo.com"));
        List<ExpectedEvent> expected = new ArrayList<>();
        for (String state : List.of("resolved", "in_progress", "resolved")) {
            scenes.moveTicket(id, state);
            expected.addAll(program.send(scenes.tell().ticketStateUpdated(id)));
        }

        assertEquals(
                2, expected.stream().map(ExpectedEvent::uniqueId).distinct().count());
        assertRecorded(expected);
    }

    @Test
    void aReplyToAConversationThatIsATicketIsReportedAsReplyToTheTicket() {
        String id = scenes.conversation(scenes.user("e@klaviyo-demo.com"));
        scenes.replyToConversation(id);
        scenes.changeConversation(
                id, conversation -> conversation.putObject("ticket").put("id", id));

        assertEquals(List.of(), program.send(scenes.tell().conversationReplied(id)));
        assertRecorded(List.of());
    }

    @Test
    void whatIsNotSyncedIsFilteredAndCounted() {
        String contact = scenes.user("f@klaviyo-demo.com");
        String conversation = scenes.conversation(contact);
        scenes.answerConversation(conversation);
        String ticket = scenes.ticket(contact);
        scenes.moveTicket(ticket, "in_progress");
        ObjectNode rating = scenes.tell().conversationRead(conversation).put("topic", "conversation.rating.added");

        program.send(scenes.tell().conversationAnswered(conversation));
        program.send(scenes.tell().ticketStateUpdated(ticket));
        assertEquals(200, program.sender().sendAndWait(rating));

        for (String topic :
                List.of("conversation.admin.replied", "ticket.state.updated", "conversation.rating.added")) {
            Eventually.holds(
                    topic + " is counted",
                    () -> program.status().path("filtered").path(topic).asInt() > 0);
        }
        assertRecorded(List.of());
    }

    @Test
    void theStatusCountsWhatIsDelivered() {
        int before = delivered("Replied to Ticket");
        String id = scenes.ticket(scenes.user("g@klaviyo-demo.com"));
        scenes.replyToTicket(id);

        program.send(scenes.tell().ticketReplied(id));

        Eventually.holds("it is counted", () -> delivered("Replied to Ticket") == before + 1);
        assertTrue(program.status().at("/metrics/Replied to Ticket/lastEventAt").isTextual());
        assertEquals("Sandbox Garden Tools", program.status().path("workspace").asText());
        assertEquals("Klaviyo stand-in", program.status().path("account").asText());
    }

    private int delivered(String metric) {
        return program.status().path("metrics").path(metric).path("delivered").asInt();
    }
}
