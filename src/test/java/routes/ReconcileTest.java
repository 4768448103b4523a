package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.history.Reconciler;
import routes.sandbox.ExpectedEvent;
import routes.sandbox.ExpectedLive;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;
import routes.sandbox.RecordedEvent;
import routes.sandbox.Scenes;
import routes.sandbox.Workspace;

/** What webhooks missed is found, delivered as live and counted; what they told is no gap. */
class ReconcileTest {

    private final ShiftedClock clock = new ShiftedClock();

    private static final String EVERY_FIVE_MINUTES = "cron: 30 0/5 * * * ?";
    private static final String IN_A_LONG_TIME = "cron: 0 0 0 1 1 ? 2099";

    private final RunningApplication program;
    private final Scenes scenes;

    /** Began five minutes before the program was there for the first time. */
    private final String earlier;

    ReconcileTest(@TempDir Path folder) throws IOException {
        Workspace workspace = HistoryScenario.tiny();
        Scenes before = new Scenes(workspace, Clock.offset(clock, Duration.ofMinutes(-5)));
        String known = workspace.contactIds().stream()
                .filter(id -> Objects.requireNonNull(workspace.contact(id))
                        .path("email")
                        .asText()
                        .endsWith("@klaviyo-demo.com"))
                .findFirst()
                .orElseThrow();
        earlier = before.conversation(known);
        before.replyToConversation(earlier);
        before.moveTicket(before.ticket(known), "resolved");
        // It looks when a test says so, whatever the time is while the test runs.
        String routes = RoutesFile.bundled().replace(EVERY_FIVE_MINUTES, IN_A_LONG_TIME);
        assertNotEquals(RoutesFile.bundled(), routes);
        program = RunningApplication.with(folder)
                .routes(Files.writeString(folder.resolve("routes.yaml"), routes))
                .workspace(workspace)
                .clock(clock)
                .start();
        scenes = program.scenes();
    }

    @BeforeEach
    void beginNow() throws Exception {
        look();
        // Out of the second in which the program began.
        clock.forward(Duration.ofSeconds(1));
    }

    @AfterEach
    void stop() {
        program.close();
    }

    private void look() throws Exception {
        Objects.requireNonNull(program.application()
                        .context()
                        .getRegistry()
                        .lookupByNameAndType("reconciler", Reconciler.class))
                .look();
    }

    /** A look after so long that what happened is looked at, and the events of it are sent. */
    private JsonNode lookLater() throws Exception {
        clock.forward(Duration.ofMinutes(3));
        look();
        program.awaitRest();
        return state();
    }

    private JsonNode state() {
        return program.get("/api/reconcile").body();
    }

    /** One of each that leaves a trace, and a read, which leaves none. */
    private List<ObjectNode> happenings(String email) {
        String contact = scenes.user(email);
        List<ObjectNode> told = new ArrayList<>();
        String conversation = scenes.conversation(contact);
        told.add(scenes.tell().conversationCreated(conversation));
        scenes.replyToConversation(conversation);
        told.add(scenes.tell().conversationReplied(conversation));
        scenes.rateConversation(conversation, 4, null);
        told.add(scenes.tell().conversationRated(conversation));
        String ticket = scenes.ticket(contact);
        told.add(scenes.tell().ticketCreated(ticket));
        scenes.moveTicket(ticket, "waiting_on_customer");
        told.add(scenes.tell().ticketStateUpdated(ticket));
        scenes.replyToTicket(ticket);
        told.add(scenes.tell().ticketReplied(ticket));
        scenes.moveTicket(ticket, "resolved");
        told.add(scenes.tell().ticketResolved(ticket));
        return told;
    }

    private Set<String> events(List<ObjectNode> notifications) {
        ExpectedLive live = new ExpectedLive(program.workspace());
        return notifications.stream()
                .flatMap(notification -> live.of(notification).stream())
                .map(ExpectedEvent::uniqueId)
                .collect(Collectors.toSet());
    }

