package routes.intercom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Content Enricher's source: the contacts, kept for a few minutes since one visit brings many notifications. A few are
 * read one by one, many in pages of {@code POST /contacts/search}; a merged contact (410) leads to its survivor.
 *
 * <p>Thread-safe.
 */
public final class Contacts {

    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final int MOST_KEPT = 50_000;
    /** {@code id IN} takes more, but answers in pages of 50 unless asked, and large pages are slow. */
    private static final int SEARCH_PAGE = 50;
    /** Below this, single reads are as quick and see a contact that the search index does not have yet. */
    private static final int SEARCH_FROM = 8;

    private static final Duration SEARCH_PATIENCE = Duration.ofSeconds(5);

    private static final int MOST_MERGES = 5;
    /** What an id can look like: no other gets into a path, a search or the memory. */
    private static final Word ID = new Word("_-", 64);

    private static final Pattern SURVIVOR = Pattern.compile("</contacts/([^>/?]+)>\\s*;\\s*rel=\"?canonical\"?");

    private final IntercomClient intercom;
    private final Tags tags;
    private final AsyncCache<String, ObjectNode> contacts;
    private final Cache<String, ObjectNode> announced;
    /** Contacts that were not answered for in time: asked for again, but nobody waits for them a second time. */
    private final Cache<String, Boolean> slow;

    public Contacts(IntercomClient intercom, Tags tags, Clock clock) {
        this.intercom = intercom;
        this.tags = tags;
        Ticker ticker = () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
        contacts = Caffeine.newBuilder()
                .expireAfterWrite(KEPT)
                .maximumSize(MOST_KEPT)
                .ticker(ticker)
                .buildAsync();
        announced = Caffeine.newBuilder()
                .expireAfterWrite(KEPT)
                .maximumSize(MOST_KEPT)
                .ticker(ticker)
                .build();
        slow = Caffeine.newBuilder()
                .expireAfterWrite(KEPT)
                .maximumSize(MOST_KEPT)
                .ticker(ticker)
                .build();
    }

    /** What a contact's id led to; {@link #contact} is null when Intercom does not know it (404). */
    public record Found(@Nullable ObjectNode contact) {}

