package routes.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts by kind, name and hour. They outlive the rows that they count. */
final class Tally {

    /** The hour under which all hours are summed up that nobody looks at one by one any more. */
    private static final long ROLLED_UP = 0;

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
                new Key(kind, name, hour(millis)),
                new Amount(amount, millis),
                (a, b) -> new Amount(a.amount + b.amount, Math.max(a.lastAt, b.lastAt)));
    }

    /** Adds what was counted in the hours before then to one sum of each kind and name: reading the sums stays cheap. */
    static void rollUp(Database database, Instant before) {
        long hour = hour(before.toEpochMilli());
        Map<Key, Amount> sums = new TreeMap<>();
        database.jdbc()
                .query(
                        database.sql("select-old-tallies"),
                        row -> {
                            sums.put(
                                    new Key(row.getString("kind"), row.getString("name"), ROLLED_UP),
                                    new Amount(row.getLong("amount"), row.getLong("last_at")));
                        },
                        hour);
        // None deleted: another instance has just done it, and has added the same.
        if (database.jdbc().update(database.sql("delete-old-tallies"), hour) > 0) {
            write(database, sums);
        }
    }

    private static long hour(long millis) {
        return Math.floorDiv(millis, 3_600_000);
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
