package routes.history;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.intercom.IntercomClient;
import routes.intercom.IntercomException;
import routes.intercom.Json;
import routes.store.History;
import routes.store.ImportRun;
import routes.store.ImportRun.Status;

/**
 * What routes.yaml says with {@code bean: importer}: reads history window by window, page by page, into the inbox.
 *
 * <p>Windows are of {@code created_at}, which never changes; see {@link Sweep} for how one is read to its end.
 *
 * <p>Thread-safe; pages are read by one thread at a time.
 */
public final class Importer implements AutoCloseable {

    /** The eight of which Intercom keeps the time; it keeps none for a read. */
    public static final Set<String> METRICS = new LinkedHashSet<>(List.of(
            "Created Conversation",
            "Rated Conversation",
            "Replied to Conversation",
            "Created Ticket",
            "Submitted Ticket",
            "Replied to Ticket",
            "Marked Ticket On Hold",
            "Resolved Ticket"));

    private static final Logger LOG = LoggerFactory.getLogger(Importer.class);

    /** Intercom was founded in 2011: nothing is older. */
    private static final Instant BEGINNING = Instant.parse("2011-01-01T00:00:00Z");

    private static final Duration WINDOW_FIRST = Duration.ofDays(30);
    private static final Duration WINDOW_MIN = Duration.ofDays(5);
    private static final Duration WINDOW_MAX = Duration.ofDays(480);
    private static final int FEW_IN_A_WINDOW = 2_000;
    /** What has been read of a window is kept in memory: a window that holds more is made shorter first. */
    private static final int MANY_IN_A_WINDOW = 15_000;

    private static final int[] PAGE_SIZES = {150, 50, 20};
    private static final int PAGES_UNTIL_LARGER = 10;
    private static final int MOST_PAGES_UNTIL_LARGER = 640;
    private static final int MOST_PARTS = 500;
    /** What is read ahead of the transformers, and of Klaviyo. */
    private static final int MOST_UNREAD = 3_000;

    private static final int MOST_UNDELIVERED = 15_000;
    private static final int MOST_FAILURES = 40;
    /** About half an hour of a contact that cannot be read, or an event that is put off: a run ends without it. */
    private static final int ATTEMPTS_WAITED_FOR = 12;

    private final Archive archive;
    private final History history;
    private final Supplier<@Nullable String> workspace;
    private final Clock clock;
    private final Rate rate;
    private final ReentrantLock reading = new ReentrantLock();

    // Of the window that is being read. What counts is on disk: all of this can be forgotten at any time.
    private long runId = -1;
    private Sweep sweep = new Sweep();
    private Set<String> taken = new HashSet<>();
    private int failures;
    private int pagesRead;
    private int pagesUntilLarger = PAGES_UNTIL_LARGER;
    private volatile Instant notBefore = Instant.EPOCH;

    /** @param workspace id code of the workspace, null while Intercom does not tell */
    public Importer(IntercomClient intercom, History history, Supplier<@Nullable String> workspace, Clock clock) {
        this.archive = new Archive(intercom);
        this.history = history;
        this.workspace = workspace;
        this.clock = clock;
        this.rate = new Rate(clock);
    }

    /**
     * Begins a run.
     *
     * @param since objects that began before then are left out; null: from the beginning
     * @param until objects that began then or later are left out; null: now
     * @param metrics those wanted; empty: all eight
     * @return false when a run is under way or paused already
     */
    public boolean start(@Nullable Instant since, @Nullable Instant until, Set<String> metrics) {
        Instant now = clock.instant();
        Instant from = since == null ? BEGINNING : since;
        Set<String> wanted = metrics.isEmpty() ? METRICS : metrics;
        boolean begun = history.begin(new ImportRun(
                0,
                Status.RUNNING,
                from,
                until == null ? now : until,
                wanted,
                firstKind(wanted).word(),
                from,
                WINDOW_FIRST,
                PAGE_SIZES[0],
                -1,
                0,
                0,
                0,
                0,
                0,
                now,
                null,
                null));
        if (begun) {
            notBefore = Instant.EPOCH;
            LOG.info("Import begins: since {}, metrics {}", from, wanted);
        }
        return begun;
    }

