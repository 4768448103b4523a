package routes;

import java.time.Duration;
import java.time.Instant;

/** Stands still until a test lets time pass. Not thread-safe. */
public final class SteppedClock extends UtcClock {

    private Instant now;

    public SteppedClock() {
        this(Instant.parse("2026-11-22T10:00:00Z"));
    }

    public SteppedClock(Instant start) {
        now = start;
    }

    public void pass(Duration time) {
        now = now.plus(time);
    }

    @Override
    public Instant instant() {
        return now;
    }
}
