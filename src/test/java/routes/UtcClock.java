package routes;

import java.time.Clock;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** What the clocks of the tests have in common: one zone is enough for them. */
abstract class UtcClock extends Clock {

    @Override
    public final ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public final Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("one zone is enough");
    }
}