    /** @return whether there was a running one */
    public boolean pause() {
        ImportRun run = history.current();
        return run != null && history.change(run, Status.RUNNING, Status.PAUSED, null);
    }

    /** @return whether there was a paused or failed one */
    public boolean resume() {
        ImportRun run = history.current();
        return run != null
                && (history.change(run, Status.PAUSED, Status.RUNNING, null)
                        || history.change(run, Status.FAILED, Status.RUNNING, null));
    }

    /** Begins the current run from its beginning; what it has sent already is found to be known. */
    public boolean restart() {
        ImportRun run = history.current();
        if (run == null) {
            return false;
        }
        for (Status status : new Status[] {Status.RUNNING, Status.PAUSED}) {
            if (history.change(run, status, Status.FAILED, "restarted")) {
                break;
            }
        }
        // A run without a chosen end ends at its start; begun anew it takes in what came since.
        boolean openEnded = run.until().equals(run.startedAt());
        return start(run.since(), openEnded ? null : run.until(), run.metrics());
    }

    /** @return the current run; null when there was none */
    public @Nullable ImportRun current() {
        return history.current();
    }

    /** @return objects of the run whose events are recorded */
    public long done(ImportRun run) {
        return Math.max(0, run.done() - (run.status() == Status.COMPLETED ? 0 : history.unread()));
    }

    /** @return events recorded by the run */
    public long events(ImportRun run) {
        return history.imported() - run.eventsBefore();
    }

    /** @return objects a second, over the last minute */
    public double ratePerSecond(ImportRun run) {
        return rate.of(run.id(), done(run));
    }

    /** @return events of the import that are not with Klaviyo yet */
    public long undelivered() {
        return history.undelivered();
    }

    /** @return whether there is a page to read now; also completes a run of which everything is delivered */
    public boolean hasWork() {
        ImportRun run = history.current();
        if (run == null || run.status() != Status.RUNNING || clock.instant().isBefore(notBefore)) {
            return false;
        }
        rate.of(run.id(), done(run));
        if (run.windowFrom().isBefore(run.until()) || nextKind(run) != null) {
            return history.unread() < MOST_UNREAD && history.undelivered() < MOST_UNDELIVERED && history.lease(run);
        }
        if (history.isSettled(ATTEMPTS_WAITED_FOR) && history.change(run, Status.RUNNING, Status.COMPLETED, null)) {
            LOG.info("Import completed: {} objects, {} events", run.done(), events(run));
        }
        return false;
    }

    /** Reads the next page into the inbox. What Intercom cannot do now is tried again, with smaller pages. */
    public void readPage() throws InterruptedException {
        // A route that was replaced while it ran may still be in here.
        if (!reading.tryLock()) {
            return;
        }
        try {
            ImportRun run = history.current();
            if (run != null && run.status() == Status.RUNNING) {
                readPage(run);
            }
        } catch (RuntimeException e) {
            forgetWindow();
            throw e;
        } finally {
            reading.unlock();
        }
    }

    private void readPage(ImportRun run) throws InterruptedException {
        try {
            if (run.id() != runId) {
                sweep = new Sweep();
                taken = history.taken(run);
                runId = run.id();
            }
            if (run.total() < 0) {
                history.advance(run.reading(run.pageSize(), count(run), run.window(), null), List.of());
            } else if (run.windowFrom().isBefore(run.until())) {
                readWindow(run);
            } else {
                Kind next = nextKind(run);
                if (next != null) {
                    history.advanceWindow(run.atWindow(next.word(), run.since(), WINDOW_FIRST), List.of());
                    forgetWindow();
                }
            }
            failures = 0;
        } catch (IntercomException e) {
            busy(run, e);
        } catch (HistoryException e) {
            if (!sweep.restarted()) {
                LOG.error("Import stopped: {}", e.getMessage());
                forgetWindow();
                history.change(run, Status.RUNNING, Status.FAILED, e.getMessage());
            }
        }
    }

