package routes.harness;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting for something that another process does: looks again and again, and says what did not happen in time. */
public final class Deadline {

    private static final long FIRST_LOOK = TimeUnit.MILLISECONDS.toNanos(5);
    /** Looking costs the other process something: less often when it takes long. */
    private static final long MOST = TimeUnit.MILLISECONDS.toNanos(250);

    private Deadline() {}

    /**
     * Returns as soon as the condition holds.
     *
     * @param what is waited for, for the message
     * @throws IllegalStateException when it did not come to hold in time
     */
    public static void await(String what, Duration patience, BooleanSupplier condition) {
        await(what, patience, MOST, condition);
    }

    /** As above, for what is timed: it looks at least as often as that, in nanoseconds. */
    public static void await(String what, Duration patience, long most, BooleanSupplier condition) {
        if (!holdsWithin(patience, most, condition)) {
            throw new IllegalStateException("not within " + patience.toSeconds() + " s: " + what);
        }
    }

    /** @return whether the condition came to hold in time */
    public static boolean holdsWithin(Duration patience, BooleanSupplier condition) {
        return holdsWithin(patience, MOST, condition);
    }

    private static boolean holdsWithin(Duration patience, long most, BooleanSupplier condition) {
        long end = System.nanoTime() + patience.toNanos();
        long pause = FIRST_LOOK;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(most, pause * 5 / 4);
        }
        return true;
    }
}
