package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.Consumer;
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

/** A route that answers as the bundled one does not: the sender hears of it all the same, and is no longer counted. */
class ListenerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newHttpClient();
    private final CamelContext camel = new DefaultCamelContext();
    private final int port = RunningApplication.freePort();
    private final Listener listener = new Listener(port);

    @BeforeEach
    void start() throws Exception {
        PlatformHttpComponent component = new PlatformHttpComponent();
        component.setEngine(listener);
        camel.addComponent("platform-http", component);
        // As in the program: else the stream is read before the listener has it.
        camel.setStreamCaching(false);
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

    private int statusOf(Consumer<Exchange> answer) throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/unreadable").process(answer::accept);
            }
        });
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/unreadable"))
                .timeout(PATIENCE)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    @Test
    void anAnswerThatCannotBeReadIs500() throws Exception {
        InputStream gone = InputStream.nullInputStream();
        gone.close();

        assertEquals(500, statusOf(exchange -> exchange.getMessage().setBody(gone)));
        Eventually.holds("nobody waits", () -> listener.unanswered() == 0);
    }
}
