package routes.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/** The delivery log and its counts, to be looked at. Reads only. Thread-safe. */
public final class LogView {

    private static final int MOST = 500;
    /** States of events that are in the outbox. */
    private static final Set<String> OPEN = Set.of(State.PENDING.word(), State.PARKED.word(), State.WAITING.word());

    private final Database database;
    private final Costly<List<Open>> open = new Costly<>(
            this::countOpen, counts -> counts.stream().mapToLong(Open::amount).sum());

    public LogView(Database database) {
        this.database = database;
    }

    /** A sum over all time: {@code kind} is received, delivered, duplicate, filtered or gap; {@code name} a metric or topic. */
    public record Count(String kind, String name, long amount, Instant lastAt) {}

    /** The same for one hour. */
    public record HourCount(String kind, String name, Instant hour, long amount) {}

    /** Events that are not settled: {@code state} is pending, parked or waiting. */
    public record Open(@Nullable String metric, String state, long amount, Instant oldest) {}

    /**
     * Which events are wanted; null where anything goes.
     *
     * @param after id of the last event already seen
     */
    public record Filter(
            @Nullable String state,
            @Nullable String metric,
            @Nullable String profile,
            @Nullable Instant since,
            @Nullable Instant until,
            @Nullable Long after,
            int limit) {}

    /** One row of the log, by column; times are Unix milliseconds, and none while an instance is at the row. */
    public record Row(Map<String, Object> columns) {

        public @Nullable String text(String column) {
            Object value = columns.get(column);
            return value == null ? null : value.toString();
        }

        public @Nullable Instant instant(String column) {
            return columns.get(column) instanceof Number number && number.longValue() < Claims.BEYOND_TIME
                    ? Instant.ofEpochMilli(number.longValue())
                    : null;
        }

        public long number(String column) {
            return columns.get(column) instanceof Number number ? number.longValue() : 0;
        }
    }

    public List<Count> counts() {
        return read(() -> database.jdbc()
                .query(
                        database.sql("select-tallies"),
                        (row, number) -> new Count(
                                row.getString("kind"),
                                row.getString("name"),
                                row.getLong("amount"),
                                Instant.ofEpochMilli(row.getLong("last_at")))));
    }

    public List<HourCount> hourly(Instant since) {
        return read(() -> database.jdbc()
                .query(
                        database.sql("select-hourly-tallies"),
                        (row, number) -> new HourCount(
                                row.getString("kind"),
                                row.getString("name"),
                                Instant.ofEpochSecond(row.getLong("hour") * 3_600),
                                row.getLong("amount")),
                        since.getEpochSecond() / 3_600));
    }

    /** @return how many there are of each; where they are many thousands, as it was a moment ago */
    public List<Open> open() {
        return open.get();
    }

    private List<Open> countOpen() {
        return read(() -> database.jdbc()
                .query(
                        database.sql("count-open-events"),
                        (row, number) -> new Open(
                                row.getString("metric"),
                                row.getString("state"),
                                row.getLong("amount"),
                                Instant.ofEpochMilli(row.getLong("oldest")))));
    }

    /** @return the newest first */
    public List<Row> events(Filter filter) {
        boolean open = filter.state != null && OPEN.contains(filter.state);
        boolean duplicates = "duplicate".equals(filter.state);
        StringBuilder where = new StringBuilder("1 = 1");
        List<Object> values = new ArrayList<>();
        if (open) {
            with(where, values, "state = ?", filter.state);
        } else if (filter.state != null && !duplicates) {
            where.append(" AND NOT EXISTS (SELECT 1 FROM outbox WHERE event_id = event.id)");
        }
        with(where, values, "metric = ?", filter.metric);
        with(where, values, "recorded_at >= ?", filter.since == null ? null : filter.since.toEpochMilli());
        with(where, values, "recorded_at < ?", filter.until == null ? null : filter.until.toEpochMilli());
        with(where, values, open ? "event_id < ?" : "id < ?", filter.after);
        int limit = Math.max(1, Math.min(filter.limit, MOST));
        if (open) {
            // Whose event it is stands in the event only.
            values.add(filter.profile == null ? limit : Integer.MAX_VALUE);
            values.add(filter.profile);
            values.add(filter.profile);
        } else {
            with(where, values, "profile = ?", filter.profile);
        }
        values.add(limit);
        String statement = open ? "select-open-events" : duplicates ? "select-duplicates" : "select-events";
        String sql = database.sql(statement).replace("{filter}", where);
        return read(() -> rows(sql, values.toArray()));
    }

    private static void with(StringBuilder where, List<Object> values, String condition, @Nullable Object value) {
        if (value != null) {
            where.append(" AND ").append(condition);
            values.add(value);
        }
    }

    /** @return the event with its request; null when there is none */
    public @Nullable Row event(String uniqueId) {
        List<Row> rows = read(() -> rows(database.sql("select-event"), uniqueId));
        return rows.isEmpty() ? null : rows.get(0);
    }

    /** @return the attempts, oldest first */
    public List<Row> attempts(long event) {
        return read(() -> rows(database.sql("select-attempts"), event));
    }

    /** @return what Intercom posted, JSON, with topic and id; null when it is not kept any more */
    public @Nullable Row notification(long id) {
        List<Row> rows = read(() -> rows(database.sql("select-notification"), id));
        return rows.isEmpty() ? null : rows.get(0);
    }

    /** @return when the live notification came that is to be worked on next; null when there is none */
    public @Nullable Instant oldestInInbox() {
        Long oldest = read(() -> database.jdbc().queryForObject(database.sql("select-oldest-in-inbox"), Long.class));
        return database.oldestWith(oldest == null ? null : Instant.ofEpochMilli(oldest));
    }

    private List<Row> rows(String sql, Object... values) {
        return database.jdbc().queryForList(sql, values).stream()
                .map(columns -> {
                    Map<String, Object> lower = new HashMap<>();
                    columns.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
                    if (lower.containsKey("packed")) {
                        lower.put("body", database.texts().read(lower));
                    }
                    return new Row(lower);
                })
                .toList();
    }

    private interface Query<T extends @Nullable Object> {
        T run();
    }

    private static <T extends @Nullable Object> T read(Query<T> query) {
        try {
            return query.run();
        } catch (DataAccessException e) {
            throw new StoreException("the database cannot be read now", e);
        }
    }
}
