package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.sandbox.WebhookSender;

/** Nothing that a sender writes chooses a header, a destination, a file or a line of the log. */
class HostileTextTest {

    private static final String MARK = "forged";
    private static final String LINE = "20\\d\\d-\\d\\d-\\d\\dT[0-9:.]+(Z|[+-]\\d\\d:\\d\\d) (ERROR|WARN |INFO ) .*";

    private record Asked(String method, String path, Map<String, List<String>> headers, String body) {}

    private final List<HttpServer> servers = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ConcurrentLinkedQueue<Asked> ofIntercom = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Asked> ofKlaviyo = new ConcurrentLinkedQueue<>();
    private final int port = RunningApplication.freePort();
    private final URI webhooks = URI.create("http://127.0.0.1:" + port + "/webhooks/intercom");
    private final Path folder;

    private Program program;

    HostileTextTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void start() throws IOException {
        // A contact with nothing but an e-mail for every id, so that as much as can be goes on to Klaviyo.
        String contact = "{\"type\":\"contact\",\"id\":\"c1\",\"email\":\"a@klaviyo-demo.com\"}";
        URI intercom = server(ofIntercom, 200, contact);
        URI klaviyo = server(ofKlaviyo, 202, "");
        program = Program.start(
                folder,
                Map.of(
                        "INTERCOM_CLIENT_SECRET",
                        RunningApplication.SECRET,
                        "INTERCOM_ACCESS_TOKEN",
                        "stand-in-token",
                        "INTERCOM_URL",
                        intercom.toString(),
                        "KLAVIYO_API_KEY",
                        "pk_stand_in",
                        "KLAVIYO_URL",
                        klaviyo.toString(),
                        "HTTP_HOST",
                        "127.0.0.1",
                        "HTTP_PORT",
                        String.valueOf(port),
                        "ADMIN_PORT",
                        String.valueOf(RunningApplication.freePort())));
        WebhookSender sender = new WebhookSender(webhooks, RunningApplication.SECRET);
        Eventually.holds("it receives", () -> {
            assertTrue(program.isAlive(), program::printed);
            return sender.head() == 200;
        });
    }

    @AfterEach
    void stop() {
        program.close();
        servers.forEach(server -> server.stop(0));
        threads.shutdownNow();
    }

    private URI server(ConcurrentLinkedQueue<Asked> asked, int status, String answer) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            asked.add(read(exchange));
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        servers.add(server);
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private static Asked read(HttpExchange exchange) throws IOException {
        return new Asked(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                exchange.getRequestHeaders(),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    }

    private Set<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> folder.relativize(file).toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void marksComeOutNowhereButInTheEventsThemselves() throws IOException {
        Set<String> files = files();
        send();
        WebhookScenario valid = WebhookScenario.of("{}");
        for (WebhookScenario each : List.of(
                valid.withPath("/webhooks/intercom?CamelHttpUri=http://" + MARK + "&CamelHttpPath=/" + MARK),
                valid.withPath("/webhooks/intercom%0d%0a2026-" + MARK),
                valid.withPath("/" + MARK + "/../../etc/passwd"),
                valid.withHeader("CamelHttpUri: http://" + MARK),
                valid.withHeader("CamelFileName: " + MARK),
                valid.withHeader("X-Forwarded-For: " + MARK),
                valid.withSignature("sha1=" + MARK),
                valid.withContentType(MARK + "/" + MARK),
                WebhookScenario.of("{\"topic\":\"" + MARK + "\\r\\n" + MARK + "\"}"),
                WebhookScenario.of(MARK + "\r\n" + MARK))) {
            assertTrue(each.sendTo(webhooks).status() >= 400);
        }
        program.terminate();

        assertLogIsClean();
        assertRequestsAreOurs();
        Set<String> now = files();
        now.removeAll(files);
        assertTrue(now.stream().allMatch(file -> file.startsWith("data")), now::toString);
        assertTrue(now.stream().noneMatch(file -> file.contains(MARK)), now::toString);
    }

    /** Each value of each fixture in turn, and some headers that would steer Camel. */
    private void send() {
        WebhookSender sender = new WebhookSender(webhooks, RunningApplication.SECRET);
        long taken = 0;
        for (String kind : List.of(
                "\"" + MARK + "\\r\\n" + MARK + ": 1\\r\\n\\r\\n\\u001b[31m\\u0085\\u2028" + MARK + "\"",
                "\"../" + MARK + "?x#/..\"",
                "\"${" + MARK + "} {{" + MARK + "}} http://" + MARK + "/\"")) {
            for (ObjectNode fixture : HostileJson.fixtures()) {
                // One fixture after the other: all at once would not be answered in time on a slow machine.
                List<CompletableFuture<Integer>> answers = new ArrayList<>();
                for (String spoilt : HostileJson.spoilt(fixture, kind)) {
                    answers.add(sender.send(HostileJson.withOwnIds(spoilt.getBytes(StandardCharsets.UTF_8))));
                }
                taken += answers.stream()
                        .map(CompletableFuture::join)
                        .filter(status -> status == 200)
                        .count();
            }
        }
        assertTrue(taken > 1_000, taken + " were taken");
        Eventually.holds(
                "a good number is sent on",
                () -> ofKlaviyo.stream()
                                .mapToInt(asked -> asked.body.split("\"unique_id\"", -1).length - 1)
                                .sum()
                        > 300);
    }

    private void assertLogIsClean() {
        List<String> lines = program.printed().lines().toList();
        List<String> foreign =
                lines.stream().filter(line -> !line.matches(LINE)).limit(5).toList();
        assertEquals(List.of(), foreign, "each line of the log begins as ours do");
        assertTrue(lines.stream().anyMatch(line -> line.contains("Parked")), "something was parked");
        assertTrue(
                lines.stream().noneMatch(line -> line.contains("\u001b") || line.contains("\u2028")),
                "nothing that a terminal or viewer obeys");
        assertFalse(program.printed().contains("pk_stand_in"), "no secret");
    }

    private void assertRequestsAreOurs() {
        Set<String> klaviyo = ofKlaviyo.stream().map(asked -> asked.path).collect(Collectors.toSet());
        klaviyo.removeAll(Set.of("/api/events", "/api/event-bulk-create-jobs", "/api/profile-import", "/api/accounts"));
        assertEquals(Set.of(), klaviyo);
        for (Asked asked : ofKlaviyo) {
            assertFalse(asked.headers.toString().contains(MARK), () -> asked.headers.toString());
        }
        Set<String> headers = ofKlaviyo.stream()
                .filter(asked -> asked.method.equals("POST"))
                .flatMap(asked -> asked.headers.keySet().stream())
                .map(name -> name.toLowerCase(java.util.Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
        headers.removeAll(Set.of(
                "accept",
                "accept-encoding",
                "authorization",
                "connection",
                "content-length",
                "content-type",
                "host",
                "revision",
                "user-agent"));
        assertEquals(Set.of(), headers);
        for (Asked asked : ofIntercom) {
            assertFalse(asked.headers.toString().contains(MARK), () -> asked.headers.toString());
            assertTrue(
                    asked.path.matches("/(me|admins|teams|tags|contacts/search|contacts/[A-Za-z0-9_-]+(/tags)?"
                            + "|(conversations|tickets)/search.*)"),
                    asked.path);
        }
    }
}
