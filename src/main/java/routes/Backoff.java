package routes;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Waiting that doubles from attempt to attempt up to a bound, with jitter, so that those who failed together do not come
 * again together.
 *
 * @param first wait before the second attempt
 * @param longest bound
 */
public record Backoff(Duration first, Duration longest) {

    /** For notifications that wait for Intercom's REST API. */
    static final Backoff INTERCOM = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5));

    /** For events that Klaviyo is too busy to take. */
    static final Backoff KLAVIYO = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(15));

    /** @param attempts how many have failed before this one; @return between half of the wait and all of it */
    Duration delay(int attempts) {
        long doubled = first.toMillis() << Math.min(attempts, 20);
        long bounded = Math.min(doubled, longest.toMillis());
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(bounded / 2, bounded + 1));
    }
}