    private void readWindow(ImportRun run) throws InterruptedException {
        Kind kind = Kind.of(run.kind());
        Instant windowUntil = min(run.windowFrom().plus(run.window()), run.until());
        SearchPage page =
                archive.search(kind, "created_at", run.windowFrom(), windowUntil, run.pageSize(), sweep.cursor());
        if (sweep.isNew() && taken.isEmpty() && page.total() > MANY_IN_A_WINDOW) {
            Duration shorter =
                    within(run.window().multipliedBy(MANY_IN_A_WINDOW / 2).dividedBy(page.total()));
            if (shorter.compareTo(run.window()) < 0) {
                history.advance(run.reading(run.pageSize(), run.total(), shorter, null), List.of());
                return;
            }
        }
        Map<String, ObjectNode> fresh = new LinkedHashMap<>();
        for (ObjectNode object : page.objects()) {
            String id = Json.id(object.get("id"));
            Instant created = Json.instant(object.get("created_at"));
            boolean inWindow = created != null && !created.isBefore(run.windowFrom()) && created.isBefore(windowUntil);
            if (id != null && inWindow && !taken.contains(id)) {
                fresh.put(id, object);
            }
        }
        Batch batch = complete(kind, fresh, run);
        boolean last = sweep.read(page);
        long missed = last ? sweep.missed() : 0;
        ImportRun read = run.withPage(fresh.size(), batch.incomplete, batch.approximate, batch.unreadable + missed)
                .reading(sizeAfterSuccess(run.pageSize()), run.total(), run.window(), null);
        boolean written = last
                ? history.advanceWindow(nextWindow(read, windowUntil, fresh.size()), batch.found)
                : history.advance(read, batch.found);
        if (missed > 0) {
            LOG.warn(
                    "Intercom counts {} more {} than it shows, from {} to {}",
                    missed,
                    kind.word(),
                    run.windowFrom(),
                    windowUntil);
        }
        taken.addAll(fresh.keySet());
        if (last || !written) {
            // Not written: paused, or another instance is at it. Whoever goes on reads on disk what was taken.
            forgetWindow();
        }
    }

    private ImportRun nextWindow(ImportRun run, Instant from, int more) {
        int objects = taken.size() + more;
        Duration length = run.window();
        if (objects < FEW_IN_A_WINDOW) {
            length = length.multipliedBy(2);
        } else if (objects > MANY_IN_A_WINDOW) {
            length = length.dividedBy(2);
        }
        return run.atWindow(run.kind(), from, within(length));
    }

    private static Duration within(Duration length) {
        return length.compareTo(WINDOW_MIN) < 0 ? WINDOW_MIN : length.compareTo(WINDOW_MAX) > 0 ? WINDOW_MAX : length;
    }

    private record Batch(List<History.Found> found, long incomplete, long approximate, long unreadable) {}

    /** Conversations come without their parts: those that may prove a reply or a rating are read one by one. */
    private Batch complete(Kind kind, Map<String, ObjectNode> objects, ImportRun run) throws InterruptedException {
        List<String> partsNeeded = objects.entrySet().stream()
                .filter(each -> kind == Kind.CONVERSATIONS && Conversations.needsParts(each.getValue(), run.metrics()))
                .map(Map.Entry::getKey)
                .toList();
        List<Optional<ObjectNode>> whole = archive.conversations(partsNeeded);
        Map<String, ObjectNode> complete = new LinkedHashMap<>(objects);
        for (int i = 0; i < partsNeeded.size(); i++) {
            String id = partsNeeded.get(i);
            whole.get(i).ifPresent(conversation -> complete.put(id, conversation));
        }
        long unreadable = whole.stream().filter(Optional::isEmpty).count();
        List<History.Found> found = new ArrayList<>();
        long incomplete = 0;
        long approximate = 0;
        for (Map.Entry<String, ObjectNode> each : complete.entrySet()) {
            Conversations.Completeness parts = Conversations.completeness(kind, each.getValue(), MOST_PARTS);
            approximate += parts == Conversations.Completeness.APPROXIMATE ? 1 : 0;
            incomplete += parts == Conversations.Completeness.INCOMPLETE ? 1 : 0;
            found.add(found(kind, each.getKey(), each.getValue(), run));
        }
        return new Batch(found, incomplete, approximate, unreadable);
    }

