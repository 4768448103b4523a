package routes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.Console.RequestException;
import routes.intercom.CodeRefusedException;
import routes.intercom.IntercomClient;
import routes.intercom.IntercomException;
import routes.intercom.OAuth;
import routes.store.Authorizations;
import routes.store.StoreException;

/**
 * What routes.yaml says with {@code bean: connectionView}: connecting a public Intercom app, and disconnecting it.
 *
 * <p>Beginning and disconnecting are requests of our own page, which the guard sees to. Coming back from Intercom is not:
 * any page can send a browser there. It counts only with a state that we gave out, for ten minutes, once, to the browser
 * whose cookie comes with it.
 *
 * <p>Thread-safe.
 */
public final class ConnectionView {

    /** Where Intercom sends the browser back to, below the console's address. */
    static final String CALLBACK = "/connect/intercom";

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionView.class);
    private static final String COOKIE = "intercom-klaviyo-connect";
    private static final int SECRET_BYTES = 32;
    /** What an address is made of that can stand in a cookie's path as it is. */
    private static final String PLAIN_PATH = "(/[A-Za-z0-9._~-]+)*";

    private final Connection connection;
    private final @Nullable OAuth oauth;
    private final Authorizations authorizations;
    private final IntercomClient intercom;
    private final Workspace workspace;
    private final Account account;
    private final SecureRandom random;

    ConnectionView(
            Connection connection,
            @Nullable OAuth oauth,
            Authorizations authorizations,
            IntercomClient intercom,
            Workspace workspace,
            Account account,
            SecureRandom random) {
        this.connection = connection;
        this.oauth = oauth;
        this.authorizations = authorizations;
        this.intercom = intercom;
        this.workspace = workspace;
        this.account = account;
        this.random = random;
    }

    /** {@code GET /api/connection}. */
    public void show(Exchange exchange) {
        ObjectNode shown = JsonNodeFactory.instance.objectNode();
        shown.put("by", connection.isGiven() ? "token" : "app");
        // Asking for the workspace comes first: its answer tells whether the token is refused.
        String name = connection.state() == Connection.State.KNOWN ? workspace.name() : null;
        shown.put("state", state());
        shown.put("workspace", name);
        shown.put("account", account.name());
        shown.put("connectedAt", Console.text(connection.since()));
        shown.put("callback", CALLBACK);
        Console.answer(exchange, 200, shown);
    }

    private String state() {
        return switch (connection.state()) {
            case NONE -> "disconnected";
            case UNREADABLE -> "unreadable";
            case KNOWN -> intercom.refusedSince() == null ? "connected" : "refused";
        };
    }

    /** {@code POST /api/connection} with {@code {"redirect": …}}, the address of {@link #CALLBACK} as the browser sees it. */
    public void begin(@Body byte @Nullable [] body, Exchange exchange) {
        OAuth asking = changeable();
        URI redirect = redirect(Console.object(body).path("redirect").asText());
        String state = secret();
        String browser = secret();
        authorizations.begin(digest(state), digest(browser));
        Console.answer(
                exchange,
                200,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("location", asking.page(state, redirect).toString()));
        // Lax: the browser comes back from another site, by an address in its address bar.
        String secure = "https".equals(redirect.getScheme()) ? "; Secure" : "";
        exchange.getMessage()
                .setHeader("Set-Cookie", cookie(browser, redirect.getRawPath(), authorizations.life()) + secure);
    }

    private static String cookie(String value, String path, Duration life) {
        return COOKIE + "=" + value + "; Path=" + path + "; Max-Age=" + life.toSeconds() + "; HttpOnly; SameSite=Lax";
    }

    private OAuth changeable() {
        if (oauth == null) {
            throw new RequestException(
                    409, "there is no public app to connect: set INTERCOM_CLIENT_ID and INTERCOM_TOKEN_KEY");
        }
        if (connection.isGiven()) {
            throw new RequestException(409, "INTERCOM_ACCESS_TOKEN is set, and is used: remove it to connect the app");
        }
        return oauth;
    }

    /** Intercom takes only what the app has registered; here it only has to be an address of this console. */
    private static URI redirect(String given) {
        try {
            URI redirect = new URI(given);
            String scheme = String.valueOf(redirect.getScheme()).toLowerCase(Locale.ROOT);
            String path = redirect.getRawPath();
            if ((scheme.equals("http") || scheme.equals("https"))
                    && redirect.getHost() != null
                    && redirect.getRawUserInfo() == null
                    && redirect.getRawQuery() == null
                    && redirect.getRawFragment() == null
                    && path.endsWith(CALLBACK)
                    && path.matches(PLAIN_PATH)) {
                return redirect;
            }
        } catch (URISyntaxException e) {
            // Said below, as for any other text that is no such address.
        }
        throw new RequestException(400, "redirect must be the address of " + CALLBACK + " on this console");
    }

    /** {@code GET /connect/intercom}, to which Intercom sends the browser back: on to the console, which says how it went. */
    public void finish(Exchange exchange) {
        HttpServerRequest request = exchange.getMessage() instanceof HttpMessage http ? http.getRequest() : null;
        String refused = request == null ? "state" : finish(request);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 303);
        // Neither code nor state stay in the address; relative, since a proxy may have put the console below a path.
        message.setHeader("Location", "../#connect?" + (refused == null ? "connected" : "refused=" + refused));
        message.setHeader(Exchange.CONTENT_TYPE, "text/plain");
        message.setBody(refused == null ? "connected" : "refused: " + refused);
    }

    /** @return null when it is connected now, else a word for what is in the way */
    private @Nullable String finish(HttpServerRequest request) {
        String state = request.getParam("state");
        String code = request.getParam("code");
        Cookie cookie = request.getCookie(COOKIE);
        OAuth asking = oauth;
        if (asking == null || connection.isGiven()) {
            return "given";
        }
        if (state == null || cookie == null) {
            return refused("state", "the browser brings no state or no cookie");
        }
        try {
            switch (authorizations.end(digest(state), digest(cookie.getValue()))) {
                case UNKNOWN -> {
                    return refused("state", "its state is not one that this browser was given, or was used before");
                }
                case EXPIRED -> {
                    return refused("expired", "it took too long");
                }
                case OURS -> {}
            }
            if (code == null || code.isEmpty()) {
                return refused("denied", "nobody agreed at Intercom");
            }
            // A code is base64, and Intercom does not encode all of it: what was a + must not become a space.
            connection.keep(asking.token(code.replace(' ', '+')));
            LOG.info("Intercom is connected");
            return null;
        } catch (CodeRefusedException e) {
            return refused("code", String.valueOf(e.getMessage()));
        } catch (IntercomException e) {
            return refused("unreachable", String.valueOf(e.getMessage()));
        } catch (StoreException e) {
            return refused("storage", String.valueOf(e.getMessage()));
        }
    }

    private static String refused(String word, String why) {
        LOG.warn("Intercom is not connected: {}", why);
        return word;
    }

    /** {@code DELETE /api/connection}. */
    public void forget(Exchange exchange) {
        var unused = changeable();
        connection.forget();
        LOG.info("Intercom is disconnected");
        show(exchange);
    }

    private String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String digest(String secret) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
