package routes.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;

/**
 * Guaranteed Delivery, second half: every event, and what became of it. Events enter in the transaction in which their
 * notification leaves the inbox; the {@code unique_id} is unique here, so a fact told twice is found out here.
 *
 * <p>Thread-safe.
 */
public final class DeliveryLog implements AutoCloseable {

    private static final int ROOM = 20_000;
    private static final int MOST_IN_A_COMMIT = 2_000;
    private static final int PRUNED_AT_ONCE = 1_000;
    private static final int PRUNED_PAGES = 20;
    /** Of the memory there may be, for events that were recorded and not claimed yet. */
    private static final int SHARE_OF_FRESH = 64;
    /** What such an event takes beside its request. */
    private static final int FRESH_BYTES = 500;

    private static final Duration LATE_COMMIT = Duration.ofSeconds(5);
    /** Longer than any request takes: what has not been settled by then got lost on its way, as when its route was replaced. */
    private static final Duration LOST_AFTER = Duration.ofMinutes(15);

    private final Database database;
    private final Clock clock;
    private final GroupCommit<Settlement> commits;
    /** Events this process is sending; on an embedded database this is all there is to claiming. */
    private final Map<Long, Claimed> inFlight = new ConcurrentHashMap<>();
    /**
     * Embedded only, by lane: up to here everything due is under way. It spares reading thousands of those again to find
     * the next ones.
     */
    private final long[] claimedUpTo = new long[Origin.values().length];
    /**
     * Embedded only: pending events as they were recorded, until they are claimed for the first time. Most are within a
     * second, and need not be read and unpacked for that.
     */
    private final Cache<Long, Delivery> fresh = Caffeine.newBuilder()
            .maximumWeight(Runtime.getRuntime().maxMemory() / SHARE_OF_FRESH)
            .weigher((Long id, Delivery delivery) ->
                    FRESH_BYTES + delivery.request().length())
            .executor(Runnable::run)
            .build();
    /** Of an embedded database in files only: nobody else writes events there. */
    private final @Nullable UniqueIds uniqueIds;
    /** Shared only: whether something may be claimed by this instance that it is not sending. */
    private volatile boolean claimedInDoubt;

    private long lostLookedForAt;

    public DeliveryLog(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
        commits = new GroupCommit<>("delivery-log-commit", ROOM, MOST_IN_A_COMMIT, this::write);
        uniqueIds = database.arrivals() == null ? null : new UniqueIds(database);
    }

    /** @return whether nobody else works on the same database */
    boolean isAlone() {
        return !database.isShared();
    }

    private record Claimed(Origin origin, long dueAt, long at) {}

    /**
     * @return whether an event with this {@code unique_id} is in the log
     * @throws StoreException when the database does not answer
     */
    public boolean contains(String uniqueId) {
        if (uniqueIds != null && !uniqueIds.mayContain(uniqueId)) {
            return false;
        }
        try {
            return !database.jdbc()
                    .queryForList(database.sql("exists-event"), Integer.class, uniqueId)
                    .isEmpty();
        } catch (DataAccessException e) {
            throw new StoreException("the delivery log cannot be read", e);
        }
    }

    /**
     * Writes the outcome of a batch of inbox entries, all or nothing.
     *
     * @throws StoreException when nothing was written: the entries are still in the inbox, and will be read again
     * @throws OvertakenException when that is so because another transaction wrote the same at this moment
     */
    public void record(HandOver handOver) {
        record(prepare(handOver));
    }

    /** As {@link #record(HandOver)}, of what {@link #prepare} made. */
    void record(Prepared prepared) {
        try {
            write(prepared);
        } catch (StoreException e) {
            boolean overtaken = database.isShared() && e.getCause() instanceof DuplicateKeyException;
            throw overtaken ? new OvertakenException("somebody else has written the same at this moment", e) : e;
        }
    }

