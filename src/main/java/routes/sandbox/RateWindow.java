package routes.sandbox;

import java.time.Duration;

/** A fixed window: it opens with the first request after the previous one has ended. Not thread-safe. */
final class RateWindow {

    private final int limit;
    private final long lengthMillis;
    private long endsAt = Long.MIN_VALUE;
    private int taken;

    RateWindow(int limit, Duration length) {
        this.limit = limit;
        this.lengthMillis = length.toMillis();
    }

    /** Whether one more request fits at {@code now}; takes nothing. */
    boolean fits(long now) {
        if (now >= endsAt) {
            endsAt = now + lengthMillis;
            taken = 0;
        }
        return taken < limit;
    }

    void take() {
        taken++;
    }

    int limit() {
        return limit;
    }

    int remaining() {
        return Math.max(0, limit - taken);
    }

    long endsAt() {
        return endsAt;
    }

    /** Whole seconds until the window ends, at least 1. */
    int secondsLeft(long now) {
        return (int) Math.max(1, (endsAt - now + 999) / 1000);
    }
}
