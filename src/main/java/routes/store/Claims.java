package routes.store;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * This process among those that share a database, and what it says of rows that it is at: their {@code due_at} lies
 * beyond all time and names the instance, so nobody else finds them due, for however long they take.
 *
 * <p>Every second each says that it lives; the database's clock is the only one. Who has been silent for five is dead to
 * the others, and what it had claimed is due again: a process that was killed is replaced within seconds, one that is only
 * slow keeps its rows. An instance that was taken for dead and is not goes on under a new id; what it was at is then done
 * twice, which every step stands (the inbox by rolling back, Klaviyo by {@code unique_id}).
 *
 * <p>Thread-safe.
 */
final class Claims implements AutoCloseable {

    /** Later than any time at which something is due, by far: about the year 10000. */
    static final long BEYOND_TIME = 253_402_300_800_000L;

    /** As many as a silent instance may miss. */
    private static final int BEATS_BETWEEN_LOOKS = 5;

    private static final long BEAT_MILLIS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);

    private final Database database;
    private final ScheduledExecutorService beats;
    private int beatsAfterFailure = BEATS_BETWEEN_LOOKS;
    private int beatsAfterLook = BEATS_BETWEEN_LOOKS;
    private volatile long instance;

    /** @throws StoreException when the database does not take this instance down */
    Claims(Database database) {
        this.database = database;
        register();
        beats = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "instance-beat");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** From now on this instance beats, and watches the others. */
    void start() {
        var unused = beats.scheduleWithFixedDelay(this::beat, BEAT_MILLIS, BEAT_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void register() {
        long id = database.ids().next();
        database.transaction(() -> database.jdbc().update(database.sql("insert-instance"), id));
        instance = id;
        LOG.info("This is instance {} of those that share the database", id);
    }

    /** @return the {@code due_at} of what this instance is at */
    long claim() {
        return BEYOND_TIME + instance;
    }

    /** @return how this instance signs a lease */
    String owner() {
        return Long.toString(instance);
    }

    /** Says that this instance lives, and looks whether the others do. */
    synchronized void beat() {
        try {
            if (database.jdbc().update(database.sql("beat-instance"), instance) == 0) {
                LOG.warn("Another instance took this one for dead; what it was at may be done twice");
                register();
            }
            beatsAfterFailure++;
            beatsAfterLook++;
            if (removeSilent() || beatsAfterLook >= BEATS_BETWEEN_LOOKS) {
                releaseOrphaned();
                beatsAfterLook = 0;
            }
        } catch (DataAccessException | StoreException e) {
            beatsAfterFailure = 0;
            LOG.debug("No beat", e);
        }
    }

    private boolean removeSilent() {
        // The database was gone for all: whoever is there again first gives the others the time to say that they live.
        if (beatsAfterFailure <= BEATS_BETWEEN_LOOKS) {
            return false;
        }
        List<Long> silent = database.jdbc().queryForList(database.sql("delete-silent-instances"), Long.class);
        silent.forEach(id -> LOG.info("Instance {} is silent: what it was at goes on elsewhere", id));
        return !silent.isEmpty();
    }

    private void releaseOrphaned() {
        int released = database.transaction(() -> {
            JdbcTemplate jdbc = database.jdbc();
            int rows = 0;
            for (Origin origin : Origin.values()) {
                for (String statement : List.of("release-orphaned-inbox", "release-orphaned-events")) {
                    rows += jdbc.update(database.sql(statement), origin.lane(), BEYOND_TIME, BEYOND_TIME);
                }
            }
            rows += jdbc.update(database.sql("release-orphaned-contacts"), BEYOND_TIME, BEYOND_TIME);
            rows += jdbc.update(database.sql("release-orphaned-import-run"));
            return rows + jdbc.update(database.sql("release-orphaned-reconciliation"));
        });
        if (released > 0) {
            LOG.info("Took over {} notifications and events of instances that are gone", released);
        }
    }

    /** Hands over to the others at once. */
    @Override
    public void close() {
        beats.shutdown();
        try {
            database.transaction(() -> database.jdbc().update(database.sql("delete-instance"), instance));
            releaseOrphaned();
        } catch (StoreException e) {
            // With the database gone there is nobody to tell: the others will notice the silence.
            LOG.debug("Not signed off", e);
        }
    }
}