    /**
     * What a batch writes, as parameters of statements.
     *
     * @param contents by entry that was not in the database: how its notification is stored, where it is kept
     */
    record Prepared(HandOver handOver, Map<InboxEntry, Object> contents, NewEvents created, MadeAnew replayed) {}

    private record NewEvents(List<Object[]> events, List<Object[]> requests, List<Object[]> outbox) {
        NewEvents() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    private record MadeAnew(
            List<Object[]> events, List<Object[]> without, List<Object[]> requests, List<Object[]> outbox) {
        MadeAnew() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    /** All of the work on a batch that needs no transaction; writing texts out and packing them is a sixth of the whole. */
    Prepared prepare(HandOver handOver) {
        Prepared prepared = new Prepared(handOver, contents(handOver), new NewEvents(), new MadeAnew());
        long now = clock.millis();
        for (HandOver.Known known : handOver.events) {
            if (known.entry().replays() == null) {
                prepare(prepared.created, known, now);
            } else {
                prepare(prepared.replayed, known.event(), known.entry().replays(), now);
            }
        }
        // In one order everywhere: instances that tell the same facts wait for each other, and not in a circle.
        prepared.created.events.sort(Comparator.comparing(row -> String.valueOf(row[1])));
        return prepared;
    }

    /** A notification that tells nothing, or nothing new, is not kept. */
    private Map<InboxEntry, Object> contents(HandOver handOver) {
        Arrivals arrivals = database.arrivals();
        if (arrivals == null) {
            return Map.of();
        }
        Set<Long> inHand = arrivals.amongThoseInHand(handOver.entries());
        Map<InboxEntry, Object> contents = new LinkedHashMap<>();
        Stream.concat(
                        handOver.events.stream().map(HandOver.Known::entry),
                        handOver.deferrals.stream().map(HandOver.Deferral::entry))
                .filter(entry -> inHand.contains(entry.id()))
                .forEach(entry ->
                        contents.computeIfAbsent(entry, kept -> database.texts().parameter(kept.body())));
        return contents;
    }

    private void prepare(NewEvents rows, HandOver.Known known, long now) {
        InboxEntry entry = known.entry();
        RecordedEvent event = known.event();
        long id = database.ids().next();
        if (uniqueIds != null) {
            uniqueIds.add(event.uniqueId());
        }
        rows.events.add(new Object[] {
            id,
            event.uniqueId(),
            event.metric(),
            event.contactId(),
            event.profile(),
            time(event),
            entry.origin().word(),
            entry.origin().lane(),
            now,
            entry.notification()
        });
        if (event.request() != null) {
            String request = event.request().toString();
            rows.requests.add(new Object[] {id, database.texts().parameter(request)});
            keep(id, known, now, request);
        }
        rows.outbox.add(new Object[] {
            id,
            event.state().word(),
            event.metric(),
            entry.origin().lane(),
            waitsFor(event),
            dueAt(event, now),
            event.reason(),
            now
        });
    }

    private void prepare(MadeAnew rows, RecordedEvent event, String uniqueId, long now) {
        rows.events.add(new Object[] {event.metric(), event.contactId(), event.profile(), time(event), uniqueId});
        if (event.request() != null) {
            rows.without.add(new Object[] {uniqueId});
            rows.requests.add(
                    new Object[] {database.texts().parameter(event.request().toString()), uniqueId});
        }
        rows.outbox.add(new Object[] {
            event.metric(), event.state().word(), waitsFor(event), dueAt(event, now), event.reason(), uniqueId
        });
    }

    private static @Nullable Long time(RecordedEvent event) {
        return event.time() == null ? null : event.time().toEpochMilli();
    }

    private static @Nullable String waitsFor(RecordedEvent event) {
        return event.state() == State.WAITING ? event.contactId() : null;
    }

    private static @Nullable Long dueAt(RecordedEvent event, long now) {
        return event.state() == State.PENDING ? now : null;
    }

    private void write(Prepared prepared) {
        Arrivals arrivals = database.arrivals();
        if (arrivals != null) {
            arrivals.record(prepared.handOver.entries(), inHand -> write(prepared, inHand));
            return;
        }
        database.transaction(() -> {
            write(prepared, Set.of());
            return prepared;
        });
    }

    /** @param inHand ids of entries that are not in the database yet; none that were in it when the batch was prepared */
    private void write(Prepared prepared, Set<Long> inHand) {
        HandOver handOver = prepared.handOver;
        JdbcTemplate jdbc = database.jdbc();
        List<InboxEntry> rows = handOver.done.stream()
                .filter(entry -> !inHand.contains(entry.id()))
                .toList();
        takeFromInbox(rows);
        Map<InboxEntry, Object> kept = new LinkedHashMap<>(prepared.contents);
        kept.keySet().removeIf(entry -> !inHand.contains(entry.id()));
        database.texts().insertNotifications(kept);
        write(prepared.created);
        write(prepared.replayed);
        dropNotifications(handOver, rows);
        insertDuplicates(handOver);
        defer(handOver.deferrals, inHand);
        handOver.releases.addAll(waitingAmong(handOver));
        handOver.releases.forEach(contact -> release(jdbc, contact));
        CaseStore.write(database, handOver, clock.millis());
        handOver.forgotten.forEach(this::deleteContact);
        Tally.write(database, handOver.tallies);
    }

    private void defer(List<HandOver.Deferral> deferrals, Set<Long> inHand) {
        List<InboxEntry> inserts = new ArrayList<>();
        List<Object[]> updates = new ArrayList<>();
        for (HandOver.Deferral each : deferrals) {
            if (inHand.contains(each.entry().id())) {
                inserts.add(each.entry());
            }
            updates.add(new Object[] {each.dueAt().toEpochMilli(), each.entry().id()});
        }
        database.insertInbox(inserts);
        database.batch("defer-inbox", updates);
    }

    private void takeFromInbox(List<InboxEntry> done) {
        List<Object[]> ids = new ArrayList<>(done.size());
        done.forEach(entry -> ids.add(new Object[] {entry.id()}));
        int[] taken = database.batch("delete-inbox", ids);
        for (int count : taken) {
            if (count == 0) {
                // Another instance took this one for dead and was faster: its outcome counts, not ours.
                throw new OvertakenException("an inbox entry was worked on elsewhere");
            }
        }
    }

    private void write(NewEvents rows) {
        database.batch("insert-event", rows.events);
        database.texts().insertRequests(rows.requests);
        database.batch("insert-outbox", rows.outbox);
    }

    private void write(MadeAnew rows) {
        database.batch("replace-event", rows.events);
        database.batch("delete-request-of-replay", rows.without);
        database.batch("insert-request-of-replay", rows.requests);
        database.batch("replace-outbox", rows.outbox);
    }

    /**
     * A notification is kept for as long as an event that was made of it.
     *
     * @param rows those that are done and were rows of the inbox
     */
    private void dropNotifications(HandOver handOver, List<InboxEntry> rows) {
        Set<Long> kept = new HashSet<>();
        handOver.events.forEach(known -> kept.add(known.entry().notification()));
        List<Object[]> dropped = new ArrayList<>();
        rows.stream()
                .filter(entry -> !kept.contains(entry.notification()))
                .forEach(entry -> dropped.add(new Object[] {entry.notification()}));
        database.texts().deleteNotifications(dropped);
    }

    /** Before the commit, as nobody claims it before that; what is rolled back never comes up again. */
    private void keep(long id, HandOver.Known known, long now, String request) {
        RecordedEvent event = known.event();
        if (event.state() == State.PENDING && event.metric() != null && !database.isShared()) {
            fresh.put(
                    id,
                    new Delivery(
                            id,
                            event.uniqueId(),
                            event.metric(),
                            event.contactId(),
                            known.entry().origin(),
                            0,
                            null,
                            Instant.ofEpochMilli(now),
                            now,
                            request));
        }
    }

    private void insertDuplicates(HandOver handOver) {
        List<Object[]> rows = new ArrayList<>();
        for (HandOver.Known known : handOver.duplicates) {
            RecordedEvent event = known.event();
            rows.add(new Object[] {
                database.ids().next(),
                event.uniqueId(),
                event.metric(),
                event.time() == null ? null : event.time().toEpochMilli(),
                known.entry().origin().word(),
                event.profile(),
                clock.millis()
            });
        }
        database.batch("insert-duplicate", rows);
    }

    /** Contacts that now have an identity, and had events waiting for it. */
    private List<String> waitingAmong(HandOver handOver) {
        Object[] contacts = handOver.events.stream()
                .filter(known -> known.event().state() == State.PENDING)
                .map(known -> known.event().contactId())
                .filter(Objects::nonNull)
                .distinct()
                .toArray();
        if (contacts.length == 0) {
            return List.of();
        }
        return database.jdbc()
                .query(
                        connection -> {
                            PreparedStatement statement =
                                    connection.prepareStatement(database.sql("select-waiting-contacts"));
                            statement.setArray(1, connection.createArrayOf("VARCHAR", contacts));
                            return statement;
                        },
                        (result, number) -> result.getString("contact_id"));
    }

    private record Stored(long id, String uniqueId, long notification, int lane) {}

    private static final RowMapper<Stored> STORED = (row, number) ->
            new Stored(row.getLong("id"), row.getString("unique_id"), row.getLong("notification"), row.getInt("lane"));

    private void release(JdbcTemplate jdbc, String contact) {
        jdbc.query(database.sql("select-waiting-events"), STORED, contact).forEach(this::requeue);
    }

    private boolean requeue(Stored event) {
        String uniqueId = event.uniqueId;
        JdbcTemplate jdbc = database.jdbc();
        // A notification that was parked as a whole is a new one again; an event keeps its place in the log.
        boolean whole = uniqueId.startsWith(RecordedEvent.WHOLE_NOTIFICATION);
        int changed = jdbc.update(database.sql(whole ? "delete-parked-outbox" : "replay-event"), event.id);
        if (changed > 0) {
            if (whole) {
                jdbc.update(database.sql("delete-event"), event.id);
            }
            jdbc.update(
                    database.sql("insert-inbox"),
                    database.ids().next(),
                    event.notification,
                    event.lane,
                    clock.millis(),
                    whole ? null : uniqueId);
        }
        return changed > 0;
    }

    /**
     * Puts a parked or waiting event's notification back into the inbox: it is made anew with today's routes, then sent.
     *
     * @return false when there is no such event, or it is neither parked nor waiting
     */
    public boolean replay(String uniqueId) {
        return Boolean.TRUE.equals(database.transaction(() -> {
            List<Stored> events = database.jdbc().query(database.sql("select-event"), STORED, uniqueId);
            return !events.isEmpty() && requeue(events.get(0));
        }));
    }

    /** @return {@code unique_id}s of events that wait for an identity, the longest waiting first */
    public List<String> oldestWaiting(int most) {
        return database.jdbc().queryForList(database.sql("select-oldest-waiting"), String.class, most);
    }

    /** Deletes all events of a contact with their notifications: the person asked for it, or Intercom deleted them. */
    private void deleteContact(String contact) {
        deletePersonal(database.jdbc().queryForList(database.sql("select-events-of-contact"), contact));
        CaseStore.forget(database, contact);
    }

    /** @return how many rows of the log these were, duplicates included */
    private int deletePersonal(List<Map<String, Object>> events) {
        if (events.isEmpty()) {
            return 0;
        }
        events.forEach(event -> fresh.invalidate(number(event, "id")));
        for (Map<String, Object> event : events) {
            database.jdbc().update(database.sql("delete-inbox-of-notification"), event.get("notification"));
            delete(event);
        }
        Object[] uniqueIds =
                events.stream().map(event -> event.get("unique_id")).toArray();
        return events.size()
                + database.jdbc().update(connection -> {
                    PreparedStatement statement =
                            connection.prepareStatement(database.sql("delete-duplicates-of-events"));
                    statement.setArray(1, connection.createArrayOf("VARCHAR", uniqueIds));
                    return statement;
                });
    }

    /** Tells whether a notification is that of a person of whom these names are known, in lower case. */
    public interface Telling {
        boolean isOf(String notification, Collection<String> names);
    }

    /**
     * Deletes all that is stored about a person: events with requests, attempts and notifications, duplicates, and what
     * is still in the inbox. All of it or, when the database refuses, nothing.
     *
     * @param person e-mail address, phone number or Intercom's contact id
     * @return how many events, duplicates and inbox entries were deleted
     */
    public int forget(String person, Telling telling) {
        String name = person.toLowerCase(Locale.ROOT);
        Arrivals arrivals = database.arrivals();
        if (arrivals != null) {
            arrivals.moveToInbox();
        }
        Integer forgotten = database.transaction(() -> {
            JdbcTemplate jdbc = database.jdbc();
            Set<String> contacts =
                    new TreeSet<>(jdbc.queryForList(database.sql("select-contacts-of-profile"), String.class, name));
            contacts.addAll(CaseStore.contactsOf(database, name));
            contacts.add(person);
            int count = deletePersonal(jdbc.queryForList(database.sql("select-events-of-profile"), name));
            for (String contact : contacts) {
                count += deletePersonal(jdbc.queryForList(database.sql("select-events-of-contact"), contact));
                CaseStore.forget(database, contact);
            }
            count += jdbc.update(database.sql("delete-duplicates-of-profile"), name);
            Set<String> names = new TreeSet<>();
            contacts.forEach(contact -> names.add(contact.toLowerCase(Locale.ROOT)));
            for (String each : names) {
                count += forgetInInbox(each, names, telling);
            }
            return count;
        });
        return forgotten == null ? 0 : forgotten;
    }

    private int forgetInInbox(String name, Set<String> names, Telling telling) {
        int count = 0;
        long after = Long.MIN_VALUE;
        List<Map<String, Object>> page;
        do {
            page = database.jdbc().queryForList(database.sql("select-inbox-telling"), after, name);
            for (Map<String, Object> entry : page) {
                after = number(entry, "id");
                String body = String.valueOf(database.texts().read(entry));
                if (body.toLowerCase(Locale.ROOT).contains(name) && telling.isOf(body, names)) {
                    count += database.jdbc().update(database.sql("delete-inbox"), entry.get("id"));
                    database.texts().deleteNotifications(List.<Object[]>of(new Object[] {entry.get("notification")}));
                }
            }
        } while (!page.isEmpty());
        return count;
    }

    private void delete(Map<String, Object> event) {
        JdbcTemplate jdbc = database.jdbc();
        Object id = event.get("id");
        Object notification = event.get("notification");
        jdbc.update(database.sql("delete-attempts"), id);
        jdbc.update(database.sql("delete-outbox"), id);
        database.texts().deleteRequests(List.<Object[]>of(new Object[] {id}));
        jdbc.update(database.sql("delete-event"), id);
        database.texts().deleteNotifications(List.<Object[]>of(new Object[] {notification}));
    }

    /**
     * @param live whether live events are wanted (webhook, reconcile) or history
     * @return pending events that are due, oldest first, which nobody else is sending; each must be settled
     */
    public List<Delivery> claim(boolean live, int most) {
        List<Delivery> deliveries = new ArrayList<>();
        try {
            for (Origin origin : Origin.values()) {
                if ((origin != Origin.IMPORT) == live && deliveries.size() < most) {
                    deliveries.addAll(claim(origin, most - deliveries.size()));
                }
            }
        } catch (DataAccessException e) {
            throw new StoreException("the delivery log cannot be read", e);
        }
        return deliveries;
    }

    private record Due(long id, long dueAt) {}

    private static final RowMapper<Due> DUE =
            (result, number) -> new Due(result.getLong("event_id"), result.getLong("due_at"));

    private List<Delivery> claim(Origin origin, int most) {
        synchronized (claimedUpTo) {
            try {
                lookForLost(clock.millis());
                List<Due> due = database.isShared() ? dueHere(origin, most) : due(origin, most);
                List<Delivery> claimed = deliveries(origin, due);
                claimed.forEach(this::takeNote);
                claimedUpTo[origin.lane()] = due.size() < most ? 0 : due.get(due.size() - 1).dueAt;
                return claimed;
            } catch (RuntimeException e) {
                claimedInDoubt = true;
                throw e;
            }
        }
    }

    /** Shared only. */
    private List<Due> dueHere(Origin origin, int most) {
        long now = clock.millis();
        if (claimedInDoubt) {
            // Before it is looked: an outcome that cannot be written meanwhile raises the doubt again.
            claimedInDoubt = false;
            releaseWhatIsNotSent(now);
        }
        return database.jdbc()
                .query(database.sql("claim-events"), DUE, database.claims().claim(), origin.lane(), now, most);
    }

    /** Embedded only. The order names all columns of the index: HSQLDB would read and sort the whole backlog otherwise. */
    private List<Due> due(Origin origin, int most) {
        // A transaction that commits late brings events that were due a moment earlier.
        long from = claimedUpTo[origin.lane()] - LATE_COMMIT.toMillis();
        // Noted before the query: one that is settled while it runs may still look pending to it.
        Set<Long> sending = new HashSet<>(inFlight.keySet());
        long underWay = inFlight.values().stream()
                .filter(claimed -> claimed.origin == origin && claimed.dueAt >= from)
                .count();
        return database
                .jdbc()
                .query(database.sql("claim-events"), DUE, origin.lane(), from, clock.millis(), most + (int) underWay)
                .stream()
                .filter(each -> !sending.contains(each.id))
                .limit(most)
                .toList();
    }

    private List<Delivery> deliveries(Origin origin, List<Due> due) {
        List<Delivery> deliveries = new ArrayList<>(due.size());
        List<Long> others = new ArrayList<>();
        for (Due each : due) {
            Delivery known = fresh.asMap().remove(each.id);
            if (known == null) {
                others.add(each.id);
            } else {
                deliveries.add(known);
            }
        }
        if (!others.isEmpty()) {
            deliveries.addAll(read(origin, others));
        }
        deliveries.sort(Comparator.comparingLong(Delivery::dueAt).thenComparingLong(Delivery::id));
        return deliveries;
    }

    private List<Delivery> read(Origin origin, List<Long> ids) {
        RowMapper<Delivery> row = (result, number) -> {
            long busySince = result.getLong("busy_since");
            boolean busy = !result.wasNull();
            return new Delivery(
                    result.getLong("id"),
                    result.getString("unique_id"),
                    result.getString("metric"),
                    result.getString("contact_id"),
                    origin,
                    result.getInt("attempts"),
                    busy ? Instant.ofEpochMilli(busySince) : null,
                    Instant.ofEpochMilli(result.getLong("recorded_at")),
                    result.getLong("due_at"),
                    new String(database.texts().read(result), StandardCharsets.UTF_8));
        };
        return database.jdbc()
                .query(
                        connection -> {
                            PreparedStatement statement =
                                    connection.prepareStatement(database.sql("select-deliveries"));
                            statement.setArray(1, connection.createArrayOf("BIGINT", ids.toArray()));
                            return statement;
                        },
                        row);
    }

    private void lookForLost(long now) {
        if (now < lostLookedForAt + LOST_AFTER.toMillis()) {
            return;
        }
        lostLookedForAt = now;
        if (inFlight.values().removeIf(claimed -> claimed.at < now - LOST_AFTER.toMillis())) {
            claimedInDoubt = true;
            Arrays.fill(claimedUpTo, 0);
        }
    }

    /** A claim that was not answered, an outcome that could not be written: nobody sends these, so they are due again. */
    private void releaseWhatIsNotSent(long now) {
        long claim = database.claims().claim();
        List<Object[]> rows = new ArrayList<>();
        for (Origin origin : Origin.values()) {
            database
                    .jdbc()
                    .queryForList(database.sql("select-claimed-events"), Long.class, origin.lane(), claim)
                    .stream()
                    .filter(id -> !inFlight.containsKey(id))
                    .forEach(id -> rows.add(new Object[] {now, id, claim}));
        }
        database.transaction(() -> database.batch("release-event", rows));
    }

    private void takeNote(Delivery delivery) {
        inFlight.put(delivery.id(), new Claimed(delivery.origin(), delivery.dueAt(), clock.millis()));
    }

    /** @return how many events are due and not under way here, counted up to a bound */
    public int due(boolean live, int bound) {
        int due = 0;
        for (Origin origin : Origin.values()) {
            if ((origin != Origin.IMPORT) == live && due < bound) {
                due += database.isShared() ? countDue(origin, bound) : notUnderWay(origin, bound);
            }
        }
        return due;
    }

    private int countDue(Origin origin, int bound) {
        Integer count = database.jdbc()
                .queryForObject(database.sql("count-due-events"), Integer.class, origin.lane(), clock.millis(), bound);
        return count == null ? 0 : count;
    }

    private int notUnderWay(Origin origin, int bound) {
        synchronized (claimedUpTo) {
            return due(origin, bound).size();
        }
    }

    /** Gives claimed events back unsent: they are due at once. */
    public void unclaim(List<Delivery> deliveries) {
        if (database.isShared() && !deliveries.isEmpty()) {
            long now = clock.millis();
            List<Object[]> rows = new ArrayList<>();
            deliveries.forEach(delivery -> rows.add(new Object[] {now, delivery.id(), delivery.dueAt()}));
            database.transaction(() -> database.batch("release-event", rows));
        }
        synchronized (claimedUpTo) {
            deliveries.forEach(delivery -> {
                inFlight.remove(delivery.id());
                claimedUpTo[delivery.origin().lane()] = 0;
            });
        }
    }

    /**
     * Writes what came of sending.
     *
     * @return done when it is durable; failed when it is not: the event will be sent once more, which Klaviyo discards
     */
    public CompletableFuture<Void> settle(List<Settlement> settlements) {
        return CompletableFuture.allOf(settlements.stream().map(this::settle).toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> settle(Settlement settlement) {
        return commits.add(settlement).whenComplete((done, failure) -> {
            inFlight.remove(settlement.delivery().id());
            if (failure != null) {
                claimedInDoubt = true;
            }
        });
    }

    private void write(List<Settlement> settlements) {
        database.transaction(() -> {
            long now = clock.millis();
            List<Settlement> written = new ArrayList<>();
            written.addAll(change("deliver-event", ofState(settlements, State.DELIVERED), each ->
                    new Object[] {each.delivery().id()}));
            written.addAll(change("postpone-event", ofState(settlements, State.PENDING), each -> new Object[] {
                each.dueAt() == null ? now : each.dueAt().toEpochMilli(),
                now,
                each.status(),
                each.answer(),
                each.delivery().id()
            }));
            written.addAll(
                    change("hold-event", ofState(settlements, State.PARKED, State.WAITING), each -> new Object[] {
                        each.state().word(),
                        each.state() == State.WAITING ? each.delivery().contactId() : null,
                        each.status(),
                        each.answer(),
                        each.delivery().id()
                    }));
            List<Object[]> attempts = new ArrayList<>();
            List<Object[]> replaced = new ArrayList<>();
            List<Object[]> requests = new ArrayList<>();
            Map<Tally.Key, Tally.Amount> tallies = new TreeMap<>();
            for (Settlement each : written) {
                long id = each.delivery().id();
                attempts.add(attempt(each, now));
                if (each.state() == State.DELIVERED) {
                    count(tallies, each.delivery(), now);
                }
                if (each.request() != null) {
                    replaced.add(new Object[] {id});
                    requests.add(new Object[] {id, database.texts().parameter(each.request())});
                }
            }
            database.texts().deleteRequests(replaced);
            database.texts().insertRequests(requests);
            Tally.write(database, tallies);
            database.batch("insert-attempt", attempts);
            return settlements;
        });
    }

    private static List<Settlement> ofState(List<Settlement> settlements, State... states) {
        return settlements.stream()
                .filter(each -> List.of(states).contains(each.state()))
                .toList();
    }

    /** @return those that were still to be sent: the others were deleted meanwhile, or delivered by another instance */
    private List<Settlement> change(
            String statement, List<Settlement> settlements, Function<Settlement, Object[]> row) {
        int[] changed = database.batch(statement, settlements.stream().map(row).toList());
        return IntStream.range(0, changed.length)
                .filter(i -> changed[i] != 0)
                .mapToObj(settlements::get)
                .toList();
    }

    private Object[] attempt(Settlement settlement, long now) {
        return new Object[] {
            settlement.delivery().id(), database.ids().next(), now, settlement.status(), settlement.answer()
        };
    }

    private static void count(Map<Tally.Key, Tally.Amount> tallies, Delivery delivery, long now) {
        Instant at = Instant.ofEpochMilli(now);
        Tally.add(tallies, "delivered", delivery.metric(), at, 1);
        if (delivery.origin() == Origin.RECONCILE) {
            Tally.add(tallies, "repaired", delivery.metric(), at, 1);
        }
    }

    /**
     * Deletes delivered events and duplicates that were recorded before then, the oldest first; a few thousand at most, so
     * that nobody waits for long. What was counted by the hour before then is summed up.
     *
     * @return how many
     */
    public int prune(Instant before) {
        Arrivals arrivals = database.arrivals();
        if (arrivals != null) {
            arrivals.discard();
        }
        int count = 0;
        long after = 0;
        for (int page = 0; page < PRUNED_PAGES; page++) {
            List<Map<String, Object>> oldest =
                    database.jdbc().queryForList(database.sql("select-oldest-events"), after, PRUNED_AT_ONCE);
            // Ids are given in order of time: behind the first that is younger there is nothing to prune.
            List<Map<String, Object>> old = oldest.stream()
                    .takeWhile(event -> number(event, "recorded_at") < before.toEpochMilli())
                    .toList();
            List<Map<String, Object>> delivered =
                    old.stream().filter(event -> number(event, "is_open") == 0).toList();
            count += delivered.size();
            if (!delivered.isEmpty()) {
                database.transaction(() -> {
                    delivered.forEach(this::delete);
                    return delivered;
                });
            }
            if (old.size() < PRUNED_AT_ONCE) {
                break;
            }
            after = number(old.get(old.size() - 1), "id");
        }
        Integer duplicates = database.transaction(() -> {
            Tally.rollUp(database, before);
            return database.jdbc().update(database.sql("delete-old-duplicates"), before.toEpochMilli());
        });
        return count + (duplicates == null ? 0 : duplicates);
    }

    private static long number(Map<String, Object> row, String column) {
        return ((Number) Objects.requireNonNull(row.get(column))).longValue();
    }

    @Override
    public void close() {
        commits.close();
        if (uniqueIds != null) {
            uniqueIds.close();
        }
    }
}
