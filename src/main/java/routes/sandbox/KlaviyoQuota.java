package routes.sandbox;

import java.time.Clock;
import java.time.Duration;

/**
 * The two fixed windows of one Klaviyo endpoint: burst (1 s) and steady (60 s), shared by all private keys of an
 * account (Klaviyo, "Rate limits, status codes, and errors"). Safe for use by several threads.
 */
final class KlaviyoQuota {

    private final Clock clock;
    private final RateWindow burst;
    private final RateWindow steady;

    KlaviyoQuota(Clock clock, int burst, int steady) {
        this.clock = clock;
        this.burst = new RateWindow(burst, Duration.ofSeconds(1));
        this.steady = new RateWindow(steady, Duration.ofMinutes(1));
    }

    /**
     * What a request finds.
     *
     * @param retryAfter seconds to wait, 0 when the request may go on
     */
    record Verdict(int retryAfter, int limit, int remaining, int reset) {

        boolean throttled() {
            return retryAfter > 0;
        }

        /** Adds the headers of the steady window, which all answers but 429 carry. */
        Answer mark(Answer answer) {
            return answer.with("RateLimit-Limit", Integer.toString(limit))
                    .with("RateLimit-Remaining", Integer.toString(remaining))
                    .with("RateLimit-Reset", Integer.toString(reset));
        }
    }

    synchronized Verdict take() {
        long now = clock.millis();
        int wait = 0;
        if (!steady.fits(now)) {
            wait = steady.secondsLeft(now);
        }
        if (!burst.fits(now)) {
            wait = Math.max(wait, burst.secondsLeft(now));
        }
        if (wait == 0) {
            burst.take();
            steady.take();
        }
        return new Verdict(wait, steady.limit(), steady.remaining(), steady.secondsLeft(now));
    }
}
