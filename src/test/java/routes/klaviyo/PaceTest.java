package routes.klaviyo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.SteppedClock;

/** One pace, kept by one sender or by several that share a ledger, against fixed windows as Klaviyo keeps them. */
class PaceTest {

    private static final int BURST = 10;
    private static final int STEADY = 60;

    private final SteppedClock clock = new SteppedClock();
    private final Ledger ledger = new Ledger();
    private final Klaviyo klaviyo = new Klaviyo();

    /** As the table in the database, also when that is gone, or gone at the moment of the commit. */
    private static final class Ledger implements PaceLedger {
        private final Map<String, String> texts = new HashMap<>();
        private boolean gone;
        private boolean forgetful;
        private int changes;

        @Override
        public boolean change(String endpoint, UnaryOperator<String> change) {
            if (gone) {
                return false;
            }
            changes++;
            String text = change.apply(texts.getOrDefault(endpoint, ""));
            if (forgetful) {
                return false;
            }
            texts.put(endpoint, text);
            return true;
        }
    }

    /** A window begins with the first request after the one before has ended. */
    private final class Window {
        private final int limit;
        private final Duration length;
        private Instant ends = Instant.EPOCH;
        private int taken;

        Window(int limit, Duration length) {
            this.limit = limit;
            this.length = length;
        }

        boolean take() {
            if (!clock.instant().isBefore(ends)) {
                ends = clock.instant().plus(length);
                taken = 0;
            }
            return ++taken <= limit;
        }
    }

    private final class Klaviyo {
        private final Window burst = new Window(BURST, Duration.ofSeconds(1));
        private final Window steady = new Window(STEADY, Duration.ofMinutes(1));
        private int refused;
        private int taken;

        /** Something else of the account sends too. */
        void takeForAnotherKey(int requests) {
            for (int i = 0; i < requests; i++) {
                steady.take();
            }
        }

        int remaining() {
            boolean fits = burst.take() & steady.take();
            taken++;
            refused += fits ? 0 : 1;
            return Math.max(0, STEADY - steady.taken);
        }

        int reset() {
            return (int) Duration.between(clock.instant(), steady.ends.plusMillis(999))
                    .toSeconds();
        }
    }

    private Pace alone() {
        return new Pace("events", BURST, STEADY, clock, null);
    }

    private Pace sharing() {
        return new Pace("events", BURST, STEADY, clock, ledger);
    }

    private void send(Pace pace, int requests) {
        for (int i = 0; i < requests; i++) {
            int remaining = klaviyo.remaining();
            pace.answered(remaining, klaviyo.reset(), null);
        }
    }

    @Test
    void aBurstIsNoLargerThanTheLimit() {
        Pace pace = alone();

        assertEquals(BURST, pace.take(1_000));
        assertEquals(0, pace.take(1));
        clock.pass(Duration.ofMillis(1_200));
        assertEquals(BURST, pace.take(1_000));
    }

    @Test
    void whatIsNotWantedIsLeftToOthers() {
        Pace one = sharing();
        Pace other = sharing();

        assertEquals(4, one.take(4));
        assertEquals(BURST - 4, other.take(1_000));
        assertEquals(4, one.inFlight());
        assertEquals(BURST - 4, other.inFlight());
    }

    @Test
    void spacingCountsFromTheLastLeaveThatAnybodyTook() {
        Pace one = sharing();
        Pace other = sharing();
        assertEquals(1, one.take(1, Duration.ofMillis(400)));

        clock.pass(Duration.ofMillis(300));
        assertEquals(0, other.take(1, Duration.ofMillis(400)));

        clock.pass(Duration.ofMillis(300));
        assertEquals(1, other.take(1, Duration.ofMillis(400)));
    }

    @Test
    void anotherKeysRequestsAreBelieved() {
        Pace pace = sharing();
        assertEquals(1, pace.take(1));
        klaviyo.takeForAnotherKey(STEADY - 3);
        send(pace, 1);
        clock.pass(Duration.ofSeconds(2));

        assertEquals(2, pace.take(1_000));
    }

    @Test
    void theEarliestEndCountsThatAnswersOfAWindowTell() {
        Pace pace = alone();
        assertEquals(2, pace.take(2));
        pace.answered(0, 60, null);
        clock.pass(Duration.ofMillis(500));
        pace.answered(0, 59, null);

        clock.pass(Duration.ofMillis(59_900));
        assertEquals(0, pace.take(1));
        clock.pass(Duration.ofMillis(200));
        assertEquals(1, pace.take(1));
    }