    private History.Found found(Kind kind, String id, ObjectNode object, ImportRun run) {
        ArrayNode metrics = JsonNodeFactory.instance.arrayNode();
        run.metrics().forEach(metrics::add);
        ObjectNode envelope = Envelope.of(kind, workspace.get(), object, clock.instant());
        envelope.set("metrics", metrics);
        return new History.Found(Envelope.topic(kind), id, "import:" + run.id() + ":" + id, envelope.toString());
    }

    private long count(ImportRun run) throws InterruptedException {
        // Nothing lies in the future: there the bound may be wide, for searches that match whole days.
        boolean untilNow = !run.until().isBefore(run.startedAt());
        Instant until = untilNow ? run.until().plus(Archive.MARGIN) : run.until();
        long total = 0;
        for (Kind kind : Kind.values()) {
            if (isWanted(kind, run.metrics())) {
                total += archive.count(kind, run.since(), until);
            }
        }
        return total;
    }

    private void busy(ImportRun run, IntercomException failure) {
        failures++;
        long wait = Math.min(500L << Math.min(failures, 7), 60_000);
        notBefore = clock.instant().plusMillis(wait);
        if (failures >= MOST_FAILURES) {
            LOG.error("Import stopped after {} failures in a row: {}", failures, failure.getMessage());
            history.change(run, Status.RUNNING, Status.FAILED, failure.getMessage());
            failures = 0;
            return;
        }
        LOG.warn("Import waits {} ms: {}", wait, failure.getMessage());
        // A size that fails as soon as it is tried is tried ever more rarely.
        pagesUntilLarger = pagesRead > 2 ? PAGES_UNTIL_LARGER : Math.min(2 * pagesUntilLarger, MOST_PAGES_UNTIL_LARGER);
        pagesRead = 0;
        history.advance(
                run.reading(smaller(run.pageSize()), run.total(), run.window(), failure.getMessage()), List.of());
    }

    private int sizeAfterSuccess(int size) {
        pagesRead++;
        if (size == PAGE_SIZES[0] || pagesRead < pagesUntilLarger) {
            return size;
        }
        pagesRead = 0;
        return larger(size);
    }

    private static int smaller(int size) {
        return size > PAGE_SIZES[1] ? PAGE_SIZES[1] : PAGE_SIZES[2];
    }

    private static int larger(int size) {
        return size < PAGE_SIZES[1] ? PAGE_SIZES[1] : PAGE_SIZES[0];
    }

    private void forgetWindow() {
        runId = -1;
        sweep = new Sweep();
        taken = new HashSet<>();
    }

    private static boolean isWanted(Kind kind, Set<String> metrics) {
        return metrics.stream().anyMatch(metric -> metric.contains("Ticket") == (kind == Kind.TICKETS));
    }

    private static Kind firstKind(Set<String> metrics) {
        return isWanted(Kind.CONVERSATIONS, metrics) ? Kind.CONVERSATIONS : Kind.TICKETS;
    }

    private static @Nullable Kind nextKind(ImportRun run) {
        return Kind.of(run.kind()) == Kind.CONVERSATIONS && isWanted(Kind.TICKETS, run.metrics()) ? Kind.TICKETS : null;
    }

    private static Instant min(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    @Override
    public void close() {
        archive.close();
    }
}
