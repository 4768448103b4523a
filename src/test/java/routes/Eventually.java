package routes;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** The one place where tests wait: looks again and again until something holds, and fails at a deadline. */
public final class Eventually {

    /** Far beyond what anything takes on a busy machine: a test that passes never waits for it. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    private Eventually() {}

    /** Something that is to become true, and may throw. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /** @param what for the failure: what did not come true */
    public static void holds(String what, Condition condition) {
        var unused = value(what, condition::holds, Boolean::booleanValue);
    }

    /** @return the first value that is as wanted */
    public static <T> T value(String what, Callable<T> look, Predicate<T> wanted) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            // Before the look: when the machine stood still for that long, it counts.
            boolean late = System.nanoTime() > deadline;
            T value;
            try {
                value = look.call();
            } catch (Exception e) {
                throw new AssertionError("while waiting: " + what, e);
            }
            if (wanted.test(value)) {
                return value;
            }
            if (late) {
                return fail("not within " + PATIENCE.toSeconds() + " s: " + what + "; last seen: " + value);
            }
            pause();
        }
    }

    /** A moment of rest for whoever does something again and again. */
    public static void pause() {
        LockSupport.parkNanos(PAUSE);
    }
}
