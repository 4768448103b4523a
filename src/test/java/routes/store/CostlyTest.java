package routes.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class CostlyTest {

    private final AtomicInteger counted = new AtomicInteger();

    private int slowly() {
        long until = System.nanoTime() + Duration.ofMillis(30).toNanos();
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
        return counted.incrementAndGet();
    }

    @Test
    void whatIsQuicklyCountedIsCountedEachTime() {
        Costly<Integer> quick = new Costly<>(counted::incrementAndGet);
        assertEquals(1, quick.get());
        assertEquals(2, quick.get());
    }

    @Test
    void whatIsSlowlyCountedIsGivenAgain() {
        Costly<Integer> slow = new Costly<>(this::slowly);
        assertEquals(1, slow.get());
        assertEquals(1, slow.get());
    }

    @Test
    void aFailureIsNotGivenAgain() {
        Costly<Integer> failing = new Costly<>(() -> {
            if (counted.get() == 0) {
                int unused = slowly();
                throw new StoreException("gone", new IllegalStateException());
            }
            return counted.incrementAndGet();
        });
        assertThrows(StoreException.class, failing::get);
        assertEquals(2, failing.get());
    }
}
