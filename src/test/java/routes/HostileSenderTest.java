package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.WebhookScenario.Reply;
import routes.sandbox.Scenes;

/** Senders that are slow, endless or many: the listener lives, parts with them in time, and serves the others meanwhile. */
class HostileSenderTest {

    private static final String HEAD = "POST /webhooks/intercom HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    /** Intercom waits five seconds. */
    private static final Duration PROMPTLY = Duration.ofSeconds(2);

    private static final ShiftedTicker TICKER = new ShiftedTicker();
    private static final ShiftedClock CLOCK = new ShiftedClock();

    private static RunningApplication program;

    private final List<Socket> sockets = new ArrayList<>();

    @BeforeAll
    static void start(@TempDir Path folder) {
        program = RunningApplication.with(folder).clock(CLOCK).ticker(TICKER).start();
    }

    @AfterAll
    static void stop() {
        program.close();
    }

    @AfterEach
    void hangUp() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static ObjectNode notification() {
        Scenes scenes = program.scenes();
        return scenes.tell().conversationCreated(scenes.conversation(scenes.user("robin@klaviyo-demo.com")));
    }

    private Socket connect() throws IOException {
        URI webhooks = program.webhooks();
        Socket socket = new Socket(webhooks.getHost(), webhooks.getPort());
        socket.setSoTimeout(2);
        sockets.add(socket);
        return socket;
    }

    private Socket write(String text) throws IOException {
        Socket socket = connect();
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** Whether the other side has hung up; what it says before is read and thrown away. */
    private static boolean isClosed(Socket socket) {
        try {
            byte[] answer = new byte[8_192];
            int read = 0;
            while (read >= 0) {
                read = socket.getInputStream().read(answer);
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private void assertAllAreClosed() {
        Eventually.holds("all are closed", () -> sockets.stream().allMatch(HostileSenderTest::isClosed));
    }

    private static void assertOthersAreServed() {
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            assertEquals(
                    new Reply(200, "stored"),
                    WebhookScenario.valid(notification()).sendTo(program.webhooks()));
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(took.compareTo(PROMPTLY) < 0, () -> "it took " + took);
        }
    }

    @Test
    void oneByteAtATime() throws IOException {
        byte[] request = (HEAD + "X-Long: " + "a".repeat(2_000)).getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < 50; i++) {
            connect();
        }
        for (int sent = 0; sent < 40; sent++) {
            for (Socket socket : sockets) {
                socket.getOutputStream().write(request[sent]);
            }
            if (sent % 10 == 0) {
                assertOthersAreServed();
            }
        }

        TICKER.forward(Duration.ofSeconds(80));

        assertAllAreClosed();
        assertOthersAreServed();
    }

    @Test
    void aBodyThatIsDeclaredAndNeverSent() throws IOException {
        for (int i = 0; i < 300; i++) {
            write(HEAD + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
        }

        assertOthersAreServed();
        TICKER.forward(Duration.ofSeconds(11));

        assertAllAreClosed();
    }

    @Test
    void aBodyWithoutEnd() throws IOException {
        Socket socket = write(HEAD + "Transfer-Encoding: chunked\r\n\r\n");
        byte[] chunk = ("10000\r\n" + "a".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        OutputStream out = socket.getOutputStream();
        for (int sent = 0; sent < 100; sent++) {
            out.write(chunk);
        }
        assertOthersAreServed();
        TICKER.forward(Duration.ofSeconds(11));

        assertAllAreClosed();
    }

    @Test
    void fiveMegabytesEachThatDoNotEnd() throws IOException {
        byte[] most = "a".repeat(5_000_000).getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < 150; i++) {
            Socket socket = write(HEAD + "Content-Length: 5000001\r\n\r\n");
            try {
                socket.getOutputStream().write(most);
            } catch (IOException e) {
                // Parted with already.
            }
        }

        assertOthersAreServed();
        TICKER.forward(Duration.ofSeconds(11));
        assertAllAreClosed();
    }

    @Test
    void connectionsThatAreNotUsed() throws IOException {
        for (int i = 0; i < 500; i++) {
            connect();
        }

        assertOthersAreServed();
        TICKER.forward(Duration.ofSeconds(80));

        assertAllAreClosed();
    }

    @Test
    void theMachinesClockIsSet() throws IOException {
        Socket early = connect();
        assertOthersAreServed();
        TICKER.forward(Duration.ofSeconds(40));
        Socket late = connect();
        assertOthersAreServed();

        CLOCK.forward(Duration.ofHours(1));
        TICKER.forward(Duration.ofSeconds(40));

        Eventually.holds("the early one is closed", () -> isClosed(early));
        assertFalse(isClosed(late), "forty seconds are no reason, whatever the clock says");
    }

    @Test
    void moreConnectionsThanAreKept() throws IOException {
        for (int i = 0; i < 1_200; i++) {
            connect();
        }

        assertOthersAreServed();
        Eventually.holds(
                "those that were quiet for longest are closed",
                () -> sockets.stream().filter(HostileSenderTest::isClosed).count() >= 200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X: a\r\n",
                "X-Hub-Signature: sha1=0\r\n",
                "Content-Length: 1\r\n",
                "\r\n",
                "no colon\r\n",
                ": no name\r\n",
                "X\u0000Y: z\r\n",
                " folded\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                "Expect: 100-continue\r\n",
                "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
            })
    void aFloodOfHeaders(String header) throws IOException {
        for (int i = 0; i < 20; i++) {
            try {
                write(HEAD + header.repeat(10_000) + "\r\n");
            } catch (IOException e) {
                // Refused before it was written.
            }
        }

        assertOthersAreServed();
    }

    @Test
    void aRequestLineWithoutEnd() throws IOException {
        for (int i = 0; i < 20; i++) {
            try {
                write("POST /" + "a".repeat(2_000_000));
            } catch (IOException e) {
                // Refused before it was written.
            }
        }

        assertAllAreClosed();
        assertOthersAreServed();
    }

    @Test
    void whatIsNotHttp() throws IOException {
        write("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001");
        write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        write("\r\n".repeat(100_000));
        write("GET / HTTP/9.9\r\n\r\n");

        assertOthersAreServed();
        TICKER.forward(Duration.ofSeconds(80));
        assertAllAreClosed();
    }

    @Test
    void manyRequestsAtOnceAreAnsweredOneByOne() throws IOException {
        String one = request(notification());
        Socket socket = write(one.repeat(50));
        socket.setSoTimeout((int) Eventually.PATIENCE.toMillis());

        StringBuilder answers = new StringBuilder();
        byte[] read = new byte[4_096];
        while (answers.toString().split("HTTP/1.1 200", -1).length <= 50) {
            int length = socket.getInputStream().read(read);
            assertTrue(length > 0, answers::toString);
            answers.append(new String(read, 0, length, StandardCharsets.ISO_8859_1));
        }
        assertOthersAreServed();
    }

    @Test
    void halfClosedInTheMiddle() throws IOException {
        String whole = request(notification());
        for (int i = 0; i < 50; i++) {
            write(whole.substring(0, whole.length() - 10)).shutdownOutput();
        }

        assertAllAreClosed();
        assertOthersAreServed();
    }

    private static String request(ObjectNode notification) {
        WebhookScenario scenario = WebhookScenario.valid(notification);
        return HEAD + String.join("\r\n", scenario.headers()) + "\r\nContent-Length: " + scenario.body().length
                + "\r\n\r\n" + new String(scenario.body(), StandardCharsets.ISO_8859_1);
    }
}
