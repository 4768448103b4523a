package routes.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import routes.intercom.IntercomClient;
import routes.intercom.IntercomException;
import routes.intercom.Json;

/**
 * Asks Intercom for conversations and tickets of the past. Leaves a part of the rate limit to live notifications.
 *
 * <p>Thread-safe.
 */
final class Archive {

    /**
     * Searches by date match whole days in some workspaces, of the workspace's time zone in some API versions: bounds are
     * widened by more than a day and a half, and what lies outside is left out on this side.
     */
    static final Duration MARGIN = Duration.ofHours(38);

    private static final double LEFT_TO_LIVE = 0.08;
    private static final int MOST_ATTEMPTS = 7;

    private final IntercomClient intercom;

    Archive(IntercomClient intercom) {
        this.intercom = intercom;
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
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ObjectNode query = body.putObject("query").put("operator", "AND");
        ArrayNode bounds = query.putArray("value");
        bounds.addObject()
                .put("field", field)
                .put("operator", ">")
                .put("value", Math.max(0, from.minus(MARGIN).getEpochSecond()));
        bounds.addObject()
                .put("field", field)
                .put("operator", "<")
                .put("value", until.plus(MARGIN).getEpochSecond());
        ObjectNode pagination = body.putObject("pagination").put("per_page", size);
        if (cursor != null) {
            pagination.put("starting_after", cursor);
        }
        intercom.awaitQuota(LEFT_TO_LIVE);
        IntercomClient.Answer answer = IntercomClient.await(intercom.post("/" + kind.word() + "/search", body));
        JsonNode list = answer.body().get(kind.word());
        if (answer.status() >= 400) {
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

    /**
     * A conversation with its parts, up to the newest 500. Tries again while Intercom is busy.
     *
     * @return null when Intercom will not show it (403, 404)
     * @throws IntercomException when it stays busy for minutes
     */
    @Nullable
    ObjectNode conversation(String id) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                intercom.awaitQuota(LEFT_TO_LIVE);
                IntercomClient.Answer answer =
                        IntercomClient.await(intercom.get("/conversations/" + IntercomClient.encode(id)));
                if (answer.isOk()) {
                    return (ObjectNode) answer.body();
                }
                if (answer.status() == 403 || answer.status() == 404) {
                    return null;
                }
                throw new IntercomException("Intercom answers " + answer.status() + " for a conversation");
            } catch (IntercomException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
                Thread.sleep(Math.min(250L << attempt, 8_000));
            }
        }
    }
}
