package routes.intercom;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Admins and teams by id. Intercom leaves removed teammates out of its lists, so what was once read is kept beside what
 * is read now. Thread-safe.
 */
public final class Teammates {

    private static final Duration KEPT = Duration.ofMinutes(10);

    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final IntercomClient intercom;
    private final Clock clock;
    private volatile Instant retryAt = Instant.EPOCH;
    private final Map<String, ObjectNode> admins = new ConcurrentHashMap<>();
    private final Map<String, ObjectNode> teams = new ConcurrentHashMap<>();
    private final LoadingCache<String, Boolean> lists;

    public Teammates(IntercomClient intercom, Clock clock) {
        this.intercom = intercom;
        this.clock = clock;
        Ticker ticker = () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
        lists = Caffeine.newBuilder().refreshAfterWrite(KEPT).ticker(ticker).build(this::read);
    }

    /**
     * @return {id, name, email, …}; null when nobody is assigned or Intercom does not know the id
     * @throws IntercomException when Intercom cannot be asked
     */
    public @Nullable ObjectNode admin(@Nullable String id) {
        return find(id, "admins", admins);
    }

    /** As {@link #admin}: {id, name, …}. */
    public @Nullable ObjectNode team(@Nullable String id) {
        return find(id, "teams", teams);
    }

    /** Another workspace has others. */
    public void forget() {
        lists.invalidateAll();
        retryAt = Instant.EPOCH;
    }

    private @Nullable ObjectNode find(@Nullable String id, String list, Map<String, ObjectNode> known) {
        if (id == null) {
            return null;
        }
        // Once read, a list is read anew in the background: nobody waits for it, and a failure leaves what is known.
        if (lists.getIfPresent(list) == null && clock.instant().isBefore(retryAt)) {
            throw new IntercomException("Intercom did not tell its " + list);
        }
        try {
            var unused = lists.get(list);
        } catch (IntercomException e) {
            // One failed attempt speaks for everything that waits behind it.
            retryAt = clock.instant().plus(PAUSE);
            throw e;
        }
        return known.get(id);
    }

    private boolean read(String list) {
        IntercomClient.Answer answer = IntercomClient.await(intercom.get("/" + list));
        if (answer.status() == 403 || answer.status() == 404) {
            // An app without the permission sends events without the names rather than none.
            return true;
        }
        if (!answer.isOk()) {
            // Taken for a list, an empty answer would leave the names out of all events until it expires.
            throw new IntercomException("Intercom answers " + answer.status() + " for its " + list);
        }
        Map<String, ObjectNode> known = list.equals("admins") ? admins : teams;
        for (ObjectNode teammate : Json.list(answer.body(), list)) {
            String id = Json.id(teammate.get("id"));
            if (id != null) {
                known.put(id, teammate);
            }
        }
        return true;
    }
}
