package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import routes.sandbox.ExpectedLive;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;
import routes.sandbox.IntercomStandIn;
import routes.sandbox.KlaviyoStandIn;
import routes.sandbox.RecordedEvent;
import routes.sandbox.SampleWorkspace;
import routes.sandbox.Scenes;
import routes.sandbox.WebhookSender;

/**
 * A process that is killed straight after a 200 has lost nothing: what it answered for is at Klaviyo after a restart, once.
 * Each test begins with the process that the one before has started last.
 */
@TestInstance(Lifecycle.PER_CLASS)
class ProcessInboxTest {

    private final routes.sandbox.Workspace workspace = SampleWorkspace.small().create(Clock.systemUTC());
    private final Scenes scenes = new Scenes(workspace, Clock.systemUTC());
    private final IntercomStandIn intercom = IntercomStandIn.builder(workspace).start();
    private final KlaviyoStandIn klaviyo = KlaviyoStandIn.builder().start();
    private final int port = RunningApplication.freePort();
    private final WebhookSender sender =
            new WebhookSender(URI.create("http://127.0.0.1:" + port + "/webhooks/intercom"), RunningApplication.SECRET);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final JsonMapper json = JsonMapper.builder().build();

    private Path folder;
    private Program program;
    private int adminPort;

    @BeforeAll
    void begin(@TempDir Path given) {
        folder = given;
        program = started(given);
    }

    /** Nothing of the test before is under way any more. */
    @BeforeEach
    void rest() {
        intercom.faults(FaultPlan.none());
        klaviyo.faults(FaultPlan.none());
        if (!program.isAlive()) {
            start();
        }
        var unused = Eventually.value(
                "inbox and delivery log have nothing left to do",
                this::status,
                status -> status.path("inbox").asInt(-1) == 0
                        && status.path("outbox").asInt(-1) == 0);
        klaviyo.forget();
    }

