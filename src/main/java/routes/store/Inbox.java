package routes.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;

/**
 * Guaranteed Delivery, first half: a notification is in here, synced to disk, before Intercom hears 200, and leaves in
 * the transaction that records its events.
 *
 * <p>Thread-safe for storing; entries of a lane are claimed by one thread of an instance, which is done with those it
 * claimed before, but for those that are withheld.
 */
public final class Inbox implements AutoCloseable {

    /** Intercom gives up after 5 seconds: an answer later than this is no answer. */
    private static final Duration PATIENCE = Duration.ofMillis(4_500);

    private static final int ANSWERERS = 4;
    private static final int ROOM = 10_000;
    private static final int MOST_IN_A_COMMIT = 256;

    /** So many bytes of bodies are claimed at once, about: whoever maps them needs several times as many. */
    static final long MOST_BYTES = 8L << 20;
    /** Nobody knows how large a body is before it is read. */
    private static final int READ_AT_ONCE = 25;

    /** So many senders who wait for an answer are a rush. */
    private static final int RUSH = 16;
    /** It is over when so many looks in a row find fewer: now and then most have just been answered. */
    private static final int CALM = 5;
    /** In a rush, of each second that transformers take, senders have three for themselves. */
    private static final int SHARE_OF_SENDERS = 3;

    private static final long MOST_GIVEN_NANOS = Duration.ofMillis(500).toNanos();
    private static final Duration LOOK = Duration.ofMillis(2);

    private final Duration patience;
    /** Bytes of bodies whose commit is waited for. */
    private final long mostWaitedFor;

    private final Database database;
    /** On an embedded database; elsewhere webhooks are rows of the inbox from the start, for all instances. */
    private final @Nullable Arrivals arrivals;

    private final Clock clock;
    private final GroupCommit<Journal.Arrival> commits;
    /** More than one: a step that somebody adds behind the storing of a notification may take its time. */
    private final ExecutorService answers =
            Executors.newFixedThreadPool(ANSWERERS, work -> new Thread(work, "inbox-answers"));

    private final Costly<Long> size = new Costly<>(this::count, Long::longValue);
    private final Set<Long> withheld = ConcurrentHashMap.newKeySet();
    private final AtomicLong waitedFor = new AtomicLong();
    private volatile IntSupplier senders = () -> 0;
    private long claimedAt = System.nanoTime();
    /** Shared database only, by lane: whether this instance may have claimed what it has not finished. */
    private final boolean[] claimed = new boolean[Origin.values().length];

    private record Claim(
            long id,
            long notification,
            int attempts,
            @Nullable String replays) {}

    public Inbox(Database database, Clock clock) {
        // A body is in memory up to four times while it waits, as bytes and as text.
        this(database, clock, PATIENCE, Runtime.getRuntime().maxMemory() / 16);
    }

    /**
     * @param patience how long a commit is waited for
     * @param mostWaitedFor bytes of bodies that wait for a commit at a time
     */
    Inbox(Database database, Clock clock, Duration patience, long mostWaitedFor) {
        this.patience = patience;
        this.mostWaitedFor = mostWaitedFor;
        this.database = database;
        this.clock = clock;
        arrivals = database.arrivals();
        Consumer<List<Journal.Arrival>> writer = arrivals == null ? this::insert : arrivals::append;
        commits = new GroupCommit<>("inbox-commit", ROOM, MOST_IN_A_COMMIT, writer, answers);
    }

