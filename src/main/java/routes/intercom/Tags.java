package routes.intercom;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Names of tags: a contact carries references only. Thread-safe. */
public final class Tags {

    private static final Duration KEPT = Duration.ofMinutes(10);

    private final IntercomClient intercom;
    private final AsyncCache<String, Map<String, String>> all;

    public Tags(IntercomClient intercom, Clock clock) {
        this.intercom = intercom;
        Ticker ticker = () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
        all = Caffeine.newBuilder().expireAfterWrite(KEPT).ticker(ticker).buildAsync();
    }

    /**
     * @param contact id of the contact, encoded for a path
     * @param references what the contact says: {type, id, url}, and in some payloads the name
     * @param more whether the contact has further tags that it does not list
     */
    CompletableFuture<List<String>> names(String contact, List<ObjectNode> references, boolean more) {
        if (references.isEmpty() && !more) {
            return CompletableFuture.completedFuture(List.of());
        }
        if (!more && references.stream().allMatch(tag -> Json.text(tag.get("name")) != null)) {
            return CompletableFuture.completedFuture(namesOf(references));
        }
        return all.get("tags", (key, executor) -> readAll()).thenCompose(known -> {
            List<String> names = references.stream()
                    .map(tag -> known.get(Objects.requireNonNullElse(Json.id(tag.get("id")), "")))
                    .filter(Objects::nonNull)
                    .toList();
            if (!more && names.size() == references.size()) {
                return CompletableFuture.completedFuture(names);
            }
            // A tag made since the list was read, or more of them than a contact lists.
            return intercom.get("/contacts/" + contact + "/tags")
                    .thenApply(answer -> answer.isOk() ? namesOf(Json.list(answer.body(), "data")) : names);
        });
    }

    private CompletableFuture<Map<String, String>> readAll() {
        return intercom.get("/tags").thenApply(answer -> {
            // Not allowed to read them all, the app may still read those of a contact.
            boolean isWithheld = answer.status() == 403 || answer.status() == 404;
            if (!answer.isOk() && !isWithheld) {
                throw new IntercomException("Intercom answers " + answer.status() + " for the tags");
            }
            Map<String, String> names = new HashMap<>();
            for (ObjectNode tag : Json.list(answer.body(), "data")) {
                String id = Json.id(tag.get("id"));
                String name = Json.text(tag.get("name"));
                if (id != null && name != null) {
                    names.put(id, name);
                }
            }
            return names;
        });
    }

    private static List<String> namesOf(List<ObjectNode> tags) {
        return tags.stream()
                .map(tag -> Json.text(tag.get("name")))
                .filter(Objects::nonNull)
                .toList();
    }
}
