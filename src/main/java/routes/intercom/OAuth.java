package routes.intercom;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * OAuth's authorization code grant, as Intercom has it: no scopes in the address (the app's permissions count), tokens
 * that neither expire nor are refreshed. Thread-safe.
 */
public final class OAuth {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final ObjectMapper json = JsonMapper.builder().build();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI base;
    private final String clientId;
    private final String clientSecret;
    private final Duration patience;

    /** @param base of the REST API; @param clientId of the app; @param clientSecret of the app */
    public OAuth(URI base, String clientId, String clientSecret) {
        this(base, clientId, clientSecret, PATIENCE);
    }

    /** As above; {@code patience} is how long an answer may take until it is whole. */
    OAuth(URI base, String clientId, String clientSecret, Duration patience) {
        this.base = base;
        this.clientId = clientId;
        this.clientSecret = clientSecret;
        this.patience = patience;
    }

    /**
     * @param state what Intercom hands back
     * @param redirect where to; one of those that the app has registered
     * @return where a person is asked whether the app may read their workspace
     */
    public URI page(String state, URI redirect) {
        return URI.create(desk(base) + "?"
                + form(Map.of("client_id", clientId, "state", state, "redirect_uri", redirect.toString())));
    }

    /** People are asked where they work, {@code app.eu.intercom.com} for {@code api.eu.intercom.io}. */
    static URI desk(URI base) {
        String host = base.getHost();
        return host.startsWith("api.") && host.endsWith("intercom.io")
                ? URI.create("https://app." + host.substring("api.".length()).replaceFirst("io$", "com") + "/oauth")
                : base.resolve("/oauth");
    }

    /**
     * Trades the code for an access token. A code can be traded once, within five minutes.
     *
     * @throws CodeRefusedException when Intercom does not take the code, or not from this app
     * @throws IntercomException when Intercom does not answer properly
     */
    public String token(String code) throws CodeRefusedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/auth/eagle/token"))
                .timeout(patience)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json")
                .header("User-Agent", "intercom-klaviyo")
                .POST(BodyPublishers.ofString(
                        form(Map.of("code", code, "client_id", clientId, "client_secret", clientSecret))))
                .build();
        HttpResponse<String> response;
        try {
            response = WholeExchange.send(http, request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IntercomException(
                    "Intercom cannot be reached: " + e.getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IntercomException("interrupted while Intercom was asked", e);
        }
        int status = response.statusCode();
        if (status == 408 || status == 429 || status >= 500) {
            throw new IntercomException("Intercom answers " + status);
        }
        if (status != 200) {
            throw new CodeRefusedException("Intercom answers " + status + " to the code");
        }
        // Intercom gives it under both names.
        JsonNode answer = parse(response.body());
        String token = Json.text(answer.has("access_token") ? answer.get("access_token") : answer.get("token"));
        if (token == null) {
            throw new IntercomException("Intercom's answer holds no token");
        }
        return token;
    }

    private JsonNode parse(String body) {
        try {
            return json.readTree(body);
        } catch (JsonProcessingException e) {
            return json.missingNode();
        }
    }

    private static String form(Map<String, String> members) {
        return members.entrySet().stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                .sorted()
                .collect(Collectors.joining("&"));
    }
}