    /**
     * @param ids of contacts, as notifications name them
     * @param patience how long to wait; what takes longer goes on and is there the next time
     * @return an entry for each id that Intercom answered for in time; no entry for the others, which are to be asked
     *     for again
     */
    public Map<String, Found> find(Collection<String> ids, Duration patience) {
        Map<String, Found> found = new HashMap<>();
        List<String> possible = ids.stream().distinct().filter(Contacts::isId).toList();
        ids.stream().filter(id -> !isId(id)).forEach(id -> found.put(id, new Found(null)));
        List<String> unknown = possible.stream()
                .filter(id -> contacts.getIfPresent(id) == null && slow.getIfPresent(id) == null)
                .toList();
        if (unknown.size() >= SEARCH_FROM) {
            searchAll(unknown);
        }
        Map<String, CompletableFuture<ObjectNode>> asked = new LinkedHashMap<>();
        for (String id : possible) {
            asked.put(id, contacts.get(id, (key, executor) -> quietly(read(key, key, 0))));
        }
        CompletableFuture.allOf(asked.entrySet().stream()
                        .filter(each -> slow.getIfPresent(each.getKey()) == null)
                        .map(Map.Entry::getValue)
                        .toArray(CompletableFuture[]::new))
                .handle((all, failure) -> "settled")
                .completeOnTimeout("late", patience.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        asked.forEach((id, answer) -> {
            if (!answer.isDone()) {
                slow.put(id, true);
                return;
            }
            ObjectNode contact = answer.join();
            if (contact != null) {
                slow.invalidate(id);
                ObjectNode news = announced.getIfPresent(id);
                if (contact.isEmpty()) {
                    found.put(id, new Found(news));
                } else {
                    found.put(id, new Found(news == null ? contact : withNews(contact, news)));
                }
            }
        });
        return found;
    }

    private static boolean isId(String text) {
        return ID.matches(text);
    }

    /**
     * Takes over what a {@code contact.*} notification says, so that the next read asks Intercom anew and is completed
     * by the notification where the answer is still behind it.
     *
     * @param contact the item of the notification
     */
    public void announce(ObjectNode contact) {
        String id = Json.id(contact.get("id"));
        if (id == null || !isId(id)) {
            return;
        }
        contacts.synchronous().invalidate(id);
        announced.put(id, contact);
        String merged = Json.id(contact.path("merged_from").get("id"));
        if (merged != null && isId(merged)) {
            contacts.synchronous().invalidate(merged);
            announced.put(merged, contact);
        }
    }

    /** Forgets a contact, here and in the next answer: for {@code contact.deleted} and the deletion of a profile. */
    public void forget(String id) {
        contacts.synchronous().invalidate(id);
        announced.invalidate(id);
    }

    private static ObjectNode withNews(ObjectNode contact, ObjectNode news) {
        ObjectNode completed = contact;
        for (String member : List.of("email", "phone", "name")) {
            String said = Json.text(news.get(member));
            if (said != null && Json.text(contact.get(member)) == null) {
                completed = completed == contact ? contact.deepCopy() : completed;
                completed.put(member, said);
            }
        }
        return completed;
    }

    /** Null for a read that failed: the cache forgets it, as it does an exception, but without a stack trace in the log. */
    private static CompletableFuture<ObjectNode> quietly(CompletableFuture<ObjectNode> read) {
        return read.exceptionally(failure -> null);
    }

    /** An empty object stands for an unknown contact: the cache holds no nulls, and 404 is worth remembering too. */
    private CompletableFuture<ObjectNode> read(String asked, String id, int merges) {
        return intercom.get("/contacts/" + IntercomClient.encode(id)).thenCompose(answer -> {
            if (answer.isOk()) {
                return withTags((ObjectNode) answer.body());
            }
            if (answer.status() == 410 && merges < MOST_MERGES) {
                String survivor = survivor(answer);
                if (survivor != null) {
                    return read(asked, survivor, merges + 1);
                }
            }
            if (answer.status() == 404 || answer.status() == 410) {
                return CompletableFuture.completedFuture(JsonNodeFactory.instance.objectNode());
            }
            throw new IntercomException("Intercom answers " + answer.status() + " for a contact");
        });
    }

    private static @Nullable String survivor(IntercomClient.Answer answer) {
        Matcher link = SURVIVOR.matcher(answer.link() == null ? "" : answer.link());
        return link.find() ? link.group(1) : null;
    }

    /** Asks for pages at once and puts what they hold into the cache; what they do not hold is read singly after. */
    private void searchAll(List<String> ids) {
        for (int from = 0; from < ids.size(); from += SEARCH_PAGE) {
            List<String> page = ids.subList(from, Math.min(from + SEARCH_PAGE, ids.size()));
            CompletableFuture<Map<String, ObjectNode>> search = search(page);
            for (String id : page) {
                var unused = contacts.get(
                        id,
                        (key, executor) -> quietly(search.thenCompose(found -> {
                            ObjectNode contact = found.get(key);
                            return contact == null ? read(key, key, 0) : CompletableFuture.completedFuture(contact);
                        })));
            }
        }
    }

    private CompletableFuture<Map<String, ObjectNode>> search(List<String> ids) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        ObjectNode body = nodes.objectNode();
        ArrayNode values =
                body.putObject("query").put("field", "id").put("operator", "IN").putArray("value");
        ids.forEach(values::add);
        body.putObject("pagination").put("per_page", ids.size());
        return intercom.post("/contacts/search", body)
                .thenCompose(answer -> {
                    List<CompletableFuture<ObjectNode>> complete = new ArrayList<>();
                    Json.list(answer.body(), "data").forEach(contact -> complete.add(withTags(contact)));
                    return CompletableFuture.allOf(complete.toArray(CompletableFuture[]::new))
                            .thenApply(all -> {
                                Map<String, ObjectNode> found = new HashMap<>();
                                complete.forEach(each -> {
                                    String id = Json.id(each.join().get("id"));
                                    if (id != null) {
                                        found.put(id, each.join());
                                    }
                                });
                                return found;
                            });
                })
                // A search that fails or hangs costs time, nothing else: each contact is then read by itself.
                .completeOnTimeout(Map.of(), SEARCH_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> Map.of());
    }

    /** A contact refers to its tags by id; the names are put in the place of the references. */
    private CompletableFuture<ObjectNode> withTags(ObjectNode contact) {
        String id = Json.id(contact.get("id"));
        JsonNode references = contact.get("tags");
        List<ObjectNode> given = Json.list(references, "data");
        boolean more = references != null && references.path("has_more").asBoolean();
        return tags.names(id == null ? "" : IntercomClient.encode(id), given, more)
                .thenApply(names -> {
                    ObjectNode complete = contact.deepCopy();
                    ArrayNode list = complete.putArray("tags");
                    names.forEach(list::add);
                    return complete;
                });
    }
}
