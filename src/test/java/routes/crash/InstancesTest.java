package routes.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import routes.harness.Child;
import routes.harness.Deadline;
import routes.harness.Product;
import routes.sandbox.ExpectedEvent;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;
import routes.sandbox.IntercomStandIn;
import routes.sandbox.KlaviyoStandIn;
import routes.sandbox.RecordedEvent;
import routes.sandbox.SampleWorkspace;
import routes.sandbox.Workspace;
import routes.store.TestDatabase;

/** Two instances, each a process of its own, on one PostgreSQL; the first is killed with -9. */
class InstancesTest {

    private static final Duration READY = Duration.ofSeconds(90);

    /** Until what a dead instance was at goes on elsewhere: five seconds of silence, and the work itself on a busy machine. */
    private static final Duration TAKE_OVER = Duration.ofSeconds(25);

    private Path folder;
    private String url;
    private JdbcTemplate jdbc;
    private final List<Product> products = new ArrayList<>();
    private final List<Child> lives = new ArrayList<>();
    /** For when the job was to fire, in the order in which it did. */
    private final List<Instant> ticks = new CopyOnWriteArrayList<>();

    private @Nullable HttpServer ticked;
    private @Nullable IntercomStandIn intercom;
    private @Nullable KlaviyoStandIn klaviyo;

    @BeforeEach
    void prepare() throws IOException {
        // Kept for whoever wants to know what the processes said.
        folder = Files.createTempDirectory(Files.createDirectories(Path.of("target", "instances")), "run")
                .toAbsolutePath();
        url = TestDatabase.POSTGRESQL.url(folder);
        jdbc = new JdbcTemplate(new DriverManagerDataSource(url, TestDatabase.POSTGRESQL.user(), ""));
    }

    @AfterEach
    void stop() {
        // Nothing is asked of them any more.
        lives.forEach(Child::kill);
        if (intercom != null) {
            intercom.close();
        }
        if (klaviyo != null) {
            klaviyo.close();
        }
        if (ticked != null) {
            ticked.stop(0);
        }
    }

    private void start(Workspace workspace, Duration latency, @Nullable Path routes) {
        IntercomStandIn asked =
                IntercomStandIn.builder(workspace).latency(latency).start();
        KlaviyoStandIn sent = KlaviyoStandIn.builder().latency(latency).start();
        intercom = asked;
        klaviyo = sent;
        for (int i = 0; i < 2; i++) {
            Product product = new Product(
                            null,
                            List.of("-Xmx300m", "-XX:TieredStopAtLevel=1"),
                            folder,
                            folder.resolve("log-" + i + ".txt"),
                            asked.url(),
                            sent.url())
                    .with("DATABASE_URL", url)
                    .with("DATABASE_USER", TestDatabase.POSTGRESQL.user());
            if (routes != null) {
                product.with("ROUTES", routes.toString());
            }
            products.add(product);
            lives.add(product.start());
        }
        products.forEach(product -> Deadline.await("an instance is ready", READY, product::isReady));
    }

    private List<RecordedEvent> recorded() {
        return klaviyo == null ? List.of() : klaviyo.events();
    }

    private long refusedForHaste() {
        return klaviyo == null ? -1 : klaviyo.statuses().getOrDefault(429, 0L);
    }

    @Test
    void whenOneIsKilledTheOtherGoesOnAndNothingIsLostOrDoubled() throws IOException {
        Story story = new Story(1_500, 7, Instant.now());
        start(story.workspace(), Duration.ofMillis(50), null);
        try (Sender sender = new Sender(products.stream().map(Product::webhooks).toList(), story.told(), 7)) {
            sender.release(1_000, 2_000);
            Deadline.await("both are at work", READY, () -> sender.count() > 700);

            lives.get(0).kill();
            long killed = System.nanoTime();
            sender.release(500, 500);
            Deadline.await("all is acknowledged", READY, () -> sender.open() == 0);
            Product left = products.get(1);
            Deadline.await("inbox and outbox of both are empty", TAKE_OVER, left::isIdle);
            Duration took = Duration.ofNanos(System.nanoTime() - killed);

            assertNotNull(klaviyo);
            Checker checker = new Checker(sender.acknowledged(), klaviyo.url(), left);
            Checker.Findings findings = checker.findings("nobody is refused");
            assertTrue(findings.none(), () -> findings + " after " + took);
            assertTrue(checker.recorded() > 900, () -> checker.recorded() + " recorded");
            assertEquals(0, refusedForHaste(), "both keep one pace");
            assertFalse(said(1, "failed and will be tried again"), "a fact told to both is no failure");
            assertTrue(took.compareTo(TAKE_OVER) < 0, () -> "it took " + took);
        }
    }

