package routes.intercom;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What no well-behaved server does: an answer that stops before it is whole. */
@Timeout(30)
class IntercomClientTest {

    private static final String HALF =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";

    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /** @return ends when the client has let go of the connection */
    private CompletableFuture<Void> answerHalf() {
        return CompletableFuture.runAsync(() -> {
            try (Socket connection = server.accept()) {
                InputStream request = connection.getInputStream();
                byte[] taken = new byte[4_096];
                int length = request.read(taken);
                connection.getOutputStream().write(HALF.getBytes(StandardCharsets.US_ASCII));
                while (length != -1) {
                    length = request.read(taken);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void anAnswerThatStopsHalfWayIsNotWaitedForWithoutEnd() throws Exception {
        CompletableFuture<Void> letGo = answerHalf();
        IntercomClient intercom = new IntercomClient(
                URI.create("http://127.0.0.1:" + server.getLocalPort()),
                () -> "a token",
                Clock.systemUTC(),
                Duration.ofMillis(300));

        CompletableFuture<IntercomClient.Answer> answer = intercom.get("/contacts/1");

        Throwable failure = assertThrows(ExecutionException.class, () -> answer.get(20, TimeUnit.SECONDS));
        assertInstanceOf(IntercomException.class, failure.getCause());
        assertNotNull(intercom.silentSince(), "an operator is told that Intercom does not answer");
        letGo.get(20, TimeUnit.SECONDS);
    }

    @Test
    void norByWhoWaitsForIt() throws Exception {
        CompletableFuture<Void> letGo = answerHalf();
        OAuth app = new OAuth(
                URI.create("http://127.0.0.1:" + server.getLocalPort()),
                "an-app",
                "its-secret",
                Duration.ofMillis(300));

        assertThrows(IntercomException.class, () -> app.token("a code"));

        letGo.get(20, TimeUnit.SECONDS);
    }
}
