package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;
import routes.sandbox.Scenes;

/** What becomes of an event for each kind of answer: taken, busy (later, once), refused (parked, with Klaviyo's words). */
@ExtendWith(ApplicationExtension.class)
class SettleShipmentTest {

    private final RunningApplication program;
    private final Scenes scenes;

    SettleShipmentTest(RunningApplication program) {
        this.program = program;
        scenes = program.scenes();
    }

    private ObjectNode notification() {
        return scenes.tell().conversationCreated(scenes.conversation(scenes.user("robin@klaviyo-demo.com")));
    }

    static List<Fault> busy() {
        return List.of(
                Fault.status(408),
                Fault.status(429, 1),
                Fault.status(429),
                Fault.status(500),
                Fault.status(502),
                Fault.status(503),
                Fault.status(504),
                Fault.status(520),
                Fault.status(524),
                Fault.HTML_403_CLOUDFLARE,
                Fault.RESET,
                Fault.timeoutAfterTaking(Duration.ofMillis(300)));
    }

    @ParameterizedTest
    @MethodSource("busy")
    void whatIsBusyIsSentAgainAndRecordedOnce(Fault fault) {
        program.klaviyo().faults(FaultPlan.next(1, fault).onlyFor("/api/events"));

        String event = program.sendOne(notification());

        JsonNode shown = program.awaitState("delivered", event);
        assertEquals(1, program.recorded(event).size());
        assertEquals(1, program.klaviyo().accepted());
        assertEquals(2, program.klaviyo().endpoints().get("POST /api/events"));
        assertEquals(2, shown.path("attempts").size(), () -> "each attempt is shown: " + shown.path("attempts"));
        assertEquals(202, shown.at("/attempts/1/status").asInt());
    }

    @Test
    void retryAfterIsHeeded() {
        program.klaviyo().faults(FaultPlan.next(1, Fault.status(429, 3)).onlyFor("/api/events"));
        Instant start = Instant.now();

        String event = program.sendOne(notification());

        program.awaitState("delivered", event);
        Duration took = Duration.between(start, Instant.now());
        assertTrue(took.compareTo(Duration.ofSeconds(3)) >= 0, took::toString);
        assertEquals(2, program.klaviyo().endpoints().get("POST /api/events"), "asked once more, not before");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 409, 410, 413, 415})
    void whatIsRefusedIsParkedWithKlaviyosWords(int status) {
        program.klaviyo().faults((method, path, body) -> Fault.status(status));

        String event = program.sendOne(notification());

        JsonNode parked = program.awaitState("parked", event);
        assertEquals(status, parked.path("lastStatus").asInt());
        assertTrue(parked.path("lastAnswer").asText().contains("A fault of status " + status), parked::toString);
        assertEquals(1, program.klaviyo().requests(), "refused is not tried again");
    }

    @Test
    void anHtmlPageWith400IsNoWordOnTheKeyAndIsParked() {
        program.klaviyo().faults((method, path, body) -> Fault.HTML_400);

        JsonNode parked = program.awaitState("parked", program.sendOne(notification()));

        assertTrue(parked.path("lastAnswer").asText().contains("a web page"), parked::toString);
    }

    @Test
    void aParkedEventIsReplayedOnceItsCauseIsMended() {
        program.klaviyo().faults((method, path, body) -> Fault.status(400));
        String event = program.sendOne(notification());
        program.awaitState("parked", event);
        program.klaviyo().faults(FaultPlan.none());

        assertEquals(
                202,
                program.post("/api/events/" + AdminClient.encode(event) + "/replay", "")
                        .status());

        program.awaitState("delivered", event);
        assertEquals(1, program.recorded(event).size());
        assertEquals(
                409,
                program.post("/api/events/" + AdminClient.encode(event) + "/replay", "")
                        .status(),
                "a delivered event is not sent again");
        assertEquals(404, program.post("/api/events/unknown/replay", "").status());
    }

    @Test
    void allParkedEventsOfAMetricAreReplayed() {
        program.klaviyo().faults((method, path, body) -> Fault.status(400));
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            events.add(program.sendOne(notification()));
        }
        String ticket =
                program.sendOne(scenes.tell().ticketStateUpdated(scenes.ticket(scenes.user("t@klaviyo-demo.com"))));
        events.forEach(event -> program.awaitState("parked", event));
        program.awaitState("parked", ticket);
        program.klaviyo().faults(FaultPlan.none());

        program.post("/api/replay", "{\"metric\":\"Created Conversation\"}");

        events.forEach(event -> program.awaitState("delivered", event));
        assertEquals("parked", program.event(ticket).path("state").asText());
        assertEquals(202, program.post("/api/replay", "").status());
        program.awaitState("delivered", ticket);
        assertEquals(0, program.klaviyo().repeats());
    }

    @Test
    void aRefusedPhoneNumberIsDroppedAndTheEventSent() {
        program.klaviyo().refusePhone(phone -> phone.equals("+12125550142"));
        String contact = scenes.contact(lead ->
                lead.put("role", "user").put("email", "phone@klaviyo-demo.com").put("phone", "+1 212 555 0142"));

        String event = program.sendOne(scenes.tell().conversationCreated(scenes.conversation(contact)));

        program.awaitState("delivered", event);
        assertFalse(program.recorded(event).get(0).attributes().toString().contains("5550142"));
        assertEquals("phone@klaviyo-demo.com", program.recorded(event).get(0).profileKey());
    }

    @Test
    void aRefusedPhoneNumberWithoutAnEmailLeavesTheEventWaiting() {
        program.klaviyo().refusePhone(phone -> true);
        String contact = scenes.contact(lead -> lead.put("phone", "+1 212 555 0143"));

        String event = program.sendOne(scenes.tell().conversationCreated(scenes.conversation(contact)));

        program.awaitState("waiting", event);
        assertEquals(0, program.klaviyo().accepted());
    }

    @Test
    void aRefusedEventDoesNotDelayOthers() {
        program.klaviyo()
                .faults((method, path, body) ->
                        new String(body, java.nio.charset.StandardCharsets.UTF_8).contains("Created Ticket")
                                ? Fault.status(503)
                                : null);
        String ticket = scenes.ticket(scenes.user("held@klaviyo-demo.com"));
        scenes.moveTicket(ticket, "in_progress");
        String held = program.sendOne(scenes.tell().ticketCreated(ticket));
        for (int i = 0; i < 20; i++) {
            program.awaitState("delivered", program.sendOne(notification()));
        }
        assertEquals("pending", program.event(held).path("state").asText());

        program.reset();
        program.awaitState("delivered", held);
    }

    @Test
    void nothingThatASenderWroteTravelsInAHeader() {
        List<String> seen = new ArrayList<>();
        program.klaviyo().faults((method, path, body) -> {
            seen.add(method + " " + path);
            return null;
        });
        String event = program.sendOne(notification());
        program.awaitState("delivered", event);

        assertEquals(List.of("POST /api/events"), seen);
    }
}