    @Test
    void anImportAndAJobGoOnOnTheOtherOne() throws IOException {
        Workspace workspace =
                new SampleWorkspace("sandbox3", 3, 60, 300, 150, Duration.ofDays(400)).create(Clock.systemUTC());
        int port = listenForTicks();
        Path routes = folder.resolve("routes.yaml");
        String bundled = Files.readString(Path.of("src/main/resources/routes.yaml"));
        Files.writeString(routes, bundled + tick("* * * * * ?", port));
        start(workspace, Duration.ofMillis(150), routes);

        Deadline.await("the job has fired", READY, () -> ticks.size() >= 5);
        assertFiredOnceEach(ticks);
        // What an instance had taken ahead of its time by the schedule of then came back two times in three.
        for (int edit = 0; edit < 4; edit++) {
            int parity = edit % 2;
            Files.writeString(routes, bundled + tick(parity + "/2 * * * * ?", port));
            Instant edited = Instant.now();
            Deadline.await(
                    "the edit has taken effect on both",
                    READY,
                    () -> Instant.now().isAfter(edited.plusSeconds(5))
                            && firesOnlyAt(parity, ticksOfTheLastSeconds(5)));
            // At the moment of an edit both replace the trigger, and it may fire for both.
            assertFiredOnceEach(ticksOfTheLastSeconds(3));
        }

        assertNotNull(intercom);
        intercom.faults(noTicketsAfterConversations());
        assertEquals(202, products.get(1).post("/api/import/start", "{}"));
        Deadline.await("the import is under way", READY, () -> done(products.get(1)) > 0);
        String holder = holder();
        int importing = said(0, "This is instance " + holder) ? 0 : 1;
        Child victim = lives.get(importing);
        Product left = products.get(1 - importing);
        int before = ticks.size();
        victim.kill();
        intercom.faults(FaultPlan.none());
        assertEquals("running", state(left));

        Deadline.await("the import has been taken over", TAKE_OVER, () -> !holder.equals(holder()));
        Deadline.await("the job fires on the other", TAKE_OVER, () -> ticks.size() > before + 2);
        Deadline.await("the import is completed", READY, () -> state(left).equals("completed"));
        List<RecordedEvent> recorded = recorded();
        Set<String> ids = recorded.stream().map(RecordedEvent::uniqueId).collect(Collectors.toSet());
        assertEquals(
                SampleWorkspace.expectedEvents(workspace).stream()
                        .filter(ExpectedEvent::identified)
                        .map(ExpectedEvent::uniqueId)
                        .collect(Collectors.toSet()),
                ids);
        assertEquals(ids.size(), recorded.size(), "each once");
        assertEquals(0, refusedForHaste());
    }

    /** So that an import that has delivered some of the conversations cannot have read all there is. */
    private static FaultPlan noTicketsAfterConversations() {
        AtomicBoolean reading = new AtomicBoolean();
        return (method, path, body) -> {
            if (path.startsWith("/conversations/") && method.equals("GET")) {
                reading.set(true);
            }
            return reading.get() && path.equals("/tickets/search") ? Fault.status(503) : null;
        };
    }

    private boolean said(int which, String what) throws IOException {
        return Files.readString(folder.resolve("log-" + which + ".txt")).contains(what);
    }

    private static void assertFiredOnceEach(List<Instant> fired) {
        assertFalse(fired.isEmpty());
        List<Instant> inOrder = fired.stream().sorted().toList();
        assertEquals(List.copyOf(new TreeSet<>(fired)), inOrder, "fired twice");
    }

    private static boolean firesOnlyAt(int parity, List<Instant> fired) {
        return !fired.isEmpty() && fired.stream().allMatch(tick -> tick.getEpochSecond() % 2 == parity);
    }

    private List<Instant> ticksOfTheLastSeconds(int seconds) {
        Instant from = Instant.now().minusSeconds(seconds);
        return ticks.stream().filter(from::isBefore).toList();
    }

    /** @return the port at which the job says that it has fired */
    private int listenForTicks() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                ticks.add(Instant.ofEpochMilli(Long.parseLong(body)));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        server.start();
        ticked = server;
        return server.getAddress().getPort();
    }

    private String holder() {
        return String.valueOf(jdbc.queryForObject("SELECT owner FROM import_run", String.class));
    }

    private static long done(Product product) {
        JsonNode run = product.get("/api/import");
        return run == null ? 0 : run.path("done").asLong();
    }

    private static String state(Product product) {
        JsonNode run = product.get("/api/import");
        return run == null ? "" : run.path("state").asText();
    }

    private static String tick(String cron, int port) {
        return """

                - route:
                    id: tick
                    description: Says for when it was to fire.
                    from:
                      uri: quartz:tick
                      parameters:
                        cron: "%s"
                        stateful: true
                        recoverableJob: true
                      steps:
                        - setBody:
                            expression:
                              simple:
                                expression: ${header.scheduledFireTime.time}
                                resultType: java.lang.String
                        - removeHeaders:
                            pattern: "*"
                        - to:
                            uri: http://127.0.0.1:%d/tick
                            parameters:
                              httpMethod: POST
                """.formatted(cron, port);
    }
}