    /**
     * Stores a notification.
     *
     * @param body JSON, UTF-8
     * @return done when it is on disk; failed with {@link StoreException}, or {@link TimeoutException} when that takes
     *     longer than Intercom waits: the sender has to come again
     */
    public CompletableFuture<Void> store(String topic, String notificationId, byte[] body) {
        if (waitedFor.addAndGet(body.length) > mostWaitedFor) {
            waitedFor.addAndGet(-body.length);
            return CompletableFuture.failedFuture(new StoreException("more is coming in than can be stored"));
        }
        CompletableFuture<Void> committed =
                commits.add(new Journal.Arrival(topic, notificationId, body, clock.millis()));
        // On the commit itself: after a time-out it still comes, and only then is the body let go.
        var unused = committed.whenComplete((done, failure) -> waitedFor.addAndGet(-body.length));
        return committed.copy().orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void insert(List<Journal.Arrival> arrived) {
        List<InboxEntry> entries = new ArrayList<>(arrived.size());
        for (Journal.Arrival each : arrived) {
            entries.add(each.entry(database.ids().next()));
        }
        database.transaction(() -> {
            database.texts().insertNotifications(entries);
            database.insertInbox(entries);
            return entries;
        });
    }

    /**
     * @param origin whose entries are wanted
     * @param most entries wanted
     * @return entries that are due, the longest waiting first, fewer where they are large; on a shared database no other
     *     instance gets them while this one lives
     * @throws StoreException when the database cannot be read
     */
    public List<InboxEntry> claim(Origin origin, int most) {
        try {
            List<InboxEntry> entries = read(claims(origin, most));
            if (origin != Origin.WEBHOOK || arrivals == null || !isRoom(entries, most)) {
                return entries;
            }
            List<InboxEntry> all = new ArrayList<>(entries);
            all.addAll(arrivals.claim(most - entries.size(), Set.copyOf(withheld)));
            return all;
        } catch (DataAccessException e) {
            throw new StoreException("the inbox cannot be read", e);
        }
    }

    /** @return whether more may be added to what is claimed; if not, what waits behind it is not to overtake it either */
    static boolean isRoom(List<InboxEntry> entries, int most) {
        return entries.size() < most
                && entries.stream().mapToLong(entry -> entry.body().length).sum() < MOST_BYTES;
    }

    /**
     * As {@link #claim}: webhooks, and what is left of the number for what reconciliation has found. Lets senders go
     * first for a while when many of them wait: Intercom puts off those who answer late, and what is on disk can wait.
     */
    public List<InboxEntry> claimLive(int most) {
        giveWay();
        List<InboxEntry> entries = new ArrayList<>(claim(Origin.WEBHOOK, most));
        if (isRoom(entries, most)) {
            entries.addAll(claim(Origin.RECONCILE, most - entries.size()));
        }
        return entries;
    }

    /** @param unanswered how many senders wait for an answer now: when they are many, claims of webhooks give way */
    public void heed(IntSupplier unanswered) {
        senders = unanswered;
    }

    /** @return whether many senders wait for an answer */
    boolean isRush() {
        return senders.getAsInt() >= RUSH;
    }

    private void giveWay() {
        long now = System.nanoTime();
        long until = now + SHARE_OF_SENDERS * Math.min(now - claimedAt, MOST_GIVEN_NANOS);
        int calm = isRush() ? 0 : CALM;
        while (calm < CALM && System.nanoTime() < until) {
            LockSupport.parkNanos(LOOK.toNanos());
            calm = isRush() ? 0 : calm + 1;
        }
        claimedAt = System.nanoTime();
    }

    /** As {@link #claim}: what the import has read. */
    public List<InboxEntry> claimHistory(int most) {
        return claim(Origin.IMPORT, most);
    }

    private List<Claim> claims(Origin origin, int most) {
        RowMapper<Claim> row = (result, number) -> new Claim(
                result.getLong("id"),
                result.getLong("notification"),
                result.getInt("attempts"),
                result.getString("replays"));
        JdbcTemplate jdbc = database.jdbc();
        String sql = database.sql("claim-inbox");
        long now = clock.millis();
        int lane = origin.lane();
        if (!database.isShared()) {
            Set<Long> except = Set.copyOf(withheld);
            return jdbc.query(sql, row, lane, now, most + except.size()).stream()
                    .filter(each -> !except.contains(each.id))
                    .limit(most)
                    .toList();
        }
        long claim = database.claims().claim();
        if (claimed[lane]) {
            // What is left of the last time was rolled back, or its claim was not answered.
            jdbc.update(database.sql("release-inbox"), now, lane, claim);
        }
        claimed[lane] = true;
        List<Claim> claims = jdbc.query(sql, row, claim, lane, now, most);
        claimed[lane] = !claims.isEmpty();
        // An UPDATE gives them in any order.
        claims.sort(Comparator.comparingLong(Claim::id));
        return claims;
    }

    private record Stored(Origin origin, String topic, String notificationId, Instant receivedAt, byte[] body) {

        InboxEntry entry(Claim claim) {
            return new InboxEntry(
                    claim.id,
                    claim.notification,
                    origin,
                    topic,
                    notificationId,
                    receivedAt,
                    claim.attempts,
                    claim.replays,
                    body);
        }
    }

    /** Reads claims in their order until it is enough, and gives the others back. */
    private List<InboxEntry> read(List<Claim> claims) {
        List<InboxEntry> entries = new ArrayList<>(claims.size());
        long bytes = 0;
        int read = 0;
        while (read < claims.size() && bytes < MOST_BYTES) {
            List<Claim> some = claims.subList(read, Math.min(claims.size(), read + READ_AT_ONCE));
            Map<Long, Stored> notifications = notifications(some);
            for (Claim claim : some) {
                Stored stored = notifications.get(claim.notification);
                if (stored != null) {
                    bytes += stored.body.length;
                    entries.add(stored.entry(claim));
                }
            }
            read += some.size();
        }
        giveBack(claims.subList(read, claims.size()));
        return entries;
    }

    private void giveBack(List<Claim> unread) {
        if (database.isShared() && !unread.isEmpty()) {
            Object ids = unread.stream().map(Claim::id).toArray(Long[]::new);
            database.jdbc()
                    .update(
                            database.sql("give-back-inbox"),
                            ids,
                            database.claims().claim());
        }
    }

    private Map<Long, Stored> notifications(List<Claim> claims) {
        Object[] ids = claims.stream().map(Claim::notification).distinct().toArray();
        Map<Long, Stored> notifications = new HashMap<>();
        database.jdbc()
                .query(
                        connection -> {
                            PreparedStatement statement =
                                    connection.prepareStatement(database.sql("select-notifications"));
                            statement.setArray(1, connection.createArrayOf("BIGINT", ids));
                            return statement;
                        },
                        result -> {
                            notifications.put(result.getLong("id"), stored(result));
                        });
        return notifications;
    }

    private Stored stored(ResultSet row) throws SQLException {
        return new Stored(
                Origin.of(row.getString("origin")),
                row.getString("topic"),
                row.getString("notification_id"),
                Instant.ofEpochMilli(row.getLong("received_at")),
                database.texts().read(row));
    }

    /** Embedded database only: these entries are not claimed, until they are released, though they are still there. */
    void withhold(Set<Long> entries) {
        withheld.addAll(entries);
    }

    void release(Set<Long> entries) {
        withheld.removeAll(entries);
    }

    /**
     * @return how many entries are still to be worked on; where they are many thousands, as it was a moment ago
     * @throws StoreException when the database cannot be read
     */
    public long size() {
        return size.get() + (arrivals == null ? 0 : arrivals.size());
    }

    private long count() {
        try {
            Long size = database.jdbc().queryForObject(database.sql("count-inbox"), Long.class);
            return size == null ? 0 : size;
        } catch (DataAccessException e) {
            throw new StoreException("the inbox cannot be read", e);
        }
    }

    @Override
    public void close() {
        commits.close();
        answers.shutdown();
    }
}
