package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import routes.sandbox.ExpectedEvent;
import routes.sandbox.ExpectedLive;
import routes.sandbox.FaultPlan;
import routes.sandbox.IntercomStandIn;
import routes.sandbox.KlaviyoStandIn;
import routes.sandbox.RecordedEvent;
import routes.sandbox.SampleWorkspace;
import routes.sandbox.Scenes;
import routes.sandbox.WebhookSender;
import routes.store.TestDatabase;

/**
 * The whole program between stand-ins for Intercom and Klaviyo, on free ports of loopback and a database file of its
 * own. Not thread-safe, but for what the stand-ins do.
 */
public final class RunningApplication implements AutoCloseable {

    static final String SECRET = "client-secret-of-the-tests";
    static final String CLIENT_ID = "client-id-of-the-tests";

    private final ObjectMapper json = JsonMapper.builder().build();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final routes.sandbox.Workspace workspace;
    private final Scenes scenes;
    private final ExpectedLive expected;
    private final IntercomStandIn intercom;
    private final KlaviyoStandIn klaviyo;
    private final Function<Settings.@Nullable PublicApp, Settings> settings;
    private Settings current;
    private final Clock clock;
    private final Ticker ticker;
    private final boolean openCases;
    private Application application;

    private RunningApplication(Options options) {
        workspace = options.workspace;
        clock = options.clock;
        ticker = options.ticker;
        openCases = options.openCases;
        scenes = new Scenes(workspace, clock);
        expected = new ExpectedLive(workspace);
        int adminPort = freePort();
        intercom = options.intercom
                .apply(IntercomStandIn.builder(workspace)
                        .clock(options.clockOfStandIns)
                        .app(CLIENT_ID, SECRET, URI.create("http://127.0.0.1:" + adminPort + ConnectionView.CALLBACK)))
                .start();
        klaviyo = options.klaviyo
                .apply(KlaviyoStandIn.builder().clock(options.clockOfStandIns))
                .start();
        int httpPort = freePort();
        settings = app -> new Settings(
                List.of(SECRET, "an-older-secret"),
                app == null ? "stand-in-token" : null,
                app,
                options.way.apply(intercom.url()),
                "pk_stand_in",
                klaviyo.url(),
                "127.0.0.1",
                httpPort,
                "127.0.0.1",
                adminPort,
                null,
                options.database.url(options.folder),
                options.database.user(),
                "",
                null,
                options.routes,
                Map.of());
        current = settings.apply(options.app);
        application = start();
    }

    /**
     * Without reconciliation: whenever its time came, it would find what the sample workspace holds and no notification
     * has told, and deliver it among what a test sends. Likewise without telling profiles of open cases, whose requests
     * would come among those that a test counts or refuses.
     */
    private Application start() {
        Application started = Application.start(current, clock, ticker);
        try {
            started.context().getRouteController().stopRoute("reconcile");
            if (!openCases) {
                started.context().getRouteController().stopRoute("deliver-open-cases");
            }
        } catch (Exception e) {
            throw new IllegalStateException("a route cannot be stopped", e);
        }
        return started;
    }

    /** @param folder for the database */
    static RunningApplication in(Path folder) {
        return with(folder).start();
    }

    /** @param routes a routes file that may be edited while it runs */
    static RunningApplication in(Path folder, Path routes) {
        return with(folder).routes(routes).start();
    }

    /** @param folder for the database */
    static Options with(Path folder) {
        return new Options(folder);
    }

    /** What surrounds the program, where a test wants it other than usual. */
    static final class Options {

        private final Path folder;
        private @Nullable Path routes;
        private TestDatabase database = TestDatabase.HSQLDB;
        private routes.sandbox.Workspace workspace = SampleWorkspace.small().create(Clock.systemUTC());
        private UnaryOperator<IntercomStandIn.Builder> intercom = UnaryOperator.identity();
        private UnaryOperator<KlaviyoStandIn.Builder> klaviyo = UnaryOperator.identity();
        private UnaryOperator<URI> way = UnaryOperator.identity();
        private Clock clock = Clock.systemUTC();
        private Clock clockOfStandIns = Clock.systemUTC();
        private Ticker ticker = Ticker.systemTicker();
        private Settings.@Nullable PublicApp app;
        private boolean openCases;

        private Options(Path folder) {
            this.folder = folder;
        }

        Options routes(Path file) {
            routes = file;
            return this;
        }

        Options database(TestDatabase value) {
            database = value;
            return this;
        }

        Options workspace(routes.sandbox.Workspace value) {
            workspace = value;
            return this;
        }

        Options intercom(UnaryOperator<IntercomStandIn.Builder> options) {
            intercom = options;
            return this;
        }

        Options klaviyo(UnaryOperator<KlaviyoStandIn.Builder> options) {
            klaviyo = options;
            return this;
        }

        /** @param value where the program asks Intercom, given where Intercom is */
        Options throughAnother(UnaryOperator<URI> value) {
            way = value;
            return this;
        }

        /** The program's clock, not that of the stand-ins. */
        Options clock(Clock value) {
            clock = value;
            return this;
        }

        /** The program's clock and that of the stand-ins. */
        Options clockOfAll(Clock value) {
            clock = value;
            clockOfStandIns = value;
            return this;
        }

