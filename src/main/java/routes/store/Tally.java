package routes.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Counts by kind, name and hour. They outlive the rows that they count. */
final class Tally {

    /** In one order everywhere, so that two transactions never wait for each other. */
    record Key(String kind, String name, long hour) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            return Comparator.comparing(Key::kind)
                    .thenComparing(Key::name)
                    .thenComparing(Key::hour)
                    .compare(this, other);
        }
    }

    record Amount(long amount, long lastAt) {}

    private Tally() {}

    static void add(Map<Key, Amount> tallies, String kind, String name, Instant at, long amount) {
        long millis = at.toEpochMilli();
        tallies.merge(
                new Key(kind, name, Math.floorDiv(millis, 3_600_000)),
                new Amount(amount, millis),
                (a, b) -> new Amount(a.amount + b.amount, Math.max(a.lastAt, b.lastAt)));
    }

    static void write(Database database, Map<Key, Amount> tallies) {
        if (tallies.isEmpty()) {
            return;
        }
        List<Object[]> rows = new ArrayList<>(tallies.size());
        tallies.forEach(
                (key, amount) -> rows.add(new Object[] {key.kind, key.name, key.hour, amount.amount, amount.lastAt}));
        database.jdbc().batchUpdate(database.sql("add-tally"), rows);
    }
}
