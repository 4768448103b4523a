package routes.store;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.RowMapper;
import routes.store.ImportRun.Status;

/**
 * Progress of import and reconciliation. What is read from Intercom enters the inbox in the transaction that moves the
 * progress on, so that a crash neither loses nor skips a page.
 *
 * <p>Thread-safe. Among instances that share a database one holds the lease on a run; it is taken over when that one dies,
 * see {@link Claims}, or does not renew it.
 */
public final class History implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(History.class);
    private static final Duration LEASE = Duration.ofSeconds(90);
    private static final int ERROR_MAX = 500;

    private final Database database;
    private final Clock clock;

    public History(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** One process at a time opens an embedded database: after a crash it need not wait for its own lease to end. */
    private String instance() {
        return database.isShared() ? database.claims().owner() : "the only one";
    }

    /** An object of Intercom's, as a notification for the inbox. */
    public record Found(String topic, String objectId, String notificationId, String body) {}

    private static final RowMapper<ImportRun> RUN = (row, number) -> {
        long finished = row.getLong("finished_at");
        boolean isFinished = !row.wasNull();
        return new ImportRun(
                row.getLong("id"),
                Status.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                Instant.ofEpochMilli(row.getLong("since_at")),
                Instant.ofEpochMilli(row.getLong("until_at")),
                new LinkedHashSet<>(Arrays.asList(row.getString("metrics").split(","))),
                row.getString("kind"),
                Instant.ofEpochMilli(row.getLong("window_from")),
                Duration.ofMillis(row.getLong("window_millis")),
                row.getInt("page_size"),
                row.getLong("total"),
                row.getLong("done"),
                row.getLong("events_before"),
                row.getLong("incomplete"),
                row.getLong("approximate"),
                row.getLong("unreadable"),
                Instant.ofEpochMilli(row.getLong("started_at")),
                isFinished ? Instant.ofEpochMilli(finished) : null,
                row.getString("error"));
    };

    /** @return the newest run; null when there was none */
    public @Nullable ImportRun current() {
        try {
            List<ImportRun> runs = database.jdbc().query(database.sql("select-import-run"), RUN);
            return runs.isEmpty() ? null : runs.get(0);
        } catch (DataAccessException e) {
            throw new StoreException("the import's progress cannot be read", e);
        }
    }

    /** @return whether the run has begun: not while another one is running or paused */
    public boolean begin(ImportRun run) {
        try {
            database.transaction(() -> {
                database.jdbc().update(database.sql("delete-import-taken"));
                return database.jdbc()
                        .update(
                                database.sql("insert-import-run"),
                                database.ids().next(),
                                run.since().toEpochMilli(),
                                run.until().toEpochMilli(),
                                String.join(",", run.metrics()),
                                run.kind(),
                                run.windowFrom().toEpochMilli(),
                                run.window().toMillis(),
                                run.pageSize(),
                                run.total(),
                                run.done(),
                                imported(),
                                run.incomplete(),
                                run.approximate(),
                                run.unreadable(),
                                run.startedAt().toEpochMilli());
            });
            return true;
        } catch (StoreException e) {
            if (e.getCause() instanceof DuplicateKeyException) {
                return false;
            }
            throw e;
        }
    }

    /** @return ids of the objects of the current window that are in the inbox already */
    public Set<String> taken(ImportRun run) {
        try {
            return new HashSet<>(
                    database.jdbc().queryForList(database.sql("select-import-taken"), String.class, run.id()));
        } catch (DataAccessException e) {
            throw new StoreException("the import's progress cannot be read", e);
        }
    }

    /** @return whether this process may go on with the run: nobody else is at it */
    public boolean lease(ImportRun run) {
        long now = clock.millis();
        Integer leased = database.transaction(() -> database.jdbc()
                .update(
                        database.sql("lease-import-run"),
                        instance(),
                        now + LEASE.toMillis(),
                        run.id(),
                        instance(),
                        now));
        return leased != null && leased > 0;
    }

    /**
     * Writes progress, and what was read with it.
     *
     * @return false when the run was paused, or taken over by another process, meanwhile: then nothing was written
     */
    public boolean advance(ImportRun run, List<Found> found) {
        return advance(run, found, false);
    }

    /** As {@link #advance}, with the last page of a window: the run stands at the beginning of the next one. */
    public boolean advanceWindow(ImportRun run, List<Found> found) {
        return advance(run, found, true);
    }

    private boolean advance(ImportRun run, List<Found> found, boolean nextWindow) {
        return Boolean.TRUE.equals(database.transaction(() -> {
            int updated = database.jdbc()
                    .update(
                            database.sql("update-import-run"),
                            run.kind(),
                            run.windowFrom().toEpochMilli(),
                            run.window().toMillis(),
                            run.pageSize(),
                            run.total(),
                            run.done(),
                            run.incomplete(),
                            run.approximate(),
                            run.unreadable(),
                            clip(run.error()),
                            run.id(),
                            instance());
            if (updated > 0) {
                insert(found, Origin.IMPORT);
                if (nextWindow) {
                    database.jdbc().update(database.sql("delete-import-taken"));
                } else if (!found.isEmpty()) {
                    List<Object[]> taken = new ArrayList<>(found.size());
                    found.forEach(each -> taken.add(new Object[] {run.id(), each.objectId()}));
                    database.jdbc().batchUpdate(database.sql("insert-import-taken"), taken);
                }
            }
            return updated > 0;
        }));
    }

    /** @return whether the run was in the state it is to be changed from */
    public boolean change(ImportRun run, Status from, Status to, @Nullable String error) {
        boolean ended = to == Status.COMPLETED || to == Status.FAILED;
        Integer changed = database.transaction(() -> database.jdbc()
                .update(
                        database.sql("change-import-state"),
                        to.word(),
                        ended ? null : 1,
                        ended ? clock.millis() : null,
                        clip(error),
                        run.id(),
                        from.word()));
        return changed != null && changed > 0;
    }

    /** @return objects of the import in the inbox, counted up to 20,000 */
    public long unread() {
        return count("count-history-inbox", Integer.MAX_VALUE);
    }

    /** @return events of the import that are not with Klaviyo yet, counted up to 20,000 */
    public long undelivered() {
        return count("count-history-pending", Integer.MAX_VALUE);
    }

    /**
     * @param attempts what was tried as often is not waited for: a contact that cannot be read, an event that Klaviyo
     *     keeps putting off
     * @return whether nothing of the import is on its way any more
     */
    public boolean isSettled(int attempts) {
        return count("count-history-inbox", attempts) == 0 && count("count-history-pending", attempts) == 0;
    }

    private long count(String statement, int attempts) {
        Long count =
                database.jdbc().queryForObject(database.sql(statement), Long.class, Origin.IMPORT.lane(), attempts);
        return count == null ? 0 : count;
    }

    /** @return events that all runs together have recorded */
    public long imported() {
        Long sum = database.jdbc().queryForObject(database.sql("sum-imported"), Long.class);
        return sum == null ? 0 : sum;
    }

    /**
     * What is known of reconciliation.
     *
     * @param began when the program was first started; 1970 where the store does not know
     * @param lastRunAt null before the first look
     */
    public record Reconciliation(
            Instant began,
            Instant watermark,
            @Nullable Instant lastRunAt,
            long lastChanged,
            @Nullable String error) {}

    private static final RowMapper<Reconciliation> RECONCILIATION = (row, number) -> {
        long lastRun = row.getLong("last_run_at");
        boolean ran = !row.wasNull();
        return new Reconciliation(
                Instant.ofEpochMilli(row.getLong("began_at")),
                Instant.ofEpochMilli(row.getLong("watermark")),
                ran ? Instant.ofEpochMilli(lastRun) : null,
                row.getLong("last_changed"),
                row.getString("error"));
    };

    /** @return how far reconciliation is; it begins now where there was none */
    public Reconciliation reconciliation() {
        List<Reconciliation> rows = selectReconciliation();
        if (rows.isEmpty()) {
            long now = clock.millis();
            try {
                database.transaction(() -> database.jdbc().update(database.sql("insert-reconciliation"), now, now));
            } catch (StoreException e) {
                // Two instances may start together: the one that was first has said when.
                if (!(e.getCause() instanceof DuplicateKeyException)) {
                    throw e;
                }
            }
            rows = selectReconciliation();
        }
        return rows.get(0);
    }

    private List<Reconciliation> selectReconciliation() {
        return Objects.requireNonNull(database.transaction(
                () -> database.jdbc().query(database.sql("select-reconciliation"), RECONCILIATION)));
    }

    /** @return whether this process may reconcile now: no other one is at it */
    public boolean leaseReconciliation() {
        long now = clock.millis();
        Integer leased = database.transaction(() -> database.jdbc()
                .update(database.sql("lease-reconciliation"), instance(), now + LEASE.toMillis(), instance(), now));
        return leased != null && leased > 0;
    }

    /** Puts what has changed into the inbox; the watermark stays until all of it is there. */
    public void found(List<Found> changed) {
        database.transaction(() -> {
            insert(changed, Origin.RECONCILE);
            return changed;
        });
    }

    /** Writes how a look ended: how far everything is in the inbox, or what went wrong. */
    public void reconciled(Instant watermark, long changed, @Nullable String error) {
        database.transaction(() -> database.jdbc()
                .update(
                        database.sql("update-reconciliation"),
                        watermark.toEpochMilli(),
                        clock.millis(),
                        changed,
                        clip(error)));
    }

    /** @return when the oldest webhook came that is still in the inbox; null when there is none */
    public @Nullable Instant oldestWebhook() {
        List<Long> received =
                database.jdbc().queryForList(database.sql("select-oldest-webhook"), Long.class, Origin.WEBHOOK.lane());
        return database.oldestWith(received.isEmpty() ? null : Instant.ofEpochMilli(received.get(0)));
    }

    /** Lets another process go on at once with what this one was at. */
    @Override
    public void close() {
        try {
            database.transaction(() -> {
                database.jdbc().update(database.sql("release-import-run"), instance());
                return database.jdbc().update(database.sql("release-reconciliation"), instance());
            });
        } catch (StoreException e) {
            // With the database gone there is nobody to tell: the leases run out by themselves.
            LOG.debug("Leases were not given back", e);
        }
    }

    private void insert(List<Found> found, Origin origin) {
        List<InboxEntry> entries = new ArrayList<>(found.size());
        Instant now = clock.instant();
        for (Found each : found) {
            long id = database.ids().next();
            byte[] body = each.body().getBytes(StandardCharsets.UTF_8);
            entries.add(new InboxEntry(id, id, origin, each.topic(), each.notificationId(), now, 0, null, body));
        }
        database.texts().insertNotifications(entries);
        database.insertInbox(entries);
    }

    private static @Nullable String clip(@Nullable String text) {
        return text == null || text.length() <= ERROR_MAX ? text : text.substring(0, ERROR_MAX);
    }
}
