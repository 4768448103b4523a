package routes;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's ticker, moved forward at will. Safe for use by several threads. */
final class ShiftedTicker implements Ticker {

    private final AtomicLong shift = new AtomicLong();

    void forward(Duration more) {
        shift.addAndGet(more.toNanos());
    }

    @Override
    public long read() {
        return System.nanoTime() + shift.get();
    }
}
