package routes.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The program as an operator runs it: environment, a folder with its database, two ports. Not thread-safe. */
public final class Product implements AutoCloseable {

    /** Signs the notifications. */
    public static final String CLIENT_SECRET = "only-for-tests";

    private final @Nullable Path jar;
    private final List<String> options;
    private final Path folder;
    private final Path log;
    private final int httpPort = freePort();
    private final int adminPort = freePort();
    private final Map<String, String> environment = new HashMap<>();
    private final JsonMapper json = JsonMapper.builder().build();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private @Nullable Child child;

    /**
     * @param jar the product; null: as it was compiled, which is there before the jar is
     * @param options of the virtual machine
     * @param folder holds the database, and nothing that is not this run's
     * @param log takes what all its lives print
     */
    public Product(@Nullable Path jar, List<String> options, Path folder, Path log, URI intercom, URI klaviyo) {
        this.jar = jar;
        this.options = options;
        this.folder = folder;
        this.log = log;
        environment.putAll(Map.of(
                "INTERCOM_CLIENT_SECRET",
                CLIENT_SECRET,
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
                Integer.toString(httpPort),
                "ADMIN_PORT",
                Integer.toString(adminPort),
                "DATABASE_URL",
                "jdbc:hsqldb:file:" + folder.resolve("data").resolve("store")));
    }

    /** Sets one thing otherwise than usual, for all lives to come. */
    public Product with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** @return a port of the loopback address that nobody listens at now */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException("no free port", e);
        }
    }

    /** Starts it; {@link #isReady} tells when it listens. */
    public Child start() {
        Child started = Child.ofProgram(jar, options, List.of("run"), environment, folder, log);
        child = started;
        return started;
    }

    public URI webhooks() {
        return URI.create("http://127.0.0.1:" + httpPort + "/webhooks/intercom");
    }

    public int httpPort() {
        return httpPort;
    }

    /** @return whether it answers for its health, which it does last of all when it starts */
    public boolean isReady() {
        return get("/observe/health") != null;
    }

    /** @return status and body of {@code GET /observe/health}; 0 without an answer */
    public String health() {
        try {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/observe/health"))
                            .timeout(Duration.ofSeconds(20))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        } catch (IOException e) {
            return "0";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** @return {@code GET /api/status} */
    public @Nullable JsonNode status() {
        return get("/api/status");
    }

    /** @return the JSON at that path of the admin port; null without a 200 */
    public @Nullable JsonNode get(String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                    .timeout(Duration.ofSeconds(20))
                    .build();
            HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return response.statusCode() == 200 ? json.readTree(response.body()) : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** @return whether nothing is left to be done: inbox and outbox are empty */
    public boolean isIdle() {
        JsonNode status = status();
        return status != null
                && status.path("inbox").asLong() == 0
                && status.path("outbox").asLong() == 0;
    }

    /** @return the status that answers this JSON at that path of the admin port; 0 without an answer */
    public int post(String path, String body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                    .timeout(Duration.ofSeconds(20))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        if (child != null && child.isAlive()) {
            child.close();
        }
    }
}
