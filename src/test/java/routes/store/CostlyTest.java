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
    void ofFewThingsEachCountIsANewOne() {
        Costly<Integer> few = new Costly<>(this::slowly, count -> 49_999);
        assertEquals(1, few.get());
        assertEquals(2, few.get());
    }

    @Test
    void ofMuchTheLastCountIsGivenAgain() {
        Costly<Integer> slow = new Costly<>(this::slowly, count -> 50_000);
        assertEquals(1, slow.get());
        assertEquals(1, slow.get());
    }

    @Test
    void aFailureIsNotGivenAgain() {
        Costly<Integer> failing = new Costly<>(
                () -> {
                    if (slowly() == 1) {
                        throw new StoreException("gone", new IllegalStateException());
                    }
                    return counted.get();
                },
                count -> 50_000);
        assertThrows(StoreException.class, failing::get);
        assertEquals(2, failing.get());
    }
}