    @Test
    void whatWebhooksMissedIsDeliveredAsLiveAndCounted() throws Exception {
        List<ObjectNode> told = happenings("told@klaviyo-demo.com");
        told.forEach(program::send);
        List<ObjectNode> withheld = happenings("withheld@klaviyo-demo.com");
        program.awaitRest();
        assertEquals(events(told), program.recordedIds());

        JsonNode state = lookLater();

        Set<String> all = events(told);
        all.addAll(events(withheld));
        assertEquals(8, events(withheld).size());
        assertEquals(all, program.recordedIds());
        assertEquals(0, program.klaviyo().repeats());
        assertFalse(program.klaviyo().events().stream().anyMatch(RecordedEvent::backfill), "it is fresh");
        assertEquals(8, state.path("gapsFound").asInt(), state::toString);
        assertEquals(8, state.path("gapsRepaired").asInt(), state::toString);
        assertEquals(8, state.path("metrics").size(), state::toString);
        state.path("metrics")
                .forEach(metric -> assertEquals(1, metric.path("found").asInt(), state::toString));

        JsonNode again = lookLater();
        assertEquals(8, again.path("gapsFound").asInt(), "found once");
        withheld.forEach(program::send);
        program.awaitRest();
        assertEquals(all, program.recordedIds(), "a late webhook is a duplicate");
    }

    @Test
    void whatHappenedBeforeTheFirstStartIsHistory() throws Exception {
        JsonNode state = lookLater();

        assertEquals(0, state.path("looked").asInt(), "the look-back ends where the program begins");
        assertEquals(Set.of(), program.recordedIds());

        scenes.replyToConversation(earlier);
        Set<String> reply = events(List.of(scenes.tell().conversationReplied(earlier)));
        state = lookLater();

        assertEquals(1, state.path("looked").asInt(), state::toString);
        assertEquals(reply, program.recordedIds(), "only what is new of a conversation that is older");
        assertEquals(1, state.path("gapsFound").asInt(), state::toString);
    }

    @Test
    void whatIsInTheInboxIsNoGap() throws Exception {
        String contact = scenes.user("slow@klaviyo-demo.com");
        String conversation = scenes.conversation(contact);
        // Nobody can say who it is: the notification stays in the inbox.
        program.intercom()
                .faults(FaultPlan.next(Integer.MAX_VALUE, Fault.status(503)).onlyFor("/contacts"));
        String uniqueId = program.sendOne(scenes.tell().conversationCreated(conversation));

        clock.forward(Duration.ofMinutes(3));
        look();
        program.intercom().faults(FaultPlan.none());
        program.awaitState("delivered", uniqueId);
        program.awaitRest();

        assertEquals(0, state().path("gapsFound").asInt(), () -> state().toString());
        assertEquals(0, lookLater().path("gapsFound").asInt(), () -> state().toString());
    }

    @Test
    void theWatermarkSurvivesARestartAndMovesOnlyWhenAllWasRead() throws Exception {
        Instant before = Instant.parse(lookLater().path("watermark").asText());
        List<ObjectNode> withheld = happenings("outage@klaviyo-demo.com");
        // Longer than the look-back.
        clock.forward(Duration.ofHours(2));
        program.restart();
        assertEquals(before, Instant.parse(state().path("watermark").asText()));
        program.intercom()
                .faults(FaultPlan.next(Integer.MAX_VALUE, Fault.status(401)).onlyFor("/tickets/search"));
        look();
        assertEquals(before, Instant.parse(state().path("watermark").asText()));
        assertTrue(state().path("error").asText().contains("401"), () -> state().toString());

        program.intercom().faults(FaultPlan.none());
        JsonNode state = lookLater();

        assertEquals(events(withheld), program.recordedIds());
        assertEquals(8, state.path("gapsFound").asInt(), state::toString);
        assertTrue(state.path("error").isNull(), state::toString);
        assertTrue(Instant.parse(state.path("watermark").asText()).isAfter(before.plus(Duration.ofHours(1))));
    }
}
