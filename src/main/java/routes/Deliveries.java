package routes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.camel.Body;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.klaviyo.Answer;
import routes.klaviyo.BulkRequest;
import routes.klaviyo.Event;
import routes.klaviyo.Identity;
import routes.klaviyo.Pace;
import routes.store.Delivery;
import routes.store.DeliveryLog;
import routes.store.Settlement;
import routes.store.State;

/**
 * What routes.yaml says with {@code bean: deliveries}: which events go out now and in what form, and what is taken down
 * of Klaviyo's answers. A shipment is what one request carries: one event, or up to a thousand.
 *
 * <p>Thread-safe.
 */
public final class Deliveries {

    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);

    /** Single requests under way at once: 350 a second with answers after 180 ms. */
    private static final int MOST_SINGLES = 64;

    /** Bulk requests under way at once. */
    private static final int MOST_BULKS = 8;

    /**
     * Between bulk requests that are not full. 150 a minute would be one each 400 ms; but what comes as fast as those could
     * carry comes in bunches, and each that goes a little less than full then is missing at the end of the minute.
     */
    private static final Duration BULK_SPACING = Duration.ofMillis(500);

    /** History waits for a full request, but no longer than this. */
    private static final Duration HISTORY_PATIENCE = Duration.ofSeconds(3);

    /** Of the bulk requests of a minute, those that history leaves to live events. */
    private static final int RESERVED_FOR_LIVE = 2;

    /** Without one proper answer for so long, Klaviyo is away; single failures are the network's. */
    private static final Duration AWAY = Duration.ofSeconds(3);
    /** A pause between two probes is this part of the time that Klaviyo has been away, up to a bound. */
    private static final int PROBES = 10;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);

    private static final Duration BUSY_FOR_TOO_LONG = Duration.ofDays(1);

    private final ObjectMapper json = JsonMapper.builder().build();
    private final DeliveryLog log;
    private final Pace singles;
    private final Pace bulks;
    private final Standing standing;
    private final MeterRegistry meters;
    private final Clock clock;
    private volatile Instant lastLiveBulk = Instant.EPOCH;
    private volatile Instant lastProbe = Instant.EPOCH;
    private volatile Instant historySince = Instant.MAX;

    /** @param singles pace of {@code /api/events}; @param bulks of {@code /api/event-bulk-create-jobs} */
    Deliveries(DeliveryLog log, Pace singles, Pace bulks, Standing standing, MeterRegistry meters, Clock clock) {
        this.log = log;
        this.singles = singles;
        this.bulks = bulks;
        this.standing = standing;
        this.meters = meters;
        this.clock = clock;
        // There from the start: a rate over a series that begins with its first increment misses that one.
        Console.METRICS.forEach(metric -> count("delivered", "metric", metric, 0));
        List.of(0, 429, 503).forEach(status -> count("busy", "status", String.valueOf(status), 0));
        List.of(400, 401, 403).forEach(status -> count("refused", "status", String.valueOf(status), 0));
    }

    private void count(String what, String tag, String value, int more) {
        Counter.builder("intercom_klaviyo_" + what)
                .description("What came of sending to Klaviyo: " + what)
                .tag(tag, value)
                .register(meters)
                .increment(more);
    }

    /**
     * Events for one or more requests.
     *
     * @param bulk whether they go in one request through the bulk endpoint, or each in one of its own
     * @param admitted whether the pace has been asked for leave already
     */
    public record Shipment(boolean bulk, boolean admitted, List<Delivery> deliveries) {

        static final Shipment NONE = new Shipment(true, true, List.of());

        public boolean isEmpty() {
            return deliveries.isEmpty();
        }
    }

    /**
     * @return what may go out now: live events one by one while that keeps up with them, or nothing may go in bulk; else in
     *     bulk, and then all that come until the next of these; history in bulk, when no live event is due
     */
    public Shipment next() {
        if (singles.free() == 0 && bulks.free() == 0) {
            return Shipment.NONE;
        }
        Instant away = standing.silentSince();
        if (away != null && away.plus(AWAY).isBefore(clock.instant())) {
            return probe(away);
        }
        int due = log.due(true, BulkRequest.MAX_EVENTS);
        if (due > 0) {
            int free = singles.free();
            boolean full = due >= BulkRequest.MAX_EVENTS;
            boolean between = clock.instant().isBefore(lastLiveBulk.plus(BULK_SPACING));
            if ((due > free || between) && bulks.free() > 0 && bulks.inFlight() < MOST_BULKS) {
                // What comes between waits for the next: a request for each takes time from what is behind it.
                boolean now = (full || !between) && bulks.take(1, full ? Duration.ZERO : BULK_SPACING) == 1;
                return now ? bulk(true) : Shipment.NONE;
            }
            int granted = singles.take(Math.min(Math.min(due, free), MOST_SINGLES - singles.inFlight()));
            List<Delivery> claimed = granted > 0 ? log.claim(true, granted) : List.of();
            for (int unused = claimed.size(); unused < granted; unused++) {
                singles.answered(null, null, null);
            }
            return new Shipment(false, true, claimed);
        }
        return history();
    }

    /**
     * Circuit Breaker: while nothing comes back, one event at a time finds out whether Klaviyo is there again. All others
     * stay due, without an attempt and its ever longer wait, and go out as soon as it is.
     */
    private Shipment probe(Instant away) {
        Instant now = clock.instant();
        Duration pause = Duration.between(away, now).dividedBy(PROBES);
        boolean isEarly = now.isBefore(lastProbe.plus(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE));
        boolean live = log.due(true, 1) > 0;
        Pace pace = live ? singles : bulks;
        if (isEarly
                || singles.inFlight() + bulks.inFlight() > 0
                || (!live && log.due(false, 1) == 0)
                || pace.take(1) == 0) {
            return Shipment.NONE;
        }
        lastProbe = now;
        List<Delivery> claimed = log.claim(live, 1);
        if (claimed.isEmpty()) {
            pace.answered(null, null, null);
        }
        return new Shipment(!live, true, claimed);
    }

    private Shipment history() {
        int due = log.due(false, BulkRequest.MAX_EVENTS);
        if (due <= 0) {
            historySince = Instant.MAX;
            return Shipment.NONE;
        }
        Instant now = clock.instant();
        if (historySince.equals(Instant.MAX)) {
            historySince = now;
        }
        boolean worthwhile = due >= BulkRequest.MAX_EVENTS || now.isAfter(historySince.plus(HISTORY_PATIENCE));
        if (worthwhile && bulks.free() > RESERVED_FOR_LIVE && bulks.inFlight() < MOST_BULKS && bulks.take(1) == 1) {
            historySince = now;
            return bulk(false);
        }
        return Shipment.NONE;
    }

    private Shipment bulk(boolean live) {
        List<Delivery> claimed = log.claim(live, BulkRequest.MAX_EVENTS);
        List<Delivery> fitting = new ArrayList<>(claimed.size());
        int bytes = 0;
        for (Delivery delivery : claimed) {
            bytes += BulkRequest.bytesOf(delivery.request());
            if (bytes > BulkRequest.MAX_BYTES && !fitting.isEmpty()) {
                break;
            }
            fitting.add(delivery);
        }
        log.unclaim(claimed.subList(fitting.size(), claimed.size()));
        if (fitting.isEmpty()) {
            bulks.answered(null, null, null);
        } else if (live) {
            lastLiveBulk = clock.instant();
        }
        return new Shipment(true, true, fitting);
    }

    /** Waits for leave to send, where it was not asked for before. */
    public void admit(@Body Shipment shipment) throws InterruptedException {
        if (!shipment.admitted()) {
            pace(shipment).await();
        }
    }

    /** @return the body of {@code POST /api/events} */
    public byte[] single(@Body Shipment shipment) throws JsonProcessingException {
        return json.writeValueAsBytes(
                Event.single(attributes(shipment.deliveries().get(0))));
    }

    /** @return the body of {@code POST /api/event-bulk-create-jobs} */
    public byte[] inBulk(@Body Shipment shipment) throws JsonProcessingException {
        return BulkRequest.of(
                shipment.deliveries().stream().map(Delivery::request).toList());
    }

    private ObjectNode attributes(Delivery delivery) throws JsonProcessingException {
        return (ObjectNode) json.readTree(delivery.request());
    }

    /** @return one shipment for each event */
    public List<Shipment> each(@Body Shipment shipment) {
        return shipment.deliveries().stream()
                .map(delivery -> new Shipment(false, shipment.admitted(), List.of(delivery)))
                .toList();
    }

    /** Takes down an answer, and how much of the quota it says is left. */
    public Answer answered(
            @ExchangeProperty("shipment") Shipment shipment,
            @Body byte[] body,
            @Header("CamelHttpResponseCode") int status,
            @Header("Content-Type") @Nullable String contentType,
            @Header("Retry-After") @Nullable String retryAfter,
            @Header("RateLimit-Remaining") @Nullable String remaining,
            @Header("RateLimit-Reset") @Nullable String reset) {
        Answer answer = Answer.of(status, contentType, retryAfter, new String(body, StandardCharsets.UTF_8));
        Duration pause = status == 429 && answer.retryAfter() == null ? Duration.ofSeconds(1) : answer.retryAfter();
        pace(shipment).answered(number(remaining), number(reset), pause);
        standing.note(answer);
        return answer;
    }

    /** Takes down that there was no answer. */
    public Answer unanswered(@ExchangeProperty("shipment") Shipment shipment, @ExchangeException Exception failure) {
        pace(shipment).answered(null, null, null);
        Answer answer = Answer.none(failure.getClass().getSimpleName() + ": " + failure.getMessage());
        standing.note(answer);
        return answer;
    }

    private Pace pace(Shipment shipment) {
        return shipment.bulk() ? bulks : singles;
    }

    static @Nullable Integer number(@Nullable String header) {
        try {
            return header == null ? null : Integer.valueOf(header.strip());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Klaviyo took it. */
    public void delivered(@ExchangeProperty("shipment") Shipment shipment, @Body Answer answer) {
        shipment.deliveries().forEach(delivery -> count("delivered", "metric", delivery.metric(), 1));
        settle(shipment, delivery -> new Settlement(delivery, State.DELIVERED, null, answer.status(), null, null));
    }

    /** Klaviyo could not take it now: due again when it said, or after a growing while; parked after a day of that. */
    public void busy(@ExchangeProperty("shipment") Shipment shipment, @Body Answer answer) {
        Instant now = clock.instant();
        count("busy", "status", String.valueOf(answer.status()), 1);
        settle(shipment, delivery -> {
            Instant since = delivery.busySince();
            if (since != null && since.plus(BUSY_FOR_TOO_LONG).isBefore(now)) {
                return parked(delivery, answer, "Klaviyo has been too busy for a day: " + answer.words());
            }
            Duration wait = answer.retryAfter() == null
                    ? Backoff.KLAVIYO.delay(delivery.attempts())
                    : answer.retryAfter().plus(Backoff.KLAVIYO.delay(0));
            return new Settlement(delivery, State.PENDING, now.plus(wait), answer.status(), answer.words(), null);
        });
    }

    /** Klaviyo will never take it as it is. */
    public void refused(@ExchangeProperty("shipment") Shipment shipment, @Body Answer answer) {
        count(
                "refused",
                "status",
                String.valueOf(answer.status()),
                shipment.deliveries().size());
        settle(shipment, delivery -> {
            LOG.warn("Parked {}: Klaviyo answers {} {}", delivery.uniqueId(), answer.status(), answer.words());
            return parked(delivery, answer, answer.words());
        });
    }

    private static Settlement parked(Delivery delivery, Answer answer, String words) {
        return new Settlement(delivery, State.PARKED, null, answer.status(), words, null);
    }

    /** Klaviyo knows better than libphonenumber: the number goes, the event stays; without an e-mail it waits. */
    public void withoutPhone(@ExchangeProperty("shipment") Shipment shipment, @Body Answer answer)
            throws JsonProcessingException {
        Delivery delivery = shipment.deliveries().get(0);
        ObjectNode attributes = attributes(delivery);
        ObjectNode profile = (ObjectNode) attributes.at("/profile/data/attributes");
        profile.remove("phone_number");
        ((ObjectNode) attributes.get("properties")).remove(List.of("phone_number", "Contact phone"));
        boolean known = Identity.email(profile.path("email").textValue()) != null;
        settle(
                shipment,
                each -> new Settlement(
                        each,
                        known ? State.PENDING : State.WAITING,
                        known ? clock.instant() : null,
                        answer.status(),
                        answer.words(),
                        attributes.toString()));
    }

    /**
     * A bulk request is refused as a whole for one event in it. The ones it names go by themselves, where Klaviyo says
     * what it has against each; when it names none, the halves do, and theirs again: a thousand single requests would
     * use up what live events need.
     *
     * @return the shipments that take this one's place
     */
    public List<Shipment> separate(@ExchangeProperty("shipment") Shipment shipment, @Body Answer answer) {
        Set<Integer> named = new HashSet<>();
        for (String pointer : answer.pointers()) {
            OptionalInt group = BulkRequest.group(pointer);
            if (group.isPresent() && group.getAsInt() < shipment.deliveries().size()) {
                named.add(group.getAsInt());
            }
        }
        int count = shipment.deliveries().size();
        if (named.isEmpty() && count > 1) {
            return List.of(
                    new Shipment(true, false, shipment.deliveries().subList(0, count / 2)),
                    new Shipment(true, false, shipment.deliveries().subList(count / 2, count)));
        }
        List<Shipment> shipments = new ArrayList<>();
        List<Delivery> rest = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Delivery delivery = shipment.deliveries().get(i);
            if (named.isEmpty() || named.contains(i)) {
                shipments.add(new Shipment(false, false, List.of(delivery)));
            } else {
                rest.add(delivery);
            }
        }
        if (!rest.isEmpty()) {
            shipments.add(new Shipment(true, false, rest));
        }
        return shipments;
    }

    private interface Settling {
        Settlement of(Delivery delivery);
    }

    private void settle(Shipment shipment, Settling settling) {
        log.settle(shipment.deliveries().stream().map(settling::of).toList());
    }
}
