package routes.klaviyo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was sent to one endpoint lately, by whomever, and what Klaviyo said is left: the counts behind {@link Pace}, which
 * can be written down and read again. Times are Unix milliseconds. Not thread-safe.
 */
final class Quota {

    /** Requests sent evenly can arrive bunched: spans are counted a little longer than they are. */
    private static final Duration BURST_SPAN = Duration.ofMillis(1_100);

    private static final Duration STEADY_SPAN = Duration.ofMillis(61_000);
    private static final Duration BURST_SLOT = Duration.ofMillis(50);
    private static final Duration STEADY_SLOT = Duration.ofSeconds(1);

    /** No request takes longer: whoever has not spoken for so long has none under way, or is dead. */
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(70);

    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final int steadyLimit;
    private final Sent burst;
    private final Sent steady;
    private final TreeMap<String, Flight> inFlight;
    private long pausedUntil;
    private long lastGrant;
    /** What the last answer told; null until there is one. */
    private @Nullable Window told;

    /** @param remaining requests until the window ends */
    private record Window(int remaining, long ends) {}

    /** Requests of one sender that are not answered yet, as it said then. */
    private record Flight(int requests, long at) {}

    private record Written(
            TreeMap<Long, Integer> burst,
            TreeMap<Long, Integer> steady,
            TreeMap<String, Flight> inFlight,
            long pausedUntil,
            long lastGrant,
            @Nullable Window told) {

        static Written nothing() {
            return new Written(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), 0, 0, null);
        }
    }

    /** @param burstLimit requests a second; @param steadyLimit requests a minute */
    Quota(int burstLimit, int steadyLimit) {
        this(burstLimit, steadyLimit, Written.nothing());
    }

    private Quota(int burstLimit, int steadyLimit, Written written) {
        this.steadyLimit = steadyLimit;
        burst = new Sent(burstLimit, BURST_SPAN, BURST_SLOT, written.burst);
        steady = new Sent(steadyLimit, STEADY_SPAN, STEADY_SLOT, written.steady);
        inFlight = written.inFlight;
        pausedUntil = written.pausedUntil;
        lastGrant = written.lastGrant;
        told = written.told;
    }

    /** @param text what {@link #text} returned; the empty string, or one that cannot be read: nothing yet */
    static Quota read(int burstLimit, int steadyLimit, String text) {
        if (text.isEmpty()) {
            return new Quota(burstLimit, steadyLimit);
        }
        try {
            return new Quota(burstLimit, steadyLimit, JSON.readValue(text, Written.class));
        } catch (JsonProcessingException e) {
            return new Quota(burstLimit, steadyLimit);
        }
    }

    String text() {
        try {
            return JSON.writeValueAsString(
                    new Written(burst.slots, steady.slots, inFlight, pausedUntil, lastGrant, told));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("numbers are always JSON", e);
        }
    }

    /** @return how many requests may go now */
    int free(long now) {
        if (now < pausedUntil) {
            return 0;
        }
        Window window = told;
        int ofMinute;
        if (window == null) {
            ofMinute = steady.limit - steady.since(now - steady.span + 1);
        } else if (now < window.ends) {
            ofMinute = window.remaining - inFlight(now);
        } else {
            // A new window has begun at Klaviyo: all that was sent since then, and may not be counted yet, is ours.
            ofMinute = steadyLimit - steady.since(window.ends) - inFlight(now);
        }
        return Math.max(0, Math.min(ofMinute, burst.limit - burst.since(now - burst.span + 1)));
    }

    private int inFlight(long now) {
        return inFlight.values().stream()
                .filter(flight -> flight.at > now - LONGEST_REQUEST.toMillis())
                .mapToInt(Flight::requests)
                .sum();
    }

    /**
     * @param spacing none are granted sooner after the last ones, whoever had them
     * @return how many of the wanted requests may go
     */
    int take(long now, int wanted, Duration spacing) {
        if (now < lastGrant + spacing.toMillis()) {
            return 0;
        }
        int granted = Math.max(0, Math.min(wanted, free(now)));
        if (granted > 0) {
            burst.add(now, granted);
            steady.add(now, granted);
            lastGrant = now;
        }
        return granted;
    }

    /** Takes down how many requests of a sender are not answered yet. */
    void underWay(long now, String sender, int requests) {
        inFlight.values().removeIf(flight -> flight.at <= now - LONGEST_REQUEST.toMillis());
        if (requests > 0) {
            inFlight.put(sender, new Flight(requests, now));
        } else {
            inFlight.remove(sender);
        }
    }

    /** Takes down what an answer told at that time; the same once more changes nothing. */
    void answered(Instant at, @Nullable Integer remaining, @Nullable Integer reset, @Nullable Duration retryAfter) {
        if (retryAfter != null) {
            pausedUntil = Math.max(pausedUntil, at.plus(retryAfter).toEpochMilli());
        }
        if (remaining != null && reset != null && reset >= 0) {
            // Whole seconds, rounded nobody says how: the window may last up to one more than they say.
            long ends = at.plusSeconds(reset + 1L).toEpochMilli();
            Window window = told;
            if (window != null && ends < window.ends - 5_000) {
                return;
            }
            if (window != null && Math.abs(ends - window.ends) < 2_000) {
                // Answers overtake each other: within a window what remains only shrinks. It ends before each of the
                // times they tell, so the earliest is nearest.
                told = new Window(Math.min(window.remaining, remaining), Math.min(window.ends, ends));
            } else {
                told = new Window(remaining, ends);
            }
        }
    }

    Instant pausedUntil() {
        return Instant.ofEpochMilli(pausedUntil);
    }

    /** Requests by the slot of time in which they were granted; a slot counts as long as any of it is in the span. */
    private static final class Sent {

        private final int limit;
        private final long span;
        private final long slot;
        private final TreeMap<Long, Integer> slots;

        Sent(int limit, Duration span, Duration slot, Map<Long, Integer> slots) {
            this.limit = limit;
            this.span = span.toMillis();
            this.slot = slot.toMillis();
            this.slots = new TreeMap<>(slots);
        }

        void add(long now, int requests) {
            slots.headMap(Math.floorDiv(now - 2 * span, slot)).clear();
            slots.merge(Math.floorDiv(now, slot), requests, Integer::sum);
        }

        /** What another's clock has put into the future counts too. */
        int since(long from) {
            int sum = 0;
            for (int requests : slots.tailMap(Math.floorDiv(from, slot)).values()) {
                sum += requests;
            }
            return sum;
        }
    }
}