    @Test
    void retryAfterStopsAllWhoShare() {
        Pace one = sharing();
        Pace other = sharing();
        assertEquals(1, one.take(1));
        assertEquals(1, other.take(1));

        one.answered(null, null, Duration.ofSeconds(30));
        assertEquals(0, one.free());

        clock.pass(Duration.ofSeconds(2));
        assertEquals(0, other.take(1));
        assertEquals(one.pausedUntil(), other.pausedUntil());
        clock.pass(Duration.ofSeconds(29));
        assertEquals(1, other.take(1));
    }

    @Test
    void whatADeadOneHadUnderWayIsNotCountedForEver() {
        Pace one = sharing();
        Pace dead = sharing();
        assertEquals(1, one.take(1));
        klaviyo.takeForAnotherKey(STEADY - 5);
        assertEquals(2, dead.take(2));
        send(one, 1);
        clock.pass(Duration.ofSeconds(2));

        assertEquals(4 - 2, one.free(), "those may still reach Klaviyo");

        clock.pass(Duration.ofSeconds(75));
        assertEquals(BURST, one.take(1_000));
    }

    @Test
    void withoutTheLedgerNobodySends() {
        Pace pace = sharing();
        assertEquals(1, pace.take(1));
        ledger.gone = true;
        clock.pass(Duration.ofSeconds(5));

        assertEquals(0, pace.take(1));

        ledger.gone = false;
        assertEquals(1, pace.take(1));
    }

    @Test
    void whatWasToldIsNotLostWithAChangeThatWasNotWritten() {
        Pace pace = sharing();
        assertEquals(1, pace.take(1));
        klaviyo.takeForAnotherKey(STEADY - 1);
        send(pace, 1);
        ledger.forgetful = true;
        clock.pass(Duration.ofSeconds(2));
        assertEquals(0, pace.take(1));
        ledger.forgetful = false;
        clock.pass(Duration.ofSeconds(2));

        assertEquals(0, pace.take(1_000));
        assertEquals(0, sharing().take(1_000));
    }

    @Test
    void askingDoesNotTroubleTheLedgerAgainAndAgain() throws InterruptedException {
        Pace pace = sharing();
        assertEquals(BURST, pace.take(BURST));
        int before = ledger.changes;

        for (int i = 0; i < 1_000; i++) {
            assertEquals(0, pace.take(1));
            clock.pass(Duration.ofMillis(1));
        }

        assertTrue(ledger.changes - before <= 6, () -> ledger.changes - before + " changes in a second");
        clock.pass(Duration.ofSeconds(1));
        pace.await();
        assertEquals(BURST + 1, pace.inFlight());
    }

    /** Ten minutes as fast as allowed, answers delayed and overtaking each other: Klaviyo refuses none. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void klaviyoRefusesNoneHoweverManySend(int senders) {
        List<Pace> paces = new ArrayList<>();
        List<Deque<Instant>> underWay = new ArrayList<>();
        for (int i = 0; i < senders; i++) {
            paces.add(senders == 1 ? alone() : sharing());
            underWay.add(new ArrayDeque<>());
        }
        Random random = new Random(senders);
        for (int step = 0; step < 10 * 60 * 20; step++) {
            clock.pass(Duration.ofMillis(50));
            int which = random.nextInt(senders);
            Pace pace = paces.get(which);
            Deque<Instant> answers = underWay.get(which);
            while (!answers.isEmpty() && answers.peek().isBefore(clock.instant())) {
                answers.remove();
                int remaining = klaviyo.remaining();
                pace.answered(remaining, klaviyo.reset(), null);
            }
            int granted = pace.take(random.nextInt(8));
            for (int i = 0; i < granted; i++) {
                answers.add(clock.instant().plusMillis(random.nextInt(60)));
            }
        }

        assertEquals(0, klaviyo.refused);
        assertTrue(klaviyo.taken > 8 * STEADY, () -> klaviyo.taken + " requests are too few");
        assertFalse(klaviyo.taken > 11 * STEADY, () -> klaviyo.taken + " requests are too many");
    }
}
