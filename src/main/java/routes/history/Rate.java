package routes.history;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;

/** How fast a run has been over the last minute. Thread-safe. */
final class Rate {

    private static final long SPAN_MILLIS = 60_000;
    private static final long STEP_MILLIS = 500;

    private record Sample(long at, long done) {}

    private final Clock clock;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private long run = -1;

    Rate(Clock clock) {
        this.clock = clock;
    }

    /** Takes note of how far the run is. @return objects a second; 0 while nothing can be said */
    synchronized double of(long id, long done) {
        long now = clock.millis();
        if (id != run || (!samples.isEmpty() && samples.getLast().done > done)) {
            samples.clear();
            run = id;
        }
        if (samples.isEmpty() || now - samples.getLast().at >= STEP_MILLIS) {
            samples.add(new Sample(now, done));
        }
        while (samples.size() > 2 && now - samples.getFirst().at > SPAN_MILLIS) {
            samples.removeFirst();
        }
        Sample first = samples.getFirst();
        return now - first.at < STEP_MILLIS ? 0 : (done - first.done) * 1_000.0 / (now - first.at);
    }
}
