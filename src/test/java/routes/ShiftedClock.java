package routes;

import java.time.Duration;
import java.time.Instant;

/** The system's clock, moved forward at will. Safe for use by several threads. */
final class ShiftedClock extends UtcClock {

    private volatile Duration shift = Duration.ZERO;

    void forward(Duration more) {
        shift = shift.plus(more);
    }

    @Override
    public Instant instant() {
        return Instant.now().plus(shift);
    }
}
