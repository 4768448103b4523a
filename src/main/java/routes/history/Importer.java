package routes.history;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
 * <p>Windows are of {@code created_at}, which never changes. Within one the order of pages does change while we read, so
 * a window counts as read only when as many different objects were seen as Intercom says there are.
 *
 * <p>Pages are read by one thread; starting, pausing and looking may come from any.
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

    private static final Duration WINDOW_MIN = Duration.ofDays(15);
    private static final Duration WINDOW_MAX = Duration.ofDays(480);
    private static final int FEW_IN_A_WINDOW = 2_000;
    private static final int MANY_IN_A_WINDOW = 15_000;
    private static final int[] PAGE_SIZES = {150, 50, 20};
    private static final int MOST_PASSES = 4;
    private static final int MOST_PARTS = 500;
    /** Requests for single conversations under way at once. */
    private static final int READERS = 16;
    /** What is read ahead of the transformers, and of Klaviyo. */
    private static final int MOST_UNREAD = 3_000;

    private static final int MOST_UNDELIVERED = 15_000;
    private static final int MOST_FAILURES = 40;

    private final Archive archive;
    private final History history;
    private final Supplier<@Nullable String> workspace;
    private final Clock clock;
    private final ExecutorService readers;
    private final Rate rate;

    // Of the window that is being read; a restart begins the window again.
    private long runId = -1;
    private @Nullable String cursor;
    private final Set<String> seen = new HashSet<>();
    private final Set<String> taken = new HashSet<>();
    private int passes;
    private int failures;
    private int pagesWithoutNews;
    private Instant notBefore = Instant.EPOCH;

    /** @param workspace id code of the workspace, null while Intercom does not tell */
    public Importer(IntercomClient intercom, History history, Supplier<@Nullable String> workspace, Clock clock) {
        this.archive = new Archive(intercom);
        this.history = history;
        this.workspace = workspace;
        this.clock = clock;
        this.rate = new Rate(clock);
        readers = Executors.newFixedThreadPool(READERS, task -> {
            Thread thread = new Thread(task, "history-reader");
            thread.setDaemon(true);
            return thread;
        });
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
        ImportRun current = history.current();
        if (current != null && (current.status() == Status.RUNNING || current.status() == Status.PAUSED)) {
            return false;
        }
        Instant from = since == null ? BEGINNING : since;
        Set<String> wanted = metrics.isEmpty() ? METRICS : metrics;
        history.begin(new ImportRun(
                0,
                Status.RUNNING,
                from,
                until == null ? clock.instant() : until,
                wanted,
                firstKind(wanted).word(),
                from,
                WINDOW_MIN.multipliedBy(2),
                PAGE_SIZES[0],
                -1,
                0,
                0,
                0,
                0,
                0,
                0,
                clock.instant(),
                null,
                null));
        LOG.info("Import begins: since {}, metrics {}", from, wanted);
        return true;
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
        return start(run.since().equals(BEGINNING) ? null : run.since(), null, run.metrics());
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
        if (history.unread() == 0
                && history.undelivered() == 0
                && history.change(run, Status.RUNNING, Status.COMPLETED, null)) {
            LOG.info("Import completed: {} objects, {} events", run.done(), events(run));
        }
        return false;
    }

    /** Reads the next page into the inbox. What Intercom cannot do now is tried again, with smaller pages. */
    public void readPage() throws InterruptedException {
        ImportRun run = history.current();
        if (run == null || run.status() != Status.RUNNING) {
            return;
        }
        if (run.id() != runId) {
            forgetWindow();
            runId = run.id();
            run = run.again();
        }
        try {
            ImportRun counted = run.total() < 0 ? run.reading(run.pageSize(), count(run), run.window(), null) : run;
            if (counted.windowFrom().isBefore(counted.until())) {
                readPage(counted);
            } else {
                Kind next = nextKind(counted);
                if (next != null) {
                    forgetWindow();
                    history.advance(
                            counted.atWindow(next.word(), counted.since(), WINDOW_MIN.multipliedBy(2)), List.of());
                }
            }
            failures = 0;
        } catch (IntercomException e) {
            busy(run, e);
        } catch (HistoryException e) {
            LOG.error("Import stopped: {}", e.getMessage());
            forgetWindow();
            history.change(run, Status.RUNNING, Status.FAILED, e.getMessage());
        }
    }

    private void readPage(ImportRun run) throws InterruptedException {
        Kind kind = Kind.of(run.kind());
        Instant windowUntil = min(run.windowFrom().plus(run.window()), run.until());
        SearchPage page = archive.search(kind, "created_at", run.windowFrom(), windowUntil, run.pageSize(), cursor);
        if (page.next() != null && page.next().equals(cursor)) {
            throw new HistoryException("Intercom's cursor does not advance; resume tries the window again");
        }
        int known = seen.size();
        List<ObjectNode> fresh = new ArrayList<>();
        for (ObjectNode object : page.objects()) {
            String id = Json.id(object.get("id"));
            Instant created = Json.instant(object.get("created_at"));
            boolean inWindow = created != null && !created.isBefore(run.windowFrom()) && created.isBefore(windowUntil);
            if (id != null) {
                seen.add(id);
                if (inWindow && !taken.contains(id)) {
                    fresh.add(object);
                }
            }
        }
        pagesWithoutNews = seen.size() == known && !page.objects().isEmpty() ? pagesWithoutNews + 1 : 0;
        if (pagesWithoutNews > 50 && page.next() != null) {
            throw new HistoryException("Intercom's pages repeat themselves; resume tries the window again");
        }
        Batch batch = complete(kind, fresh, run);
        ImportRun read = run.withPage(fresh.size(), batch.incomplete, batch.approximate, batch.unreadable);
        boolean last = page.next() == null;
        boolean moved = seen.size() < page.total() && passes < MOST_PASSES;
        ImportRun after = last && !moved ? nextWindow(read, windowUntil) : read;
        if (!history.advance(after, batch.found)) {
            // Paused, or another instance is at it: whoever goes on begins with this window.
            forgetWindow();
            runId = -1;
            return;
        }
        fresh.forEach(object -> taken.add(String.valueOf(Json.id(object.get("id")))));
        if (!last) {
            cursor = page.next();
        } else if (moved) {
            // Objects that changed meanwhile have moved to pages that were read already.
            passes++;
            cursor = null;
        } else {
            forgetWindow();
        }
    }

    private ImportRun nextWindow(ImportRun run, Instant from) {
        Duration length = run.window();
        if (taken.size() < FEW_IN_A_WINDOW) {
            length = length.multipliedBy(2);
        } else if (taken.size() > MANY_IN_A_WINDOW) {
            length = length.dividedBy(2);
        }
        length = length.compareTo(WINDOW_MIN) < 0 ? WINDOW_MIN : length.compareTo(WINDOW_MAX) > 0 ? WINDOW_MAX : length;
        // A page size that was too much for one window may do for the next.
        int size = failures == 0 ? larger(run.pageSize()) : run.pageSize();
        return run.atWindow(run.kind(), from, length).reading(size, run.total(), length, null);
    }

    private record Batch(List<History.Found> found, long incomplete, long approximate, long unreadable) {}

    /** Conversations come without their parts: those that may prove a reply or a rating are read one by one. */
    private Batch complete(Kind kind, List<ObjectNode> objects, ImportRun run) throws InterruptedException {
        List<Future<@Nullable ObjectNode>> reads = new ArrayList<>();
        for (ObjectNode object : objects) {
            String id = String.valueOf(Json.id(object.get("id")));
            boolean partsNeeded = kind == Kind.CONVERSATIONS && Conversations.needsParts(object, run.metrics());
            reads.add(partsNeeded ? readers.submit(() -> archive.conversation(id)) : done(object));
        }
        List<History.Found> found = new ArrayList<>();
        long incomplete = 0;
        long approximate = 0;
        long unreadable = 0;
        for (int i = 0; i < objects.size(); i++) {
            ObjectNode object = result(reads.get(i));
            if (object == null) {
                unreadable++;
                object = objects.get(i);
            }
            Conversations.Completeness parts = Conversations.completeness(kind, object, MOST_PARTS);
            approximate += parts == Conversations.Completeness.APPROXIMATE ? 1 : 0;
            incomplete += parts == Conversations.Completeness.INCOMPLETE ? 1 : 0;
            found.add(found(kind, object, run));
        }
        return new Batch(found, incomplete, approximate, unreadable);
    }

    private static Future<@Nullable ObjectNode> done(ObjectNode object) {
        return CompletableFuture.completedFuture(object);
    }

    private static @Nullable ObjectNode result(Future<@Nullable ObjectNode> read) throws InterruptedException {
        try {
            return read.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IntercomException busy ? busy : new IntercomException("not read", e);
        }
    }

    private History.Found found(Kind kind, ObjectNode object, ImportRun run) {
        ArrayNode metrics = JsonNodeFactory.instance.arrayNode();
        run.metrics().forEach(metrics::add);
        ObjectNode envelope = Envelope.of(kind, workspace.get(), object, clock.instant());
        envelope.set("metrics", metrics);
        return new History.Found(
                Envelope.topic(kind), "import:" + run.id() + ":" + Json.id(object.get("id")), envelope.toString());
    }

    private long count(ImportRun run) throws InterruptedException {
        long total = 0;
        for (Kind kind : Kind.values()) {
            if (isWanted(kind, run.metrics())) {
                total += archive.search(kind, "created_at", run.since(), run.until(), 1, null)
                        .total();
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
        history.advance(
                run.reading(smaller(run.pageSize()), run.total(), run.window(), failure.getMessage()), List.of());
    }

    private static int smaller(int size) {
        return size > PAGE_SIZES[1] ? PAGE_SIZES[1] : PAGE_SIZES[2];
    }

    private static int larger(int size) {
        return size < PAGE_SIZES[1] ? PAGE_SIZES[1] : PAGE_SIZES[0];
    }

    private void forgetWindow() {
        cursor = null;
        seen.clear();
        taken.clear();
        passes = 0;
        pagesWithoutNews = 0;
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
        readers.shutdownNow();
    }
}
