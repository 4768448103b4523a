package routes;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import routes.history.Importer;
import routes.intercom.IntercomClient;
import routes.store.ImportRun;
import routes.store.Inbox;
import routes.store.LogView;
import routes.store.StoreException;

/**
 * What is not a count of happenings but a state: how much lies where, for how long, and whether somebody has to look.
 * The database is asked once for all gauges of a scrape. Thread-safe.
 */
final class Gauges {

    private static final Duration FRESH = Duration.ofSeconds(5);

    private final Inbox inbox;
    private final LogView view;
    private final Importer importer;
    private final Clock clock;
    private Backlog backlog = Backlog.UNKNOWN;

    /**
     * What lies in the store; not a number where the database does not tell.
     *
     * @param oldestInbox age in seconds of the oldest entry, 0 where there is none; likewise for the others
     */
    private record Backlog(
            Instant at,
            double inbox,
            double outbox,
            double parked,
            double waiting,
            double oldestInbox,
            double oldestPending,
            double oldestParked,
            double oldestWaiting,
            double gaps,
            double gapsRepaired,
            double importRunning,
            double importFailed,
            double importDone,
            double importTotal) {

        static final Backlog UNKNOWN = unknown(Instant.EPOCH);

        static Backlog unknown(Instant at) {
            double none = Double.NaN;
            return new Backlog(at, none, none, none, none, none, none, none, none, none, none, none, none, none, none);
        }
    }

    private Gauges(Inbox inbox, LogView view, Importer importer, Clock clock) {
        this.inbox = inbox;
        this.view = view;
        this.importer = importer;
        this.clock = clock;
    }

    static void register(
            MeterRegistry meters,
            Inbox inbox,
            LogView view,
            Importer importer,
            RoutesFile routes,
            Standing klaviyo,
            IntercomClient intercom,
            Clock clock) {
        Gauges gauges = new Gauges(inbox, view, importer, clock);
        gauges.add(meters, "inbox", "Notifications to be worked on", Backlog::inbox);
        gauges.add(meters, "outbox", "Events to be delivered", Backlog::outbox);
        gauges.add(meters, "parked", "Events that need a person", Backlog::parked);
        gauges.add(meters, "waiting", "Events that wait for an identity", Backlog::waiting);
        gauges.add(meters, "inbox_oldest_seconds", "Age of the oldest notification", Backlog::oldestInbox);
        gauges.add(meters, "outbox_oldest_seconds", "Age of the oldest event to be delivered", Backlog::oldestPending);
        gauges.add(meters, "parked_oldest_seconds", "Age of the oldest parked event", Backlog::oldestParked);
        gauges.add(meters, "waiting_oldest_seconds", "Age of the oldest waiting event", Backlog::oldestWaiting);
        gauges.add(meters, "import_running", "Whether the import is running", Backlog::importRunning);
        gauges.add(meters, "import_failed", "Whether the last import has failed", Backlog::importFailed);
        gauges.add(meters, "import_done", "Conversations and tickets the import has read", Backlog::importDone);
        gauges.add(meters, "import_expected", "Conversations and tickets it is to read", Backlog::importTotal);
        gauges.count(meters, "gaps", "Events that webhooks have missed", Backlog::gaps);
        gauges.count(meters, "gaps_repaired", "Missed events that were delivered", Backlog::gapsRepaired);
        flag(meters, "routes_edit_refused", "An edit of the routes file was refused", routes::error);
        String refused = "The service refuses the key or token";
        flag(meters, "access_refused", refused, klaviyo::refusedSince, "service", "klaviyo");
        flag(meters, "access_refused", refused, intercom::refusedSince, "service", "intercom");
    }

    private static void flag(
            MeterRegistry meters, String name, String description, Supplier<@Nullable Object> raised, String... tags) {
        Gauge.builder("intercom_klaviyo_" + name, () -> raised.get() == null ? 0 : 1)
                .description(description)
                .tags(tags)
                .register(meters);
    }

    private void add(MeterRegistry meters, String name, String description, ToDoubleFunction<Backlog> value) {
        Gauge.builder("intercom_klaviyo_" + name, this, gauges -> value.applyAsDouble(gauges.backlog()))
                .description(description)
                .strongReference(true)
                .register(meters);
    }

    private void count(MeterRegistry meters, String name, String description, ToDoubleFunction<Backlog> value) {
        FunctionCounter.builder("intercom_klaviyo_" + name, this, gauges -> value.applyAsDouble(gauges.backlog()))
                .description(description)
                .register(meters);
    }

    private synchronized Backlog backlog() {
        Instant now = clock.instant();
        if (backlog.at.plus(FRESH).isBefore(now)) {
            try {
                backlog = look(now);
            } catch (StoreException e) {
                backlog = Backlog.unknown(now);
            }
        }
        return backlog;
    }

    private Backlog look(Instant now) {
        long outbox = 0;
        long parked = 0;
        long waiting = 0;
        Instant oldestPending = now;
        Instant oldestParked = now;
        Instant oldestWaiting = now;
        for (LogView.Open open : view.open()) {
            switch (open.state()) {
                case "pending" -> {
                    outbox += open.amount();
                    oldestPending = earlier(oldestPending, open.oldest());
                }
                case "parked" -> {
                    parked += open.amount();
                    oldestParked = earlier(oldestParked, open.oldest());
                }
                case "waiting" -> {
                    waiting += open.amount();
                    oldestWaiting = earlier(oldestWaiting, open.oldest());
                }
                default -> throw new IllegalStateException("no state of an open event: " + open.state());
            }
        }
        Map<String, Long> sums = view.counts().stream()
                .collect(Collectors.groupingBy(LogView.Count::kind, Collectors.summingLong(LogView.Count::amount)));
        ImportRun run = importer.current();
        Instant oldestInbox = view.oldestInInbox();
        return new Backlog(
                now,
                inbox.size(),
                outbox,
                parked,
                waiting,
                age(oldestInbox == null ? now : oldestInbox, now),
                age(oldestPending, now),
                age(oldestParked, now),
                age(oldestWaiting, now),
                sums.getOrDefault("gap", 0L),
                sums.getOrDefault("repaired", 0L),
                run != null && run.status() == ImportRun.Status.RUNNING ? 1 : 0,
                run != null && run.status() == ImportRun.Status.FAILED ? 1 : 0,
                run == null ? 0 : importer.done(run),
                run == null ? 0 : Math.max(run.total(), 0));
    }

    private static Instant earlier(Instant a, Instant b) {
        return b.isBefore(a) ? b : a;
    }

    private static double age(Instant since, Instant now) {
        return Math.max(0, Duration.between(since, now).toMillis() / 1_000.0);
    }
}
