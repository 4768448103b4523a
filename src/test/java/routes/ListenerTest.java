package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Routes that answer as the bundled one does not: whatever they do, the sender hears of it and is no longer counted. */
class ListenerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A body that cannot be read. */
    private static final class Unreadable extends InputStream {

        private final Throwable reason;

        Unreadable(Throwable reason) {
            this.reason = reason;
        }

        @Override
        public int read() throws IOException {
            if (reason instanceof Error error) {
                throw error;
            }
            throw new IOException(reason);
        }
    }

    private final HttpClient client = HttpClient.newHttpClient();
    private final CamelContext camel = new DefaultCamelContext();
    private final int port = RunningApplication.freePort();
    private final Listener listener = new Listener(port);

    @BeforeEach
    void start() throws Exception {
        PlatformHttpComponent component = new PlatformHttpComponent();
        component.setEngine(listener);
        camel.addComponent("platform-http", component);
        VertxPlatformHttpServerConfiguration server = new VertxPlatformHttpServerConfiguration();
        server.setBindHost("127.0.0.1");
        server.setBindPort(port);
        camel.addService(new VertxPlatformHttpServer(server));
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    private int statusOf(Throwable failure) throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/unreadable")
                        .process((Exchange exchange) -> exchange.getMessage().setBody(new Unreadable(failure)));
            }
        });
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/unreadable"))
                .timeout(PATIENCE)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    @Test
    void anAnswerThatCannotBeReadIs500() throws Exception {
        assertEquals(500, statusOf(new IOException("the file behind it is gone")));
        Eventually.holds("nobody waits", () -> listener.unanswered() == 0);
    }

    @Test
    void anAnswerThatTakesAllMemoryIs500() throws Exception {
        assertEquals(500, statusOf(new OutOfMemoryError("there is none left")));
        Eventually.holds("nobody waits", () -> listener.unanswered() == 0);
    }
}
