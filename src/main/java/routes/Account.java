package routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import routes.intercom.WholeExchange;
import routes.klaviyo.Event;

/**
 * Which Klaviyo account the key belongs to. Asked for seldom: Klaviyo allows 15 such questions a minute. Thread-safe.
 */
final class Account {

    private static final Duration PAUSE = Duration.ofMinutes(1);

    /** From the first request on: the start does not wait for it. */
    private static final class Connections {

        static final HttpClient HTTP = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    private final ObjectMapper json = JsonMapper.builder().build();
    private final URI base;
    private final String key;
    private final Clock clock;
    private @Nullable String name;
    private Instant askedAt = Instant.EPOCH;

    Account(URI base, String key, Clock clock) {
        this.base = base;
        this.key = key;
        this.clock = clock;
    }

    /** Status and body of an answer; status 0 and why, when there was none. */
    record Told(int status, JsonNode body, String why) {}

    /** @return the organization's name, else the account's id; null while Klaviyo does not tell */
    synchronized @Nullable String name() {
        if (name == null && askedAt.plus(PAUSE).isBefore(clock.instant())) {
            askedAt = clock.instant();
            name = name(ask("/api/accounts"));
        }
        return name;
    }

    static @Nullable String name(Told told) {
        JsonNode account = told.body().path("data").path(0);
        String organization =
                account.at("/attributes/contact_information/organization_name").asText();
        String id = account.path("id").asText();
        return !organization.isEmpty() ? organization : id.isEmpty() ? null : id;
    }

    /** Asks with the key, waiting for the answer. */
    Told ask(String path) {
        return send(request(path).build());
    }

    /** Posts JSON with the key, waiting for the answer. */
    Told post(String path, String body) {
        return send(request(path)
                .header("Content-Type", "application/vnd.api+json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(10))
                .header("Authorization", "Klaviyo-API-Key " + key)
                .header("revision", Event.REVISION)
                .header("Accept", "application/vnd.api+json")
                .header("User-Agent", "intercom-klaviyo");
    }

    private Told send(HttpRequest request) {
        try {
            HttpResponse<String> response = WholeExchange.send(Connections.HTTP, request, BodyHandlers.ofString());
            JsonNode body = json.readTree(response.body().startsWith("{") ? response.body() : "{}");
            return new Told(
                    response.statusCode(), body, body.at("/errors/0/detail").asText());
        } catch (IOException e) {
            return new Told(0, json.createObjectNode(), e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Told(0, json.createObjectNode(), "interrupted");
        }
    }

    /** @return whether Klaviyo's own Intercom integration has metrics in this account: events would be counted twice */
    boolean hasBuiltInIntegration() {
        String filter = URLEncoder.encode("equals(integration.name,\"Intercom\")", StandardCharsets.UTF_8);
        return !ask("/api/metrics?filter=" + filter).body().path("data").isEmpty();
    }
}
