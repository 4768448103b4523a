package routes.klaviyo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the two fixed windows of one endpoint (burst: a second, steady: a minute). Where Klaviyo's windows begin is not
 * known before it answers, so by our own count no span of that length, wherever it begins, holds more requests than the
 * limit. Once an answer tells what remains and until when, that is believed instead: other keys of the account draw on
 * the same quota. A {@code Retry-After} stops everything until then.
 *
 * <p>Instances that share a {@link PaceLedger} keep the windows together. Leave is taken there, for many requests at
 * once; answers are taken along with the next leave, and never wait for the ledger.
 *
 * <p>Thread-safe.
 */
public final class Pace {

    /** What others have changed in the ledger is seen after so long at the latest, where it matters. */
    private static final Duration FRESH = Duration.ofMillis(200);

    private final String endpoint;
    private final int burstLimit;
    private final int steadyLimit;
    private final Clock clock;
    private final @Nullable PaceLedger ledger;
    private final String sender = UUID.randomUUID().toString().substring(0, 8);

    private final AtomicInteger inFlight = new AtomicInteger();
    private final Queue<Told> toldSince = new ConcurrentLinkedQueue<>();
    private volatile boolean pauseTold;

    /** The counts themselves, or as they stood in the ledger when it was last looked into. */
    private Quota quota;

    private final List<Told> told = new ArrayList<>();
    private Instant lookedAt = Instant.EPOCH;

    private record Told(
            Instant at,
            @Nullable Integer remaining,
            @Nullable Integer reset,
            @Nullable Duration retryAfter) {}

    /**
     * @param endpoint its name in the ledger
     * @param burstLimit requests a second
     * @param steadyLimit requests a minute
     * @param ledger null: nobody else sends
     */
    public Pace(String endpoint, int burstLimit, int steadyLimit, Clock clock, @Nullable PaceLedger ledger) {
        this.endpoint = endpoint;
        this.burstLimit = burstLimit;
        this.steadyLimit = steadyLimit;
        this.clock = clock;
        this.ledger = ledger;
        quota = new Quota(burstLimit, steadyLimit);
    }

    /**
     * Takes leave to send.
     *
     * @return how many of the wanted requests may go now; each must be followed by {@link #answered}
     */
    public int take(int wanted) {
        return take(wanted, Duration.ZERO);
    }

    /** As {@link #take(int)}, but none sooner than that after the last leave that anybody took. */
    public synchronized int take(int wanted, Duration spacing) {
        if (wanted <= 0 || free() == 0) {
            return 0;
        }
        return change(counts -> counts.take(clock.millis(), wanted, spacing));
    }

    /** Waits until one request may go, and takes leave for it. */
    public synchronized void await() throws InterruptedException {
        while (take(1) == 0) {
            wait(20);
        }
    }

    /** @return requests that were granted here and are not answered yet */
    public int inFlight() {
        return inFlight.get();
    }

    /** @return how many requests may go now, as far as is known here */
    public synchronized int free() {
        boolean stale = !clock.instant().isBefore(lookedAt.plus(FRESH));
        boolean news = !toldSince.isEmpty() || !told.isEmpty();
        if (ledger == null || pauseTold || (stale && (news || quota.free(clock.millis()) == 0))) {
            var unused = change(counts -> 0);
        }
        return quota.free(clock.millis());
    }

    /**
     * One request has ended, with an answer or without.
     *
     * @param remaining {@code RateLimit-Remaining}, or null
     * @param reset {@code RateLimit-Reset} in seconds, or null
     * @param retryAfter {@code Retry-After} of a 429, or null
     */
    public void answered(@Nullable Integer remaining, @Nullable Integer reset, @Nullable Duration retryAfter) {
        // Told first: whoever no longer counts the request as under way must know what its answer said.
        if (remaining != null || retryAfter != null) {
            toldSince.add(new Told(clock.instant(), remaining, reset, retryAfter));
        }
        if (retryAfter != null) {
            pauseTold = true;
        }
        inFlight.updateAndGet(count -> Math.max(0, count - 1));
    }

    /** @return until when Klaviyo asked to wait, as far as is known here; in the past when it did not */
    public synchronized Instant pausedUntil() {
        return quota.pausedUntil();
    }

    /** @return what the change grants; 0 when the ledger cannot be changed now, without which nothing is sent */
    private int change(ToIntFunction<Quota> change) {
        int underWay = inFlight.get();
        pauseTold = false;
        for (Told next = toldSince.poll(); next != null; next = toldSince.poll()) {
            told.add(next);
        }
        int[] granted = new int[1];
        if (ledger == null) {
            granted[0] = apply(quota, underWay, change);
        } else {
            lookedAt = clock.instant();
            boolean written = ledger.change(endpoint, text -> {
                Quota counts = Quota.read(burstLimit, steadyLimit, text);
                granted[0] = apply(counts, underWay, change);
                quota = counts;
                return counts.text();
            });
            if (!written) {
                return 0;
            }
        }
        told.clear();
        inFlight.addAndGet(granted[0]);
        return granted[0];
    }

    private int apply(Quota counts, int underWay, ToIntFunction<Quota> change) {
        told.forEach(each -> counts.answered(each.at, each.remaining, each.reset, each.retryAfter));
        counts.underWay(clock.millis(), sender, underWay);
        int granted = change.applyAsInt(counts);
        counts.underWay(clock.millis(), sender, underWay + granted);
        return granted;
    }
}
