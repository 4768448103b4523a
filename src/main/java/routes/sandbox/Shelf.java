package routes.sandbox;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The objects of one kind, by id and by time of creation. Safe for use by several threads. */
final class Shelf {

    private record Place(long createdAt, String id) {}

    private final Map<String, Stored> byId = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Place, Stored> byCreation = new ConcurrentSkipListMap<>(
            Comparator.comparingLong(Place::createdAt).thenComparing(Place::id));
    private final AtomicLong version = new AtomicLong();

    synchronized void put(Stored stored) {
        Stored before = byId.put(stored.id(), stored);
        if (before != null && before.createdAt() != stored.createdAt()) {
            byCreation.remove(new Place(before.createdAt(), before.id()));
        }
        byCreation.put(new Place(stored.createdAt(), stored.id()), stored);
        version.incrementAndGet();
    }

    synchronized void remove(String id) {
        Stored before = byId.remove(id);
        if (before != null) {
            byCreation.remove(new Place(before.createdAt(), id));
            version.incrementAndGet();
        }
    }

    @Nullable
    Stored get(String id) {
        return byId.get(id);
    }

    /** Those created from {@code from} to {@code to}, both included, oldest first. */
    Collection<Stored> between(long from, long to) {
        if (from > to) {
            return List.of();
        }
        return byCreation
                .subMap(new Place(from, ""), true, new Place(to, "\uffff"), true)
                .values();
    }

    List<Stored> all() {
        return new ArrayList<>(byCreation.values());
    }

    int size() {
        return byId.size();
    }

    /** Changes with each change of content. */
    long version() {
        return version.get();
    }
}
