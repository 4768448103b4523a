package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Posts notifications as Intercom does: HMAC-SHA1 of the raw bytes in {@code X-Hub-Signature}, five seconds of
 * patience. Safe for use by several threads.
 */
public final class WebhookSender {

    /** In place of a status when no answer came in time. */
    public static final int NO_ANSWER = 0;

    /** Intercom, "Webhook notifications": later is as bad as an error. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final URI endpoint;
    private final String clientSecret;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    /**
     * @param endpoint for example {@code http://127.0.0.1:8080/webhooks/intercom}
     * @param clientSecret the key of the signature
     */
    public WebhookSender(URI endpoint, String clientSecret) {
        this.endpoint = endpoint;
        this.clientSecret = clientSecret;
    }

    /** The bytes that {@link #send(byte[])} takes. */
    public static byte[] bytes(JsonNode notification) {
        return Json.bytes(notification);
    }

    /** {@code sha1=} and 40 hexadecimal digits. */
    public static String signature(byte[] body, String clientSecret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(clientSecret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            return "sha1=" + HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA1", e);
        }
    }

    /** Signs and posts; gives the status, or {@link #NO_ANSWER}. Never completes exceptionally. */
    public CompletableFuture<Integer> send(byte[] body) {
        return send(body, signature(body, clientSecret));
    }

    /** Posts with this signature, right or wrong, or with none. */
    public CompletableFuture<Integer> send(byte[] body, @Nullable String signature) {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("Accept", "*/*")
                .header("User-Agent", "intercom-parrot-service-client/1.0")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (signature != null) {
            request.header("X-Hub-Signature", signature);
        }
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.discarding())
                .handle((response, failure) -> failure == null ? response.statusCode() : NO_ANSWER);
    }

    /** As {@link #send(byte[])}, and waits for the status. */
    public int sendAndWait(JsonNode notification) {
        return send(bytes(notification)).join();
    }

    /** The HEAD request that Intercom makes when the address is saved; gives its status, or {@link #NO_ANSWER}. */
    public int head() {
        HttpRequest request = HttpRequest.newBuilder(endpoint)
                .timeout(PATIENCE)
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                .handle((response, failure) -> failure == null ? response.statusCode() : NO_ANSWER)
                .join();
    }
}
