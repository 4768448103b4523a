package routes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import routes.intercom.WholeExchange;

/** Speaks to the admin port of the running program, for the commands that steer it. */
final class AdminClient {

    private final ObjectMapper json = JsonMapper.builder().build();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();
    private final String base;
    private final @Nullable String password;

    private AdminClient(String base, @Nullable String password) {
        this.base = base;
        this.password = password;
    }

    /** An answer of the API. */
    record Reply(int status, JsonNode body) {

        boolean isOk() {
            return status / 100 == 2;
        }

        String error() {
            return body.path("error").asText("the program answers " + status);
        }
    }

    /** @return a client for the program that runs with the same settings on this machine */
    static AdminClient ofThisMachine() {
        Settings.Admin admin = Settings.readAdmin();
        String host = admin.host().equals("0.0.0.0") || admin.host().equals("::") ? "127.0.0.1" : admin.host();
        return new AdminClient("http://" + host + ":" + admin.port(), admin.password());
    }

    Reply get(String path) throws IOException {
        return send(request(path).GET());
    }

    Reply post(String path, JsonNode body) throws IOException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(60));
        if (password != null) {
            String user = Base64.getEncoder().encodeToString(("admin:" + password).getBytes(StandardCharsets.UTF_8));
            request.header("Authorization", "Basic " + user);
        }
        return request;
    }

    private Reply send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<String> response = WholeExchange.send(http, request.build(), BodyHandlers.ofString());
            return new Reply(response.statusCode(), parse(response.body()));
        } catch (ConnectException e) {
            throw new CommandException(
                    "nothing answers at " + base + ": is the program running, with the same ADMIN_PORT?");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted");
        }
    }

    private JsonNode parse(String body) {
        try {
            return json.readTree(body);
        } catch (JsonProcessingException e) {
            return json.createObjectNode();
        }
    }

    static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