        /** By which the program measures how long senders take. */
        Options ticker(Ticker value) {
            ticker = value;
            return this;
        }

        /** A public app in the place of an access token: it has to be connected. */
        Options toBeConnected(SecretKey... keys) {
            app = new Settings.PublicApp(CLIENT_ID, List.of(keys));
            return this;
        }

        /** Profiles are told of open cases. */
        Options openCases() {
            openCases = true;
            return this;
        }

        RunningApplication start() {
            return new RunningApplication(this);
        }
    }

    /** @return of a program on loopback, with an embedded database, that reaches neither Intercom nor Klaviyo */
    static Settings ofNobody(
            Path store, int httpPort, int adminPort, @Nullable String password, @Nullable Path routes) {
        URI nowhere = URI.create("http://127.0.0.1:1");
        return new Settings(
                List.of(SECRET),
                "token",
                null,
                nowhere,
                "pk_key",
                nowhere,
                "127.0.0.1",
                httpPort,
                "127.0.0.1",
                adminPort,
                password,
                "jdbc:hsqldb:file:" + store,
                "SA",
                "",
                null,
                routes,
                Map.of());
    }

    /** @return a port that nothing listened on a moment ago */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Application application() {
        return application;
    }

    routes.sandbox.Workspace workspace() {
        return workspace;
    }

    Scenes scenes() {
        return scenes;
    }

    IntercomStandIn intercom() {
        return intercom;
    }

    KlaviyoStandIn klaviyo() {
        return klaviyo;
    }

    URI webhooks() {
        return URI.create("http://127.0.0.1:" + current.httpPort() + "/webhooks/intercom");
    }

    WebhookSender sender() {
        return new WebhookSender(webhooks(), SECRET);
    }

    /** Stops the program and starts it again on the same database; the stand-ins go on. */
    void restart() {
        application.close();
        application = start();
    }

    /** As {@link #restart}, with other keys for the token of a connected app. */
    void restart(SecretKey... keys) {
        current = settings.apply(new Settings.PublicApp(CLIENT_ID, List.of(keys)));
        restart();
    }

    /** @return which events metrics.md wants of a notification */
    List<ExpectedEvent> expected(ObjectNode notification) {
        return expected.of(notification);
    }

    /** Sends a notification, which must be answered 200, and says which events metrics.md wants of it. */
    List<ExpectedEvent> send(ObjectNode notification) {
        List<ExpectedEvent> events = expected(notification);
        assertEquals(200, sender().sendAndWait(notification), () -> "answer to " + notification.path("topic"));
        return events;
    }

    /** As {@link #send}, for a notification that tells one thing. */
    String sendOne(ObjectNode notification) {
        List<ExpectedEvent> events = send(notification);
        assertEquals(1, events.size(), () -> "events of " + notification.path("topic"));
        return events.get(0).uniqueId();
    }

    /** Waits until nothing is left to be done now: all that came in is delivered, parked or waiting. */
    void awaitRest() {
        var unused = Eventually.value(
                "inbox and delivery log have nothing left to do",
                this::status,
                status -> status.path("inbox").asInt() == 0
                        && status.path("outbox").asInt() == 0);
    }

    /** Waits until the event stands so in the delivery log, and returns it as the API shows it. */
    JsonNode awaitState(String state, String uniqueId) {
        return Eventually.value(uniqueId + " is " + state, () -> event(uniqueId), event -> event.path("state")
                .asText()
                .equals(state));
    }

    JsonNode event(String uniqueId) {
        return get("/api/events/" + AdminClient.encode(uniqueId)).body();
    }

    JsonNode status() {
        return get("/api/status").body();
    }

    /** @return events with this {@code unique_id} that Klaviyo has recorded */
    List<RecordedEvent> recorded(String uniqueId) {
        return klaviyo.events().stream()
                .filter(event -> event.uniqueId().equals(uniqueId))
                .toList();
    }

    Set<String> recordedIds() {
        return klaviyo.events().stream().map(RecordedEvent::uniqueId).collect(Collectors.toSet());
    }

    AdminClient.Reply get(String path) {
        return call(HttpRequest.newBuilder(admin(path)).GET());
    }

    AdminClient.Reply post(String path, String body) {
        return call(HttpRequest.newBuilder(admin(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private URI admin(String path) {
        return URI.create("http://127.0.0.1:" + current.adminPort() + path);
    }

    private AdminClient.Reply call(HttpRequest.Builder request) {
        HttpResponse<String> response =
                http(request.timeout(Duration.ofSeconds(30)).build());
        try {
            return new AdminClient.Reply(response.statusCode(), json.readTree(response.body()));
        } catch (IOException e) {
            throw new UncheckedIOException("the answer is no JSON: " + response.body(), e);
        }
    }

    /** What the admin port answers there, as text. */
    String text(String path) {
        return http(HttpRequest.newBuilder(admin(path)).GET().build()).body();
    }

    /** Any request to anywhere. */
    HttpResponse<String> http(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Both stand-ins on their best day, and Klaviyo without memory. */
    void reset() {
        intercom.faults(FaultPlan.none());
        intercom.forget();
        klaviyo.faults(FaultPlan.none());
        klaviyo.refusePhone(phone -> false);
        klaviyo.forget();
    }

    @Override
    public void close() {
        application.close();
        intercom.close();
        klaviyo.close();
    }
}
