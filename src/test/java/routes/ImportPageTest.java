package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.sandbox.ExpectedEvent;
import routes.sandbox.ExpectedLive;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;
import routes.sandbox.Notifications;
import routes.sandbox.PayloadGeneration;
import routes.sandbox.RecordedEvent;
import routes.sandbox.SampleWorkspace;
import routes.sandbox.SearchGranularity;
import routes.sandbox.SearchOrder;
import routes.sandbox.Workspace;

/** The import: exactly what history proves, each event once, whatever Intercom and the operator do meanwhile. */
class ImportPageTest {

    private final Path folder;

    ImportPageTest(@TempDir Path folder) {
        this.folder = folder;
    }

    /** An import waits by the clock, for a full request and for Intercom's next window: none of it needs real seconds. */
    private RunningApplication.Options hurried(Workspace workspace) {
        return RunningApplication.with(folder).workspace(workspace).clockOfAll(new HurriedClock());
    }

    private static ObjectNode conversation(Workspace workspace, String id) {
        return Objects.requireNonNull(workspace.conversation(id));
    }

    /** One that is no ticket, of somebody whom Klaviyo can know. */
    private static String startedByAContact(Workspace workspace) {
        return SampleWorkspace.expectedEvents(workspace).stream()
                .filter(event -> event.identified() && event.metric().equals("Created Conversation"))
                .map(event -> event.uniqueId().split(":")[3])
                .filter(id -> !conversation(workspace, id).path("ticket").isObject())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatHistoryProvesIsAtKlaviyoOnceAndAtItsTime() {
        Workspace workspace = HistoryScenario.small();
        try (RunningApplication program = hurried(workspace).start()) {
            HistoryScenario history = new HistoryScenario(program);

            JsonNode run = history.importAll();

            history.assertImported(history.expected());
            int objects =
                    workspace.conversationIds().size() + workspace.ticketIds().size();
            assertEquals(objects, run.path("total").asInt());
            assertEquals(objects, run.path("done").asInt());
            assertEquals(100, run.path("percent").asInt());
            assertEquals(
                    SampleWorkspace.expectedEvents(workspace).stream()
                            .filter(event -> event.contactId() != null)
                            .count(),
                    run.path("events").asInt(),
                    "those that wait for an identity too");
            assertEquals(1, run.path("approximate").asInt(), "one has more than 500 parts");
            assertEquals(0, run.path("incomplete").asInt());
            assertEquals(0, run.path("unreadable").asInt());
            long nobodys = workspace.ticketIds().stream()
                    .filter(id -> Objects.requireNonNull(workspace.ticket(id))
                            .at("/contacts/contacts")
                            .isEmpty())
                    .count();
            assertTrue(nobodys > 0);
            assertEquals(
                    nobodys, program.status().at("/filtered/history.ticket").asInt());
            assertTrue(
                    program.intercom().endpoints().getOrDefault("GET /contacts/{id}", 0L)
                            < workspace.contactIds().size(),
                    "contacts are read in batches");
        }
    }

    @Test
    void searchesThatMatchWholeDaysInNoOrderAndTimeOutAreReadToTheEnd() {
        try (RunningApplication program = hurried(HistoryScenario.small())
                .intercom(intercom -> intercom.searchGranularity(SearchGranularity.DAY)
                        .searchOrder(SearchOrder.SHUFFLED)
                        .pageTimeoutAbove(50))
                .start()) {
            HistoryScenario history = new HistoryScenario(program);

            history.importAll();

            history.assertImported(history.expected());
        }
    }

    @Test
    void whatIntercomAndKlaviyoCannotDoNowIsTriedAgain() {
        try (RunningApplication program = hurried(HistoryScenario.small()).start()) {
            program.intercom()
                    .faults(FaultPlan.random(
                            new SplittableRandom(7),
                            0.1,
                            Fault.EMPTY_200,
                            Fault.HTML_403_CLOUDFLARE,
                            Fault.status(429),
                            Fault.status(500),
                            Fault.RESET));
            program.klaviyo()
                    .faults(FaultPlan.random(
                            new SplittableRandom(8), 0.3, Fault.status(503), Fault.status(429, 1), Fault.RESET));
            HistoryScenario history = new HistoryScenario(program);

            JsonNode run = history.importAll();

            history.assertImported(history.expected());
            assertEquals(0, run.path("unreadable").asInt());
        }
    }

    @Test
    void objectsThatChangeWhileTheyAreReadAreNeitherMissedNorDoubled() throws Exception {
        Workspace workspace = HistoryScenario.small();
        List<ExpectedEvent> before = SampleWorkspace.expectedEvents(workspace).stream()
                .filter(ExpectedEvent::identified)
                .toList();
        List<String> ids = workspace.conversationIds();
        try (RunningApplication program = hurried(workspace)
                // Small pages: many moments at which an object can move from one that is still to be read.
                .intercom(intercom -> intercom.pageTimeoutAbove(20))
                .start()) {
            HistoryScenario history = new HistoryScenario(program);
            AtomicBoolean running = new AtomicBoolean(true);
            Thread teammates = new Thread(() -> {
                SplittableRandom random = new SplittableRandom(9);
                Clock clock = Clock.systemUTC();
                while (running.get()) {
                    workspace.changeConversation(
                            ids.get(random.nextInt(ids.size())),
                            node -> node.put("updated_at", clock.instant().getEpochSecond() + random.nextInt(1_000)));
                    Eventually.pause();
                }
            });
            teammates.start();

            JsonNode run = history.importAll();

            running.set(false);
            teammates.join();
            history.assertImported(before);
            assertEquals(0, run.path("unreadable").asInt());
        }
    }

    @Test
    void whatWebhooksToldBeforeDuringAndAfterIsNotDoubled() throws Exception {
        Workspace workspace = HistoryScenario.small();
        try (RunningApplication program = hurried(workspace).start()) {
            HistoryScenario history = new HistoryScenario(program);
            Notifications tell =
                    new Notifications(workspace, PayloadGeneration.V2_14, Clock.systemUTC(), new SplittableRandom(10));
            List<ObjectNode> told = new ArrayList<>();
            List<String> conversations = workspace.conversationIds();
            for (int i = 0; i < conversations.size(); i += 2) {
                ObjectNode conversation = conversation(workspace, conversations.get(i));
                if (conversation.at("/source/delivered_as").asText().equals("customer_initiated")) {
                    told.add(tell.conversationCreated(conversations.get(i)));
                }
            }
            workspace.ticketIds().stream().limit(20).forEach(id -> told.add(tell.ticketCreated(id)));
            ExpectedLive live = new ExpectedLive(workspace);
            Set<String> toldIds = told.stream()
                    .flatMap(notification -> live.of(notification).stream())
                    .map(ExpectedEvent::uniqueId)
                    .collect(Collectors.toSet());
            int third = told.size() / 3;
            told.subList(0, third).forEach(program::send);
            history.start("{}");
            told.subList(third, 2 * third).forEach(program::send);

            history.awaitState("completed");
            told.subList(2 * third, told.size()).forEach(program::send);
            program.awaitRest();

            history.assertAtKlaviyo(history.expected());
            assertTrue(program.klaviyo().events().stream()
                    .filter(event -> !event.backfill())
                    .map(RecordedEvent::uniqueId)
                    .allMatch(toldIds::contains));
            assertTrue(
                    program.klaviyo().events().stream()
                                    .filter(event -> !event.backfill())
                                    .count()
                            >= third,
                    "what was told before is live");
        }
    }

    @Test
    void aRunIsPausedResumedAndSurvivesARestartOfTheProgram() {
        try (RunningApplication program = hurried(HistoryScenario.small())
                // So few that the run outlasts what is asked of it: a window is two seconds by the hurried clock.
                .intercom(intercom -> intercom.pageTimeoutAbove(20).limit(80))
                .start()) {
            HistoryScenario history = new HistoryScenario(program);
            history.start("{}");
            assertEquals(409, history.steer("start"), "one run at a time");
            assertEquals(409, history.steer("resume"));
            Eventually.holds(
                    "some is read", () -> history.progress().path("done").asInt() > 0);

            assertEquals(202, history.steer("pause"));
            assertEquals(409, history.steer("pause"));
            assertEquals(409, history.steer("start"), "a paused run is still one");
            program.restart();
            assertEquals("paused", history.progress().path("state").asText());
            assertEquals(202, history.steer("resume"));
            program.restart();

            JsonNode run = history.awaitState("completed");
            history.assertImported(history.expected());
            assertEquals(run.path("total").asInt(), run.path("done").asInt(), "none is counted twice");
        }
    }

    @Test
    void whatIsChosenIsImportedAndARestartAddsWhatIsMissing() {
        Workspace workspace = HistoryScenario.small();
        try (RunningApplication program = hurried(workspace).start()) {
            HistoryScenario history = new HistoryScenario(program);
            Instant since = Instant.now().minus(40, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
            Instant until = Instant.now().minus(20, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
            assertEquals(
                    400,
                    program.post("/api/import/start", "{\"metrics\": [\"Read Conversation\"]}")
                            .status());
            assertEquals(
                    400,
                    program.post("/api/import/start", "{\"since\": \"yesterday\"}")
                            .status());
            history.start("""
                    {"metrics": ["Created Conversation", "Rated Conversation"], "since": "%s", "until": "%s"}
                    """.formatted(since, until));

            JsonNode run = history.awaitState("completed");

            Set<String> objects = workspace.conversationIds().stream()
                    .filter(id -> {
                        Instant created = Instant.ofEpochSecond(
                                conversation(workspace, id).path("created_at").asLong());
                        return !created.isBefore(since) && created.isBefore(until);
                    })
                    .collect(Collectors.toSet());
            List<ExpectedEvent> chosen = history.expected().stream()
                    .filter(event ->
                            Set.of("Created Conversation", "Rated Conversation").contains(event.metric()))
                    .filter(event -> objects.contains(event.uniqueId().split(":")[3]))
                    .toList();
            assertFalse(chosen.isEmpty());
            history.assertImported(chosen);
            assertEquals(objects.size(), run.path("done").asInt());

            assertEquals(202, history.steer("restart"));
            JsonNode again = history.awaitState("completed");
            history.assertImported(chosen);
            assertEquals(until.toString(), again.path("until").asText(), "what was asked for is kept");
            assertEquals(0, again.path("events").asInt(), "all of it was known");

            history.importAll();
            history.assertImported(history.expected());
        }
    }

    @Test
    void aCursorThatDoesNotAdvanceEndsTheRunWithAReason() {
        try (Interposer interposer = new Interposer();
                RunningApplication program = hurried(HistoryScenario.small())
                        .intercom(intercom -> intercom.pageTimeoutAbove(20))
                        .throughAnother(interposer::before)
                        .start()) {
            interposer.change((path, body) -> {
                if (path.endsWith("s/search") && body.at("/pages/next").isObject()) {
                    ((ObjectNode) body.at("/pages/next")).put("starting_after", "WzIwXQ==");
                }
            });
            HistoryScenario history = new HistoryScenario(program);
            history.start("{\"metrics\": [\"Created Conversation\"]}");

            JsonNode run = history.awaitState("failed");
            assertTrue(run.path("error").asText().contains("cursor does not advance"), run::toString);

            interposer.change((path, body) -> {});
            assertEquals(202, history.steer("resume"));
            history.awaitState("completed");
            history.assertImported(history.expected().stream()
                    .filter(event -> event.metric().equals("Created Conversation"))
                    .toList());
        }
    }

    @Test
    void partsThatIntercomDoesNotShowAreReported() {
        try (Interposer interposer = new Interposer();
                RunningApplication program = hurried(HistoryScenario.tiny())
                        .throughAnother(interposer::before)
                        .start()) {
            String conversation = startedByAContact(program.workspace());
            program.scenes().replyToConversation(conversation);
            interposer.change((path, body) -> {
                if (path.equals("/conversations/" + conversation)) {
                    ((ArrayNode) body.at("/conversation_parts/conversation_parts")).remove(0);
                }
            });
            HistoryScenario history = new HistoryScenario(program);

            assertEquals(1, history.importAll().path("incomplete").asInt());
        }
    }

    @Test
    void anEventThatKlaviyoRefusesIsParkedAndTheRestOfItsRequestGoes() {
        Workspace workspace = HistoryScenario.tiny();
        String poisoned = startedByAContact(workspace);
        try (Interposer interposer = new Interposer();
                RunningApplication program =
                        hurried(workspace).throughAnother(interposer::before).start()) {
            // Klaviyo takes no event from before 1990. The search tells its true age: else it would lie in no window.
            interposer.change((path, body) -> {
                if (path.equals("/conversations/" + poisoned)) {
                    body.put("created_at", 100);
                }
            });
            program.scenes().replyToConversation(poisoned);
            HistoryScenario history = new HistoryScenario(program);

            history.importAll();

            String uniqueId = "intercom:" + workspace.idCode() + ":created-conversation:" + poisoned;
            assertEquals("parked", program.event(uniqueId).path("state").asText());
            Set<String> wanted =
                    history.expected().stream().map(ExpectedEvent::uniqueId).collect(Collectors.toSet());
            assertTrue(wanted.remove(uniqueId));
            assertEquals(wanted, program.recordedIds());
            assertEquals(0, program.klaviyo().repeats());
        }
    }

    @Test
    void anObjectThatProvesNothingOfWhatIsAskedForIsDone() {
        try (RunningApplication program = hurried(HistoryScenario.tiny()).start()) {
            HistoryScenario history = new HistoryScenario(program);

            history.start("{\"metrics\": [\"Marked Ticket On Hold\"]}");

            history.awaitState("completed");
            history.assertImported(history.expected().stream()
                    .filter(event -> event.metric().equals("Marked Ticket On Hold"))
                    .toList());
        }
    }

    @Test
    void liveEventsPassByWhileAnImportRuns() {
        try (RunningApplication program = RunningApplication.with(folder)
                .workspace(HistoryScenario.small())
                .start()) {
            HistoryScenario history = new HistoryScenario(program);
            // Klaviyo takes no bulk requests: all of history waits.
            program.klaviyo()
                    .faults(FaultPlan.random(new SplittableRandom(1), 1, Fault.status(503))
                            .onlyFor("/api/event-bulk"));
            history.start("{}");
            Eventually.holds(
                    "history waits",
                    () -> history.progress().path("undelivered").asInt() > 0);
            String contact = program.scenes().user("passes-by@klaviyo-demo.com");
            String conversation = program.scenes().conversation(contact);

            String uniqueId = program.sendOne(program.scenes().tell().conversationCreated(conversation));

            program.awaitState("delivered", uniqueId);
            JsonNode run = history.progress();
            assertEquals("running", run.path("state").asText(), run::toString);
            assertTrue(run.path("percent").asInt() < 100, run::toString);
        }
    }
}
