package routes.sandbox;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * What each request to Klaviyo must pass before its body is looked at: key, revision, scope, quota, media type, size.
 * Safe for use by several threads.
 */
final class KlaviyoDoor {

    /** 5 MB decompressed, counted as 5,000,000 bytes, the stricter reading. */
    static final int MAX_BODY = 5_000_000;

    private static final Set<String> MEDIA_TYPES = Set.of("application/vnd.api+json", "application/json");
    private static final String SCHEME = "Klaviyo-API-Key ";

    private final String apiKey;
    private final Set<String> missingScopes;
    private final Map<String, KlaviyoQuota> quotas = new HashMap<>();

    /** @param missingScopes scopes that the key lacks */
    KlaviyoDoor(String apiKey, Set<String> missingScopes) {
        this.apiKey = apiKey;
        this.missingScopes = Set.copyOf(missingScopes);
    }

    /** Sets the quota of an endpoint; an endpoint without one is not limited. To be called before the first request. */
    void limit(String path, Clock clock, int burst, int steady) {
        quotas.put(path, new KlaviyoQuota(clock, burst, steady));
    }

    /** The answer to a request that may not even knock: key, revision or scope are wrong. Null when they are right. */
    @Nullable
    Answer refuse(Request request, String scope) {
        String authorization = request.header("Authorization");
        if (authorization == null || !authorization.startsWith(SCHEME)) {
            return Findings.single(
                    401,
                    "not_authenticated",
                    "Authentication credentials were not provided.",
                    "Missing or invalid authorization scheme.",
                    "pointer",
                    "/data/");
        }
        if (!authorization.substring(SCHEME.length()).equals(apiKey)) {
            return Findings.single(
                    401,
                    "authentication_failed",
                    "Incorrect authentication credentials.",
                    "Missing or invalid private key.",
                    "pointer",
                    "/data/");
        }
        if (Revision.of(request.header("revision")) == null) {
            return Findings.single(
                    400,
                    "invalid",
                    "Invalid input.",
                    "The header 'revision' is required, for example 'revision: 2026-07-15'.",
                    "parameter",
                    "revision");
        }
        if (missingScopes.contains(scope)) {
            return Findings.single(
                    403,
                    "permission_denied",
                    "You do not have permission to perform this action.",
                    "The API key specified does not have the required scope: " + scope,
                    "pointer",
                    "/data/");
        }
        return null;
    }

    /** Takes one request from the endpoint's quota; null when the endpoint has none. */
    KlaviyoQuota.@Nullable Verdict pass(String path) {
        KlaviyoQuota quota = quotas.get(path);
        return quota == null ? null : quota.take();
    }

    static Answer throttled(int seconds) {
        String unit = seconds == 1 ? " second." : " seconds.";
        return Findings.single(
                        429,
                        "throttled",
                        "Request was throttled.",
                        "Request was throttled. Expected available in " + seconds + unit,
                        "pointer",
                        "/data")
                .with("Retry-After", Integer.toString(seconds));
    }

    /** The answer to a body of the wrong kind or size; null when it may be parsed. */
    static @Nullable Answer refuseBody(Request request, byte @Nullable [] body) {
        if (!MEDIA_TYPES.contains(request.mediaType())) {
            return unsupported("Content-Type must be application/vnd.api+json.");
        }
        if (body == null) {
            return unsupported("Content-Encoding is not supported or does not fit the body.");
        }
        if (body.length > MAX_BODY) {
            return Findings.single(
                    413, "payload_too_large", "Payload too large.", "The payload exceeds 5 MB.", "pointer", "/data");
        }
        return null;
    }

    /** The body without its compression; null when it is compressed in a way that Klaviyo does not take. */
    static byte @Nullable [] decoded(Request request) {
        String encoding = request.header("Content-Encoding");
        if (encoding == null || encoding.equalsIgnoreCase("identity")) {
            return request.body();
        }
        if (!encoding.equalsIgnoreCase("gzip")) {
            return null;
        }
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(request.body()))) {
            // One byte beyond the limit is enough to know.
            return in.readNBytes(MAX_BODY + 1);
        } catch (IOException e) {
            return null;
        }
    }

    private static Answer unsupported(String detail) {
        return Findings.single(415, "unsupported_media_type", "Unsupported media type.", detail, "pointer", "/data");
    }
}
