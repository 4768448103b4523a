package routes.intercom;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks Intercom's REST API. Keeps to its rate limit as the answers tell it: with nothing remaining, or after a 429, no
 * request leaves before {@code X-RateLimit-Reset}.
 *
 * <p>Thread-safe.
 */
public final class IntercomClient {

    /** The shapes in which REST answers are read; without the header Intercom would use the app's own version. */
    static final String VERSION = "2.14";

    private static final Duration PATIENCE = Duration.ofSeconds(8);
    /** Pages of search are slow on large workspaces: 18 seconds for a hundred conversations were seen. */
    private static final Duration PATIENCE_FOR_PAGES = Duration.ofSeconds(40);

    /** From the first request on: reading the machine's certificates takes a while, which the start does not wait for. */
    private static final class Connections {

        // HTTP/1.1: one slow answer must not hold up the others of a shared connection.
        static final HttpClient HTTP = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    private final ObjectMapper json = JsonMapper.builder().build();
    private final URI base;
    private final Supplier<@Nullable String> token;
    private final Clock clock;
    private final Duration patience;
    private volatile Instant resumeAt = Instant.EPOCH;
    private volatile Quota quota = new Quota(0, 0, Instant.EPOCH);
    private volatile @Nullable Instant refusedSince;
    private volatile @Nullable Instant silentSince;

    /**
     * @param base for example {@code https://api.eu.intercom.io}
     * @param token of the app or workspace as it is now; null while there is none
     */
    public IntercomClient(URI base, Supplier<@Nullable String> token, Clock clock) {
        this(base, token, clock, PATIENCE);
    }

    /** As above; {@code patience} is how long an answer to a read may take until it is whole. */
    IntercomClient(URI base, Supplier<@Nullable String> token, Clock clock, Duration patience) {
        this.base = base;
        this.token = token;
        this.clock = clock;
        this.patience = patience;
    }

    /**
     * One answer.
     *
     * @param body the JSON; a missing node where the answer was empty or no JSON
     * @param link value of the {@code Link} header: a merged contact points to its survivor there
     */
    public record Answer(
            int status, JsonNode body, @Nullable String link) {

        public boolean isOk() {
            return status == 200 && body.isObject();
        }
    }

    /**
     * @param path from the root, with a leading slash; parts of it that Intercom or a sender named must be encoded
     * @return the answer, whatever its status but 401, 408, 429 and 5xx; those, and a failing connection, end the
     *     future with {@link IntercomException}
     */
    public CompletableFuture<Answer> get(String path) {
        return send(request(path).GET());
    }

    /** As {@link #get}, with a JSON body. */
    public CompletableFuture<Answer> post(String path, JsonNode body) {
        return send(request(path)
                .timeout(PATIENCE_FOR_PAGES)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())));
    }

    /**
     * Waits for an answer.
     *
     * @throws IntercomException when it fails or takes longer than anybody should wait
     */
    public static Answer await(CompletableFuture<Answer> answer) {
        try {
            return answer.get(PATIENCE_FOR_PAGES.toSeconds() + 5, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IntercomException known
                    ? known
                    : new IntercomException("Intercom could not be asked", e);
        } catch (TimeoutException e) {
            throw new IntercomException("Intercom does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IntercomException("interrupted while Intercom was asked", e);
        }
    }

    /**
     * Waits while little is left of the current window: history leaves the rest to live notifications.
     *
     * @param share of the window that must be left, 0 to 1
     */
    public void awaitQuota(double share) throws InterruptedException {
        while (true) {
            Quota told = quota;
            Instant now = clock.instant();
            Instant until = now.isBefore(resumeAt) ? resumeAt : told.reset;
            boolean scarce = now.isBefore(resumeAt) || told.remaining < told.limit * share;
            if (!scarce || !now.isBefore(until)) {
                return;
            }
            Thread.sleep(Math.max(20, Math.min(500, Duration.between(now, until).toMillis())));
        }
    }

    private record Quota(long limit, long remaining, Instant reset) {}

    /** @return since when Intercom refuses the access token; null while it does not */
    public @Nullable Instant refusedSince() {
        return refusedSince;
    }

    /** @return since when Intercom cannot be reached or fails; null while it answers */
    public @Nullable Instant silentSince() {
        return silentSince;
    }

    /** The token is another one now: what was told about the one before does not count. */
    public void renewed() {
        refusedSince = null;
        silentSince = null;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .timeout(patience)
                .header("Accept", "application/json")
                .header("Intercom-Version", VERSION)
                .header("User-Agent", "intercom-klaviyo");
    }

    private CompletableFuture<Answer> send(HttpRequest.Builder unsigned) {
        String known = token.get();
        if (known == null) {
            return CompletableFuture.failedFuture(new IntercomException("Intercom is not connected"));
        }
        HttpRequest request =
                unsigned.header("Authorization", "Bearer " + known).build();
        if (clock.instant().isBefore(resumeAt)) {
            return CompletableFuture.failedFuture(
                    new IntercomException("Intercom's rate limit is used up until " + resumeAt));
        }
        return WholeExchange.sendAsync(Connections.HTTP, request, BodyHandlers.ofByteArray())
                .handle((response, failure) -> {
                    if (failure != null) {
                        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                        silentSince = sinceBefore(silentSince);
                        throw new IntercomException("Intercom cannot be reached: " + cause);
                    }
                    return read(response);
                });
    }

    private Answer read(HttpResponse<byte[]> response) {
        heedRateLimit(response);
        int status = response.statusCode();
        refusedSince = status == 401 ? sinceBefore(refusedSince) : null;
        silentSince = status == 408 || status >= 500 ? sinceBefore(silentSince) : null;
        if (status == 401) {
            throw new IntercomException("Intercom refuses the access token (401)");
        }
        if (status == 408 || status == 429 || status >= 500) {
            throw new IntercomException("Intercom answers " + status);
        }
        return new Answer(
                status,
                parse(response.body()),
                response.headers().firstValue("Link").orElse(null));
    }

    private Instant sinceBefore(@Nullable Instant known) {
        return known == null ? clock.instant() : known;
    }

    private void heedRateLimit(HttpResponse<?> response) {
        Instant now = clock.instant();
        Instant told = Instant.ofEpochSecond(
                response.headers().firstValueAsLong("X-RateLimit-Reset").orElse(now.getEpochSecond() + 1));
        // Windows last 10 seconds; a reset far off is a clock that disagrees with ours, not a longer window.
        Instant latest = now.plusSeconds(15);
        Instant reset = told.isAfter(latest) ? latest : told;
        long limit = response.headers().firstValueAsLong("X-RateLimit-Limit").orElse(0);
        long remaining =
                response.headers().firstValueAsLong("X-RateLimit-Remaining").orElse(1);
        if (limit > 0) {
            quota = new Quota(limit, remaining, reset);
        }
        if (response.statusCode() == 429) {
            // So does one that has passed already.
            Instant soonest = now.plusSeconds(1);
            resumeAt = reset.isBefore(soonest) ? soonest : reset;
        } else if (remaining <= 0) {
            resumeAt = reset;
        }
    }

    private JsonNode parse(byte[] body) {
        try {
            JsonNode node = json.readTree(new String(body, StandardCharsets.UTF_8));
            return node == null ? json.missingNode() : node;
        } catch (JsonProcessingException e) {
            return json.missingNode();
        }
    }

    /** @return a segment of a path, encoded: ids come from senders and answers */
    public static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