    private JsonNode status() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/api/status"))
                .timeout(Eventually.PATIENCE)
                .build();
        return json.readTree(http.send(request, BodyHandlers.ofString()).body());
    }

    private void start() {
        program = started(folder);
    }

    private Program started(Path folder) {
        adminPort = RunningApplication.freePort();
        Program started = Program.start(
                folder,
                Map.of(
                        "INTERCOM_CLIENT_SECRET",
                        RunningApplication.SECRET,
                        "INTERCOM_ACCESS_TOKEN",
                        "stand-in-token",
                        "INTERCOM_URL",
                        intercom.url().toString(),
                        "KLAVIYO_API_KEY",
                        "pk_stand_in",
                        "KLAVIYO_URL",
                        klaviyo.url().toString(),
                        "HTTP_HOST",
                        "127.0.0.1",
                        "HTTP_PORT",
                        String.valueOf(port),
                        "ADMIN_PORT",
                        String.valueOf(adminPort)));
        Eventually.holds("it receives", () -> {
            assertTrue(started.isAlive(), started::printed);
            return sender.head() == 200;
        });
        return started;
    }

    @AfterAll
    void stop() {
        if (program != null) {
            program.close();
        }
        intercom.close();
        klaviyo.close();
    }

    private ObjectNode notification() {
        return scenes.tell().conversationCreated(scenes.conversation(scenes.user("robin@klaviyo-demo.com")));
    }

    private String uniqueId(ObjectNode notification) {
        return new ExpectedLive(workspace).of(notification).get(0).uniqueId();
    }

    private Set<String> recorded() {
        return klaviyo.events().stream().map(RecordedEvent::uniqueId).collect(Collectors.toCollection(TreeSet::new));
    }

    private void assertAllRecordedOnce(Set<String> acknowledged) {
        Eventually.holds("all are at Klaviyo", () -> recorded().containsAll(acknowledged));
        assertEquals(klaviyo.events().size(), recorded().size());
        // A new life does not know what the one before has sent within the last second: it may be told to slow down.
        assertEquals(
                List.of(),
                klaviyo.refusals().stream()
                        .filter(refusal -> refusal.status() != 429)
                        .toList());
    }

    @Test
    void killedStraightAfterThe200() {
        klaviyo.faults((method, path, body) -> Fault.status(503));
        ObjectNode notification = notification();

        assertEquals(200, sender.sendAndWait(notification));
        program.kill();
        klaviyo.faults(FaultPlan.none());
        start();

        assertAllRecordedOnce(Set.of(uniqueId(notification)));
        assertEquals(1, klaviyo.accepted());
    }

    @Test
    void killedWhileKlaviyoHasTakenItButNotAnswered() {
        klaviyo.faults((method, path, body) -> Fault.slow(20_000));
        ObjectNode notification = notification();

        assertEquals(200, sender.sendAndWait(notification));
        Eventually.holds("Klaviyo has it", () -> klaviyo.accepted() == 1);
        program.kill();
        klaviyo.faults(FaultPlan.none());
        start();

        Eventually.holds("it is sent once more, and discarded there", () -> klaviyo.repeats() == 1);
        assertAllRecordedOnce(Set.of(uniqueId(notification)));
    }

    @Test
    void killedAgainAndAgainWhileManyComeIn() {
        Set<String> acknowledged = new TreeSet<>();
        for (int round = 0; round < 3; round++) {
            List<ObjectNode> notifications = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                notifications.add(notification());
            }
            List<CompletableFuture<Integer>> answers = notifications.stream()
                    .map(each -> sender.send(WebhookSender.bytes(each)))
                    .toList();
            answers.get(30).join();
            program.kill();
            for (int i = 0; i < notifications.size(); i++) {
                if (answers.get(i).join() == 200) {
                    acknowledged.add(uniqueId(notifications.get(i)));
                }
            }
            start();
        }

        assertTrue(acknowledged.size() > 3, "some were answered");
        assertAllRecordedOnce(acknowledged);
    }

    /** What the others do while the program is told to stop. */
    enum Trouble {
        KLAVIYO_IS_BUSY,
        KLAVIYO_HANGS,
        INTERCOM_IS_BUSY,
        INTERCOM_HANGS
    }

    private void begin(Trouble trouble) {
        switch (trouble) {
            case KLAVIYO_IS_BUSY -> klaviyo.faults((method, path, body) -> Fault.status(503));
            case KLAVIYO_HANGS -> klaviyo.faults((method, path, body) -> Fault.slow(60_000));
            case INTERCOM_IS_BUSY -> intercom.faults((method, path, body) -> Fault.status(503));
            case INTERCOM_HANGS -> intercom.faults((method, path, body) -> Fault.slow(60_000));
        }
    }

    @ParameterizedTest
    @EnumSource
    void terminatedUnderLoadItEndsSoonAndLeavesTheRestForTheNextStart(Trouble trouble) {
        begin(trouble);
        List<ObjectNode> notifications = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            notifications.add(notification());
        }
        List<CompletableFuture<Integer>> answers = notifications.stream()
                .map(each -> sender.send(WebhookSender.bytes(each)))
                .toList();
        answers.get(100).join();
        Instant start = Instant.now();

        Program.Ended ended = program.terminate();

        Duration took = Duration.between(start, Instant.now());
        assertTrue(took.compareTo(Duration.ofSeconds(15)) < 0, () -> "it took " + took + ": " + ended.output());
        Set<String> acknowledged = new TreeSet<>();
        for (int i = 0; i < notifications.size(); i++) {
            if (answers.get(i).join() == 200) {
                acknowledged.add(uniqueId(notifications.get(i)));
            }
        }
        assertTrue(acknowledged.size() > 50, "many were answered");
        klaviyo.faults(FaultPlan.none());
        intercom.faults(FaultPlan.none());
        start();
        assertAllRecordedOnce(acknowledged);
    }
}
