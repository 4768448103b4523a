package routes.console;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.jspecify.annotations.Nullable;

/**
 * Stands before everything on the admin port, whichever route or part of Camel answers behind it: the password, no
 * request of a foreign page that changes something, no foreign name for a loopback address (DNS rebinding), and what
 * browsers are told not to do.
 *
 * <p>Thread-safe.
 */
public final class Guard implements Handler<RoutingContext> {

    private static final String HEALTH = "/observe/health";
    private static final String USER = "admin";
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1");
    /** A page may load and ask only what this port serves; nobody may frame it. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private final String host;
    private final boolean loopback;
    private final byte @Nullable [] credentials;

    /**
     * @param host that the port is bound to
     * @param password of the user {@code admin}; null: anybody who reaches the port may ask
     */
    public Guard(String host, @Nullable String password) {
        this.host = host.toLowerCase(Locale.ROOT);
        loopback = isLoopback(host);
        credentials = password == null ? null : digest(USER + ":" + password);
    }

    /**
     * Puts the guard before everything that the server of that port answers, now and later.
     *
     * @return false when there is no such server yet
     */
    public boolean guard(CamelContext context, int port) {
        VertxPlatformHttpRouter router =
                VertxPlatformHttpRouter.lookup(context, VertxPlatformHttpRouter.getRouterNameFromPort(port));
        if (router == null) {
            return false;
        }
        router.route().order(Integer.MIN_VALUE).handler(this);
        return true;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        context.response()
                .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                // Camel keeps back a route's own. Nothing here is worth keeping, and some of it is personal.
                .putHeader("Cache-Control", "no-store");
        if (loopback && !isOurs(request.authority())) {
            refuse(context, 403, "the console does not answer to this host name");
        } else if (!isHealth(context) && !isKnown(request.getHeader("Authorization"))) {
            context.response().putHeader("WWW-Authenticate", "Basic realm=\"intercom-klaviyo\", charset=\"UTF-8\"");
            refuse(context, 401, "user admin and ADMIN_PASSWORD are asked for");
        } else if (!READING.contains(request.method()) && !isSameOrigin(request)) {
            refuse(context, 403, "a page of another origin may not change anything here");
        } else {
            context.next();
        }
    }

    private static boolean isHealth(RoutingContext context) {
        String path = context.normalizedPath();
        return path.equals(HEALTH) || path.startsWith(HEALTH + "/");
    }

    /** A browser always names a host; without one it is no browser. */
    private boolean isOurs(@Nullable HostAndPort authority) {
        if (authority == null) {
            return true;
        }
        String name = authority.host().toLowerCase(Locale.ROOT).replaceAll("^\\[|]$", "");
        return LOOPBACK.contains(name) || name.equals(host);
    }

    private boolean isKnown(@Nullable String authorization) {
        if (credentials == null) {
            return true;
        }
        if (authorization == null || !authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            return false;
        }
        try {
            byte[] given = Base64.getDecoder().decode(authorization.substring(6).strip());
            return MessageDigest.isEqual(credentials, digest(new String(given, StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Browsers say where a request comes from; what says nothing is no browser, and has no cookies or passwords of one. */
    private static boolean isSameOrigin(HttpServerRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return site.equals("same-origin") || site.equals("none");
        }
        String origin = request.getHeader("Origin");
        if (origin == null) {
            return true;
        }
        try {
            // Not the scheme: a proxy before this port may have ended TLS.
            return String.valueOf(URI.create(origin).getRawAuthority()).equalsIgnoreCase(request.getHeader("Host"));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void refuse(RoutingContext context, int status, String reason) {
        HttpServerResponse response = context.response();
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end("{\"error\":\"" + reason + "\"}");
    }

    /** Of equal length whatever was typed, so that comparing takes the same time for any guess. */
    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
