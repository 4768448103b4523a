package routes.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The live inbox of an embedded database: webhooks from the journal's end until they are recorded. Those that are claimed
 * are in hand, and stay in the journal; the transaction that records what they tell also takes down how far the journal is
 * handled. So none is a row of the inbox first, and one that tells nothing never gets into the database. What has to wait
 * for longer becomes a row.
 *
 * <p>Thread-safe.
 */
final class Arrivals implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);

    private static final int MOVED_AT_ONCE = 500;

    private record Held(long number, InboxEntry entry) {}

    private final Database database;
    private final Journal journal;
    /** By id, in the order they came. */
    private final Map<Long, Held> inHand = new LinkedHashMap<>();
    /** While what is in hand is written: only one writes down how far the journal is handled. */
    private final ReentrantLock writing = new ReentrantLock();

    private Arrivals(Database database, Journal journal) {
        this.database = database;
        this.journal = journal;
    }

    /**
     * @param files path of the database's files, without ending
     * @throws StoreException when the journal is damaged
     */
    static Arrivals of(Database database, String files) {
        Arrivals arrivals = new Arrivals(
                database,
                Objects.requireNonNull(database.jdbc()
                        .queryForObject(
                                database.sql("select-journal"),
                                (row, number) -> new Journal(files, row.getLong("handled"), row.getLong("begun")))));
        arrivals.begun(arrivals.journal.newest());
        return arrivals;
    }

    /** As {@link #of}, of a database that is still to be made; {@link #begin} is to be called then. */
    static Arrivals ofNew(Database database, String files) {
        return new Arrivals(database, new Journal(files, 0, 0));
    }

    /** Takes down in the new database that there is a journal. Others would wait here until the database is made. */
    void begin(JdbcTemplate made) {
        long newest = journal.newest();
        made.update(database.sql("update-journal-begun"), newest, newest);
    }

    /** @throws StoreException when they are not on disk */
    void append(List<Journal.Arrival> arrivals) {
        database.requireDisk();
        journal.append(arrivals);
    }

    /** @return those in hand, but for some, then new ones; the longest waiting first, fewer where they are large */
    synchronized List<InboxEntry> claim(int most, Set<Long> except) {
        List<InboxEntry> claimed = new ArrayList<>(inHand.values().stream()
                .map(Held::entry)
                .filter(entry -> !except.contains(entry.id()))
                .limit(most)
                .toList());
        if (Inbox.isRoom(claimed, most) && isRoomInHand()) {
            claimed.addAll(take(most - claimed.size()));
        }
        return claimed;
    }

    /**
     * One batch is recorded while the next is mapped. Where they cannot be recorded they stay in hand, and new ones beside
     * them would only fill the memory.
     */
    private boolean isRoomInHand() {
        return inHand.values().stream()
                        .mapToLong(held -> held.entry.body().length)
                        .sum()
                < 2 * Inbox.MOST_BYTES;
    }

    private List<InboxEntry> take(int most) {
        int count = (int) Math.min(most, journal.last() - journal.lastRead());
        // Before anything is read: the database may have none to give.
        long[] ids = LongStream.generate(database.ids()::next).limit(count).toArray();
        List<InboxEntry> taken = new ArrayList<>(count);
        for (Journal.Line line : journal.read(count)) {
            InboxEntry entry = line.arrival().entry(ids[taken.size()]);
            inHand.put(entry.id(), new Held(line.number(), entry));
            taken.add(entry);
        }
        return taken;
    }

    synchronized long size() {
        return journal.last() - journal.lastRead() + inHand.size();
    }

    /** @return when the one that waits for the longest came; null: none waits */
    synchronized @Nullable Instant oldest() {
        return inHand.isEmpty()
                ? journal.nextReceivedAt()
                : inHand.values().iterator().next().entry.receivedAt();
    }

    /**
     * Writes what becomes of entries, all or nothing.
     *
     * @param entries ids of those that are dealt with
     * @param work in a transaction; given the ids of those that are in hand, others are rows of the inbox
     * @throws StoreException when nothing was written
     */
    void record(Set<Long> entries, Consumer<Set<Long>> work) {
        if (amongThoseInHand(entries).isEmpty()) {
            database.transaction(() -> {
                work.accept(Set.of());
                return entries;
            });
            return;
        }
        writing.lock();
        try {
            Set<Long> held = amongThoseInHand(entries);
            settle(held, () -> work.accept(held));
            if (journal.isFull()) {
                rollIfPossible();
            }
        } finally {
            writing.unlock();
        }
    }

    /** What was to be recorded is: its file just goes on growing until it works. */
    private void rollIfPossible() {
        try {
            journal.roll(this::begun);
        } catch (StoreException e) {
            LOG.debug("No new file of the journal can be begun", e);
        }
    }

    /** @return those of these entries that are in hand: they become rows at any time, rows do not come back */
    synchronized Set<Long> amongThoseInHand(Set<Long> entries) {
        Set<Long> held = new HashSet<>(entries);
        held.retainAll(inHand.keySet());
        return held;
    }

    private void settle(Set<Long> held, Runnable work) {
        long handled = handledWith(held);
        database.transaction(() -> {
            work.run();
            return database.jdbc().update(database.sql("update-journal-handled"), handled);
        });
        synchronized (this) {
            inHand.keySet().removeAll(held);
        }
        journal.handled(handled);
    }

    /** One that is not among them keeps those behind it in the journal, too. */
    private synchronized long handledWith(Set<Long> held) {
        return inHand.values().stream()
                .filter(each -> !held.contains(each.entry.id()))
                .mapToLong(each -> each.number - 1)
                .findFirst()
                .orElse(journal.lastRead());
    }

    /** A file that the database knows of and that is gone is missed by the next start. */
    private void begun(long number) {
        database.transaction(() -> database.jdbc().update(database.sql("update-journal-begun"), number, number));
    }

    /**
     * Makes rows of the inbox of all that came until now, where they can be found by what is in them.
     *
     * @throws StoreException when the database refuses; what was not moved is still in the journal
     */
    void moveToInbox() {
        long until = journal.last();
        writing.lock();
        try {
            for (List<InboxEntry> next = upTo(until); !next.isEmpty(); next = upTo(until)) {
                List<InboxEntry> moved = next;
                settle(moved.stream().map(InboxEntry::id).collect(Collectors.toSet()), () -> {
                    database.texts().insertNotifications(moved);
                    database.insertInbox(moved);
                });
            }
        } finally {
            writing.unlock();
        }
        discard();
    }

    private synchronized List<InboxEntry> upTo(long number) {
        if (inHand.isEmpty()) {
            take((int) Math.max(0, Math.min(MOVED_AT_ONCE, number - journal.lastRead())));
        }
        return inHand.values().stream()
                .filter(held -> held.number <= number)
                .map(Held::entry)
                .toList();
    }

    /** Lets go of files that hold nothing that is still needed: a handled notification stays in its file until then. */
    void discard() {
        writing.lock();
        try {
            if (!journal.isEmpty()) {
                journal.roll(this::begun);
            }
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() {
        journal.close();
    }
}
