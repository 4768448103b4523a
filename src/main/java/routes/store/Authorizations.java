package routes.store;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Attempts to connect to Intercom that are under way, from the browser that began until it comes back. On disk, so that
 * it may come back after a restart, or to another instance. Only digests of the secrets are stored. Thread-safe.
 */
public final class Authorizations {

    /** Long enough to log in to Intercom and to read what is asked. */
    private static final Duration LIFE = Duration.ofMinutes(10);

    private final Database database;
    private final Clock clock;

    public Authorizations(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** What became of an attempt that came back. */
    public enum Outcome {
        OURS,
        EXPIRED,
        /** Nobody began it, it has come back before, or another browser began it. */
        UNKNOWN
    }

    /** @return how long an attempt may take */
    public Duration life() {
        return LIFE;
    }

    /** @param state digest of what Intercom hands back; @param browser digest of what the browser keeps */
    public void begin(String state, String browser) {
        long now = clock.millis();
        database.transaction(() -> {
            JdbcTemplate jdbc = database.jdbc();
            // Expired ones are kept for a day, to be told from those that never were.
            jdbc.update(
                    database.sql("delete-old-authorizations"),
                    now - Duration.ofDays(1).toMillis());
            return jdbc.update(database.sql("insert-authorization"), state, browser, now + LIFE.toMillis());
        });
    }

    /** Ends the attempt: it comes back once. One of another browser's stays for that browser. */
    public Outcome end(String state, String browser) {
        Outcome outcome = database.transaction(() -> {
            JdbcTemplate jdbc = database.jdbc();
            List<Long> expiries = jdbc.queryForList(database.sql("select-authorization"), Long.class, state, browser);
            boolean first = jdbc.update(database.sql("delete-authorization"), state, browser) == 1;
            if (expiries.isEmpty() || !first) {
                return Outcome.UNKNOWN;
            }
            return clock.millis() < expiries.get(0) ? Outcome.OURS : Outcome.EXPIRED;
        });
        return outcome == null ? Outcome.UNKNOWN : outcome;
    }
}
