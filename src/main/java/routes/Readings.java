package routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.intercom.Json;
import routes.intercom.Normalizer;
import routes.klaviyo.Event;
import routes.klaviyo.InvalidEventException;
import routes.store.DeliveryLog;
import routes.store.HandOver;
import routes.store.Inbox;
import routes.store.InboxEntry;
import routes.store.OpenCase;
import routes.store.Origin;
import routes.store.RecordedEvent;
import routes.store.Recorder;
import routes.store.State;

/**
 * What routes.yaml says with {@code bean: readings}: turns inbox entries into readings, takes down what becomes of each,
 * and hands all of it over to the delivery log in one transaction.
 *
 * <p>Thread-safe.
 */
public final class Readings implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Readings.class);
    private static final int REASON_MAX = 500;
    /** A flow that starts later than this after what it speaks of puzzles more than it helps. */
    private static final Duration FRESH = Duration.ofDays(1);

    private final Normalizer normalizer = new Normalizer();
    private final Enricher enricher;
    private final Supplier<@Nullable String> workspace;
    private final Recorder live;
    private final Recorder history;
    private final Clock clock;

    /** @param workspace id code, for notifications that do not name it; null while it is not known */
    Readings(Enricher enricher, Supplier<@Nullable String> workspace, DeliveryLog log, Inbox inbox, Clock clock) {
        this.enricher = enricher;
        this.workspace = workspace;
        this.clock = clock;
        live = new Recorder("record-live", log, inbox);
        history = new Recorder("record-history", log, inbox);
    }

    /** @return what the notifications tell, each with its contact and teammates; those that have to wait say so already */
    public List<Reading> read(@Body List<InboxEntry> entries) {
        List<Reading> readings = new ArrayList<>(entries.size());
        for (InboxEntry entry : entries) {
            try {
                List<ObjectNode> documents =
                        normalizer.read(entry.body(), entry.origin().word(), workspace.get());
                for (ObjectNode document : documents) {
                    if (document.path("notified_at").isNull()) {
                        document.put("notified_at", entry.receivedAt().getEpochSecond());
                    }
                    document.put("backfill", isStale(entry, document));
                    readings.add(new Reading(entry, document));
                }
                if (documents.isEmpty()) {
                    Reading nothing = new Reading(entry, normalizer.object(entry.body()));
                    nothing.end(Reading.Outcome.FILTERED, null, "nothing in it is asked for");
                    readings.add(nothing);
                }
            } catch (IOException | RuntimeException e) {
                Reading unreadable = new Reading(entry, JsonNodeFactory.instance.objectNode());
                unreadable.end(Reading.Outcome.PARKED, null, "cannot be read: " + root(e));
                readings.add(unreadable);
            }
        }
        enricher.enrich(readings);
        return readings;
    }

    /** The mapped event goes out. */
    public void pending(@ExchangeProperty("reading") Reading reading, @Body JsonNode mapped) {
        reading.end(Reading.Outcome.PENDING, event(reading, mapped), null);
    }

    /** The mapped event has nobody to belong to yet. */
    public void waiting(@ExchangeProperty("reading") Reading reading, @Body JsonNode mapped) {
        reading.end(
                Reading.Outcome.WAITING,
                event(reading, mapped),
                "the contact has neither a valid e-mail nor a valid phone");
    }

    /** The mapped event is in the delivery log already. */
    public void duplicate(@ExchangeProperty("reading") Reading reading, @Body JsonNode mapped) {
        reading.end(Reading.Outcome.DUPLICATE, event(reading, mapped), null);
    }

    /** History starts no flows; what reconciliation finds does while it is fresh. */
    private boolean isStale(InboxEntry entry, ObjectNode document) {
        Instant happened = Json.instant(document.get("happened_at"));
        return switch (entry.origin()) {
            case WEBHOOK -> false;
            case IMPORT -> true;
            case RECONCILE ->
                happened == null || happened.isBefore(clock.instant().minus(FRESH));
        };
    }

    private static Event event(Reading reading, JsonNode mapped) {
        if (!reading.document().path("id").isTextual()) {
            throw new InvalidEventException("the notification names no conversation or ticket");
        }
        if (!reading.document().path("workspace").isTextual()) {
            throw new InvalidEventException("the notification names no workspace");
        }
        return Event.of(mapped);
    }

    /** No metric is made of it. */
    public void filtered(@ExchangeProperty("reading") Reading reading) {
        reading.end(Reading.Outcome.FILTERED, null, "no metric is made of it");
    }

    /** It says who a contact is: events that waited for that are made anew. */
    public void released(@ExchangeProperty("reading") Reading reading) {
        reading.end(Reading.Outcome.RELEASED, null, "says who a contact is");
    }

    /** The contact was deleted at Intercom: so is all that is stored about them. */
    public void forgotten(@ExchangeProperty("reading") Reading reading) {
        reading.end(Reading.Outcome.FORGOTTEN, null, "the contact is forgotten");
    }

    /** A mapping failed: the notification is kept for a person to look at. */
    public void parked(@ExchangeProperty("reading") Reading reading, @ExchangeException Exception failure) {
        reading.end(Reading.Outcome.PARKED, null, "cannot be mapped: " + root(failure));
    }

    /** Intercom could not be asked: the notification stays in the inbox for a while. */
    public void deferred(@ExchangeProperty("reading") Reading reading, @ExchangeException Exception failure) {
        reading.end(Reading.Outcome.DEFERRED, null, root(failure));
    }

    /**
     * Writes what became of all readings of a batch: one transaction, all or nothing; it may go on after this returns.
     *
     * @throws routes.store.StoreException when this batch, or the one before, was not written
     */
    public void record(@Body List<Reading> readings) {
        HandOver handOver = new HandOver();
        boolean imported = readings.stream().anyMatch(reading -> reading.entry().origin() == Origin.IMPORT);
        Recorder recorder = imported ? history : live;
        Set<String> told = new HashSet<>(recorder.told());
        Map<InboxEntry, List<Reading>> byEntry = new LinkedHashMap<>();
        readings.forEach(reading -> byEntry.computeIfAbsent(reading.entry(), entry -> new ArrayList<>())
                .add(reading));
        byEntry.forEach((entry, ofEntry) -> record(handOver, told, entry, ofEntry));
        if (!handOver.isEmpty()) {
            recorder.record(handOver);
        }
    }

    private void record(HandOver handOver, Set<String> recorded, InboxEntry entry, List<Reading> told) {
        Instant now = clock.instant();
        if (told.stream().anyMatch(reading -> reading.outcome() == Reading.Outcome.DEFERRED)) {
            // All of a notification or nothing: what it tells is recorded together.
            handOver.defer(entry, now.plus(Backoff.INTERCOM.delay(entry.attempts())));
            return;
        }
        handOver.done(entry);
        tellCases(handOver, told);
        if (entry.replays() != null) {
            handOver.event(entry, remade(entry.replays(), told));
            return;
        }
        for (Reading reading : told) {
            Event event = reading.event();
            switch (reading.outcome()) {
                case PENDING, WAITING, DUPLICATE -> {
                    RecordedEvent made = recorded(reading, Objects.requireNonNull(event));
                    // The log knows what was recorded before the last batch; what that and this one tell shows here.
                    boolean known = reading.outcome() == Reading.Outcome.DUPLICATE || !recorded.add(event.uniqueId());
                    if (known && entry.origin() == Origin.RECONCILE) {
                        // Every look finds again what is well: worth no row.
                        continue;
                    }
                    handOver.count("received", event.metric(), now);
                    if (known) {
                        handOver.duplicate(entry, made);
                        handOver.count("duplicate", event.metric(), now);
                    } else {
                        handOver.event(entry, made);
                        switch (entry.origin()) {
                            case IMPORT -> handOver.count("imported", event.metric(), now);
                            case RECONCILE -> handOver.count("gap", event.metric(), now);
                            case WEBHOOK -> {}
                        }
                    }
                }
                case RELEASED -> contactIds(reading).forEach(handOver::release);
                case FORGOTTEN -> contactIds(reading).forEach(handOver::forget);
                case PARKED, NONE -> handOver.event(entry, parked(entry, reading));
                case FILTERED, DEFERRED -> {}
            }
        }
        if (entry.origin() != Origin.RECONCILE && told.stream().allMatch(Readings::isFiltered)) {
            handOver.count("filtered", entry.topic(), now);
        }
    }

    private static void tellCases(HandOver handOver, List<Reading> told) {
        for (Reading reading : told) {
            OpenCase openCase = reading.openCase();
            if (openCase != null) {
                handOver.openCase(openCase);
            }
            if (reading.outcome() == Reading.Outcome.RELEASED) {
                List<String> contacts = contactIds(reading);
                contacts.stream().skip(1).forEach(merged -> handOver.merge(merged, contacts.get(0)));
                contacts.forEach(handOver::recheck);
            }
        }
    }

    private static boolean isFiltered(Reading reading) {
        return switch (reading.outcome()) {
            case FILTERED, RELEASED, FORGOTTEN -> true;
            default -> false;
        };
    }

    /** The one event that is replayed, as today's routes make it; parked when they no longer do. */
    private static RecordedEvent remade(String uniqueId, List<Reading> told) {
        for (Reading reading : told) {
            Event event = reading.event();
            if (event != null && event.uniqueId().equals(uniqueId)) {
                return recorded(reading, event);
            }
        }
        String reason = told.stream()
                .map(Reading::reason)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("its notification now tells something else");
        return new RecordedEvent(
                uniqueId, null, null, null, null, State.PARKED, clip("today's routes do not make it: " + reason), null);
    }

    private static RecordedEvent recorded(Reading reading, Event event) {
        return new RecordedEvent(
                event.uniqueId(),
                event.metric(),
                clip(reading.contactId()),
                event.email() == null ? event.phone() : event.email(),
                event.time(),
                event.hasIdentity() ? State.PENDING : State.WAITING,
                reading.reason(),
                event.attributes());
    }

    private static RecordedEvent parked(InboxEntry entry, Reading reading) {
        String reason = Objects.requireNonNullElse(reading.reason(), "no route has dealt with it");
        LOG.warn("Parked a notification: topic {}, id {}: {}", entry.topic(), entry.notificationId(), reason);
        return new RecordedEvent(
                RecordedEvent.WHOLE_NOTIFICATION + entry.notification(),
                null,
                clip(reading.contactId()),
                null,
                entry.receivedAt(),
                State.PARKED,
                reason,
                null);
    }

    private static List<String> contactIds(Reading reading) {
        ObjectNode item = Json.object(reading.document().get("item"));
        return Stream.of(
                        Json.id(item.get("id")),
                        Json.id(item.path("merged_from").get("id")))
                .filter(Objects::nonNull)
                .toList();
    }

    /** What senders wrote is shortened to fit its column, and free of characters that PostgreSQL's text cannot hold. */
    private static @Nullable String clip(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String clean = text.replaceAll("\\p{Cntrl}", " ");
        return clean.length() > 100 ? clean.substring(0, 100) : clean;
    }

    /** Returns when what is under way is written. */
    @Override
    public void close() {
        live.close();
        history.close();
    }

    private static String root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage()).replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", " ");
        return message.length() > REASON_MAX ? message.substring(0, REASON_MAX) : message;
    }
}
