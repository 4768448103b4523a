package routes.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where Intercom asks a person whether an app may read their workspace, and where the app trades the answer for a token.
 * A code works once, within five minutes, for the app it was given to. Safe for use by several threads.
 */
final class OAuthDesk {

    private static final String ASK = "/oauth";
    private static final String TRADE = "/auth/eagle/token";
    private static final Duration LIFE_OF_A_CODE = Duration.ofMinutes(5);

    private final @Nullable App app;
    private final String workspace;
    private final Clock clock;
    private final Map<String, Instant> codes = new HashMap<>();
    private final Set<String> tokens = new HashSet<>();

    /** A public app; it gets answers only at addresses that it has registered. */
    record App(String clientId, String clientSecret, Set<URI> redirects) {}

    /** @param app null: there is none */
    OAuthDesk(@Nullable App app, String workspace, Clock clock) {
        this.app = app;
        this.workspace = workspace;
        this.clock = clock;
    }

    static boolean isFor(Request request) {
        return request.path().equals(ASK) || request.path().equals(TRADE);
    }

    Answer answer(Request request) {
        if (app == null) {
            return IntercomAnswers.notFound("The requested URL was not found");
        }
        if (request.path().equals(ASK)) {
            return request.method().equals("GET") ? ask(app, request) : wrongMethod();
        }
        return request.method().equals("POST") ? trade(app, request) : wrongMethod();
    }

    private static Answer wrongMethod() {
        return IntercomAnswers.error(405, "action_forbidden", "Method not allowed");
    }

    /** A page with the two answers a person can give, as links. */
    private Answer ask(App known, Request request) {
        String redirect = request.parameter("redirect_uri");
        if (!known.clientId().equals(request.parameter("client_id"))) {
            return Answer.html(404, "There is no such app");
        }
        if (redirect == null || !known.redirects().contains(URI.create(redirect))) {
            return Answer.html(400, "The redirect address is not registered");
        }
        String state = request.parameter("state");
        String back = redirect + "?" + (state == null ? "" : "state=" + encode(state) + "&");
        // Base64 with its padding, not encoded, as Intercom hands it out.
        String code = UUID.randomUUID().toString().replace("-", "") + "+/==";
        synchronized (codes) {
            codes.put(code, clock.instant().plus(LIFE_OF_A_CODE));
        }
        String page = """
                <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Intercom's stand-in</title><link rel="icon" href="data:,"></head>
                <body><h1>May the app read %s?</h1>
                <p><a id="allow" href="%s">Authorize access</a></p>
                <p><a id="deny" href="%s">Cancel</a></p></body></html>
                """.formatted(
                        workspace,
                        (back + "code=" + code).replace("&", "&amp;"),
                        (back + "error=access_denied").replace("&", "&amp;"));
        return Answer.bytes(200, "text/html; charset=utf-8", page.getBytes(StandardCharsets.UTF_8));
    }

    private Answer trade(App known, Request request) {
        Map<String, String> given = new HashMap<>();
        if (request.mediaType().equals("application/x-www-form-urlencoded")) {
            for (String pair : new String(request.body(), StandardCharsets.UTF_8).split("&")) {
                String[] parts = pair.split("=", 2);
                given.put(parts[0], parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
        }
        if (!known.clientId().equals(given.get("client_id"))
                || !known.clientSecret().equals(given.get("client_secret"))) {
            return IntercomAnswers.error(401, "unauthorized", "Client authentication failed");
        }
        Instant end;
        synchronized (codes) {
            end = codes.remove(given.getOrDefault("code", ""));
        }
        if (end == null || clock.instant().isAfter(end)) {
            return IntercomAnswers.error(404, "not_found", "Authorization code not found");
        }
        String token = "dG9r:" + UUID.randomUUID();
        synchronized (tokens) {
            tokens.add(token);
        }
        ObjectNode answer = Json.object().put("token_type", "Bearer").put("token", token);
        return Answer.json(200, answer.put("access_token", token));
    }

    boolean accepts(String authorization) {
        synchronized (tokens) {
            return tokens.stream().anyMatch(token -> authorization.equals("Bearer " + token));
        }
    }

    Set<String> tokens() {
        synchronized (tokens) {
            return Set.copyOf(tokens);
        }
    }

    void revoke() {
        synchronized (tokens) {
            tokens.clear();
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
