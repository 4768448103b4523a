package routes.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import routes.intercom.IntercomClient;
import routes.intercom.IntercomException;
import routes.intercom.Json;

/**
 * Asks Intercom for conversations and tickets of the past. Leaves a part of the rate limit to live notifications.
 *
 * <p>Thread-safe.
 */
final class Archive implements AutoCloseable {

    /**
     * Searches by date match whole days in some workspaces, of the workspace's time zone in some API versions: bounds are
     * widened by more than a day and a half, and what lies outside is left out on this side.
     */
    static final Duration MARGIN = Duration.ofHours(38);

    private static final double LEFT_TO_LIVE = 0.03;
    private static final int MOST_ATTEMPTS = 7;
    /** Requests for single conversations under way at once. */
    private static final int READERS = 16;

    private final IntercomClient intercom;
    private final ExecutorService readers;

    Archive(IntercomClient intercom) {
        this.intercom = intercom;
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(READERS, READERS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "history-reader");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        readers = pool;
    }

    /** @return how many objects began in that time; about, where searches match whole days */
    long count(Kind kind, Instant since, Instant until) throws InterruptedException {
        return search(kind, "created_at", since.minusSeconds(1), until, 1, null, Duration.ZERO)
                .total();
    }

    /**
     * One attempt to read a page.
     *
     * @param field created_at or updated_at
     * @param from inclusive; objects up to a day and a half earlier may come too
     * @param until exclusive; objects up to a day and a half later may come too
     * @throws IntercomException when it did not come: time-out, throttled, empty, a web page
     * @throws HistoryException when Intercom refuses the question
     */
    SearchPage search(Kind kind, String field, Instant from, Instant until, int size, @Nullable String cursor)
            throws InterruptedException {
        return search(kind, field, from, until, size, cursor, MARGIN);
    }

    private SearchPage search(
            Kind kind, String field, Instant from, Instant until, int size, @Nullable String cursor, Duration margin)
            throws InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ObjectNode query = body.putObject("query").put("operator", "AND");
        ArrayNode bounds = query.putArray("value");
        bounds.addObject()
                .put("field", field)
                .put("operator", ">")
                .put("value", Math.max(0, from.minus(margin).getEpochSecond()));
        bounds.addObject()
                .put("field", field)
                .put("operator", "<")
                .put("value", until.plus(margin).getEpochSecond());
        ObjectNode pagination = body.putObject("pagination").put("per_page", size);
        if (cursor != null) {
            pagination.put("starting_after", cursor);
        }
        intercom.awaitQuota(LEFT_TO_LIVE);
        IntercomClient.Answer answer = IntercomClient.await(intercom.post("/" + kind.word() + "/search", body));
        JsonNode list = answer.body().get(kind.word());
        if (answer.status() >= 400 && answer.body().isObject()) {
            throw new HistoryException("Intercom answers " + answer.status() + " to the search for " + kind.word()
                    + ": " + answer.body().at("/errors/0/message").asText("no reason given"));
        }
        if (list == null || !list.isArray()) {
            throw new IntercomException("Intercom answers " + answer.status() + " without a list");
        }
        List<ObjectNode> objects = Json.list(list, kind.word());
        JsonNode next = answer.body().path("pages").path("next");
        return new SearchPage(
                objects,
                answer.body().path("total_count").asLong(objects.size()),
                Json.text(next.get("starting_after")));
    }

    /** As {@link #search}; tries again while Intercom is busy. */
    SearchPage searchPatiently(Kind kind, String field, Instant from, Instant until, int size, @Nullable String cursor)
            throws InterruptedException {
        return patiently(() -> search(kind, field, from, until, size, cursor));
    }

    /**
     * Conversations with their parts, up to the newest 500 of each. Tries again while Intercom is busy.
     *
     * @return in the order of the ids; empty for one that Intercom will not show (403, 404)
     * @throws IntercomException when it stays busy
     */
    List<Optional<ObjectNode>> conversations(List<String> ids) throws InterruptedException {
        List<Future<Optional<ObjectNode>>> reads = new ArrayList<>();
        ids.forEach(id -> reads.add(readers.submit(() -> patiently(() -> conversation(id)))));
        List<Optional<ObjectNode>> conversations = new ArrayList<>();
        try {
            for (Future<Optional<ObjectNode>> read : reads) {
                conversations.add(read.get());
            }
            return conversations;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IntercomException busy ? busy : new IntercomException("not read", e);
        } finally {
            reads.forEach(read -> read.cancel(true));
        }
    }

    private Optional<ObjectNode> conversation(String id) {
        IntercomClient.Answer answer =
                IntercomClient.await(intercom.get("/conversations/" + IntercomClient.encode(id)));
        if (answer.isOk()) {
            return Optional.of((ObjectNode) answer.body());
        }
        // A page instead of JSON is not Intercom's own word.
        if ((answer.status() == 403 || answer.status() == 404) && answer.body().isObject()) {
            return Optional.empty();
        }
        throw new IntercomException("Intercom answers " + answer.status() + " for a conversation");
    }

    private interface Asking<T> {
        T ask() throws InterruptedException;
    }

    private <T> T patiently(Asking<T> asking) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            intercom.awaitQuota(LEFT_TO_LIVE);
            try {
                return asking.ask();
            } catch (IntercomException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
                Thread.sleep(Math.min(250L << attempt, 8_000));
            }
        }
    }

    @Override
    public void close() {
        readers.shutdownNow();
    }
}
