package routes.store;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A count over all that waits. Where that is much, it is not counted again at once: whoever asks meanwhile gets the last
 * count, which is {@value #MOST_REST_MILLIS} ms old at most. Thread-safe.
 */
final class Costly<T> {

    private static final long MUCH = 50_000;
    /** Counting takes a tenth of one processor, however often it is asked. */
    private static final int REST = 10;

    private static final long MOST_REST_MILLIS = 10_000;

    private final Supplier<T> count;
    private final ToLongFunction<T> amount;
    private @Nullable T last;
    private long goodUntil;

    /** @param amount how much there is by a count */
    Costly(Supplier<T> count, ToLongFunction<T> amount) {
        this.count = count;
        this.amount = amount;
    }

    /** @throws StoreException what counting throws; nothing is kept of it */
    synchronized T get() {
        T known = last;
        if (known != null && System.nanoTime() < goodUntil) {
            return known;
        }
        long start = System.nanoTime();
        T counted = count.get();
        long end = System.nanoTime();
        long rest = Math.min(
                REST * (end - start), Duration.ofMillis(MOST_REST_MILLIS).toNanos());
        last = amount.applyAsLong(counted) < MUCH ? null : counted;
        goodUntil = end + rest;
        return counted;
    }
}
