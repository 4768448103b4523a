package routes.klaviyo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the two fixed windows of one endpoint (burst: a second, steady: a minute). Where Klaviyo's windows begin is not
 * known before it answers, so by our own count no span of that length, wherever it begins, holds more requests than the
 * limit. Once an answer tells what remains and until when, that is believed instead: other keys of the account draw on
 * the same quota. A {@code Retry-After} stops everything until then.
 *
 * <p>Thread-safe.
 */
public final class Pace {

    /** Requests sent evenly can arrive bunched: spans are counted a little longer than they are. */
    private static final double MARGIN = 1.1;

    private final Clock clock;
    private final int steadyLimit;
    private final Log burst;
    private final Log steady;

    private int inFlight;
    private Instant pausedUntil = Instant.EPOCH;
    /** What the last answer told; null until there is one. */
    private @Nullable Window told;

    private record Window(int remaining, Instant ends) {}

    /** @param burstLimit requests a second; @param steadyLimit requests a minute */
    public Pace(int burstLimit, int steadyLimit, Clock clock) {
        this.clock = clock;
        this.steadyLimit = steadyLimit;
        burst = new Log(burstLimit, Duration.ofMillis((long) (1_000 * MARGIN)));
        steady = new Log(steadyLimit, Duration.ofMillis(61_000));
    }

    /**
     * Takes leave to send.
     *
     * @return how many of the wanted requests may go now; each must be followed by {@link #answered}
     */
    public synchronized int take(int wanted) {
        int granted = Math.max(0, Math.min(wanted, free()));
        long now = clock.millis();
        for (int i = 0; i < granted; i++) {
            burst.add(now);
            steady.add(now);
        }
        inFlight += granted;
        return granted;
    }

    /** Waits until one request may go, and takes leave for it. */
    public synchronized void await() throws InterruptedException {
        while (take(1) == 0) {
            wait(20);
        }
    }

    /** @return requests that were granted and are not answered yet */
    public synchronized int inFlight() {
        return inFlight;
    }

    /** @return how many requests may go now */
    public synchronized int free() {
        Instant now = clock.instant();
        if (now.isBefore(pausedUntil)) {
            return 0;
        }
        Window window = told;
        int ofMinute;
        if (window == null) {
            ofMinute = steady.free(now.toEpochMilli());
        } else if (now.isBefore(window.ends())) {
            ofMinute = window.remaining() - inFlight;
        } else {
            // A new window has begun at Klaviyo: all that was sent since then, and may not be counted yet, is ours.
            ofMinute = steadyLimit - steady.since(window.ends().toEpochMilli()) - inFlight;
        }
        return Math.max(0, Math.min(ofMinute, burst.free(now.toEpochMilli())));
    }

    /**
     * One request has ended, with an answer or without.
     *
     * @param remaining {@code RateLimit-Remaining}, or null
     * @param reset {@code RateLimit-Reset} in seconds, or null
     * @param retryAfter {@code Retry-After} of a 429, or null
     */
    public synchronized void answered(
            @Nullable Integer remaining, @Nullable Integer reset, @Nullable Duration retryAfter) {
        inFlight = Math.max(0, inFlight - 1);
        Instant now = clock.instant();
        if (retryAfter != null) {
            Instant until = now.plus(retryAfter);
            if (until.isAfter(pausedUntil)) {
                pausedUntil = until;
            }
        }
        if (remaining != null && reset != null && reset >= 0) {
            // Whole seconds: the window may last up to one more than they say.
            Instant ends = now.plusSeconds(reset + 1L);
            Window window = told;
            if (window != null && ends.isBefore(window.ends().minusSeconds(5))) {
                return;
            }
            boolean sameWindow = window != null
                    && Duration.between(window.ends(), ends).abs().compareTo(Duration.ofSeconds(2)) < 0;
            // Answers overtake each other: within a window what remains only shrinks.
            int least = sameWindow && window != null ? Math.min(window.remaining(), remaining) : remaining;
            told = new Window(least, sameWindow && window != null ? window.ends() : ends);
        }
    }

    /** @return until when Klaviyo asked to wait; in the past when it did not */
    public synchronized Instant pausedUntil() {
        return pausedUntil;
    }

    /** The times of the last requests, as many as the limit: the oldest says whether another one fits in the span. */
    private static final class Log {

        private final long[] times;
        private final long span;
        private int next;

        Log(int limit, Duration span) {
            this.times = new long[limit];
            this.span = span.toMillis();
            Arrays.fill(times, Long.MIN_VALUE / 2);
        }

        void add(long now) {
            times[next] = now;
            next = (next + 1) % times.length;
        }

        /** Entries are in order of time, oldest at {@code next}. */
        int free(long now) {
            return times.length - since(now - span + 1);
        }

        int since(long from) {
            int low = 0;
            int high = times.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (times[(next + middle) % times.length] >= from) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return times.length - low;
        }
    }
}
