package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.WebhookScenario.Reply;
import routes.sandbox.SampleWorkspace;
import routes.sandbox.Scenes;
import routes.sandbox.Workspace;

/** Senders are answered before the program can deliver. A route that is not to be built yet keeps it from that. */
class ReceiveFirstTest {

    private static final String TEXT = "a text that comes late";

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answered = new CountDownLatch(1);
    private final Workspace workspace = SampleWorkspace.small().create(Clock.systemUTC());
    private final Scenes scenes = new Scenes(workspace, Clock.systemUTC());
    private final int httpPort = RunningApplication.freePort();
    private final int adminPort = RunningApplication.freePort();
    private Path folder;
    private HttpServer texts;
    private final List<CompletableFuture<Application>> starting = new ArrayList<>();

    @BeforeEach
    void serveTheText(@TempDir Path given) throws IOException {
        folder = given;
        texts = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        texts.createContext("/", exchange -> {
            try (exchange) {
                asked.countDown();
                answered.await();
                byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, text.length);
                exchange.getResponseBody().write(text);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        texts.start();
    }

    @AfterEach
    void stop() {
        answered.countDown();
        starting.forEach(each -> each.join().close());
        texts.stop(0);
    }

    /** @return when it is asked for the text */
    private void start(String bundled) throws Exception {
        Path routes = Files.writeString(
                folder.resolve("routes.yaml"),
                bundled + """

                - route:
                    id: built-late
                    description: Reads a text when it is built.
                    from:
                      uri: direct:built-late
                      steps:
                        - setBody:
                            expression:
                              simple:
                                expression: resource:http://127.0.0.1:%d/text
                """.formatted(texts.getAddress().getPort()));
        Settings settings =
                RunningApplication.ofNobody(folder.resolve("data/store"), httpPort, adminPort, null, routes);
        starting.add(CompletableFuture.supplyAsync(() -> Application.start(settings, Clock.systemUTC())));
        assertTrue(asked.await(60, TimeUnit.SECONDS), "the other routes are being built");
    }

    private Reply told() {
        String conversation = scenes.conversation(scenes.user("robin@klaviyo-demo.com"));
        return WebhookScenario.valid(scenes.tell().conversationCreated(conversation))
                .sendTo(URI.create("http://127.0.0.1:" + httpPort + "/webhooks/intercom"));
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.split(" ", 3)[1]);
    }

    @Test
    void aNotificationIsTakenAndTheConsoleWaits() throws Exception {
        start(RoutesFile.bundled());

        assertEquals(new Reply(200, "stored"), told());
        try (Socket status = ask("/api/status");
                Socket events = ask("/api/events?state=nonsense")) {
            status.setSoTimeout(300);
            assertThrows(
                    SocketTimeoutException.class, () -> status.getInputStream().read());
            assertFalse(starting.get(0).isDone());

            answered.countDown();

            String answer = answer(status);
            assertEquals(200, status(answer), answer);
            assertTrue(answer.contains("\"inbox\":1"), answer);
            assertEquals(400, status(answer(events)), "the query is still there");
        }
    }

    private Socket ask(String path) throws IOException {
        Socket socket = new Socket("127.0.0.1", adminPort);
        String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static String answer(Socket socket) throws IOException {
        socket.setSoTimeout((int) Eventually.PATIENCE.toMillis());
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void editedRoutesThatReceiveWaitForWhatTheyMayUse() throws Exception {
        start(RoutesFile.bundled().replace("id: store-notification", "id: keep-notification"));

        assertEquals(503, told().status());
        answered.countDown();

        Eventually.holds("it is taken", () -> told().status() == 200);
    }

    @Test
    void ofABrokenRestTheLineIsSaidAndTheProgramEnds() throws Exception {
        String broken = RoutesFile.bundled()
                .replaceFirst("uri: direct:settle-open-case\\s+- route", "uri: direct:nowhere\n\n- route");
        Path file = Files.writeString(folder.resolve("routes.yaml"), broken);
        Settings settings = RunningApplication.ofNobody(folder.resolve("data/store"), httpPort, adminPort, null, file);

        RoutesException failure =
                assertThrows(RoutesException.class, () -> Application.start(settings, Clock.systemUTC()));

        int route = broken.lastIndexOf("- route", broken.indexOf("direct:nowhere"));
        long line = broken.substring(0, route).lines().count() + 1;
        String message = String.valueOf(failure.getMessage());
        assertTrue(message.startsWith(file + " line " + line + ":"), message);
        assertThrows(IOException.class, () -> ask("/api/status").close(), "nobody listens any more");
    }
}
