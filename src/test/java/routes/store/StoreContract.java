package routes.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.SteppedClock;

/** What inbox and delivery log do, whatever the database. */
abstract class StoreContract {

    private final TestDatabase kind;
    private final SteppedClock clock = new SteppedClock();
    private String url;
    private Database database;
    private Inbox inbox;
    private DeliveryLog log;
    private LogView view;

    StoreContract(TestDatabase kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path folder) {
        url = kind.url(folder);
        openAgain();
    }

    private void openAgain() {
        database = Database.open(url, kind.user(), "");
        inbox = new Inbox(database, clock);
        log = new DeliveryLog(database, clock);
        view = new LogView(database);
    }

    @AfterEach
    void close() {
        inbox.close();
        log.close();
        database.close();
    }

    private InboxEntry stored(String topic, String body) {
        inbox.store(topic, "notif_" + body.hashCode(), body.getBytes(UTF_8)).join();
        List<InboxEntry> claimed = inbox.claimLive(500);
        assertEquals(1, claimed.size());
        return claimed.get(0);
    }

    private InboxEntry stored() {
        return stored("conversation.read", "{\"at\":" + System.nanoTime() + "}");
    }

    private static RecordedEvent event(String uniqueId, State state) {
        return event(uniqueId, state, "contact-1");
    }

    private static RecordedEvent event(String uniqueId, State state, @Nullable String contact) {
        return new RecordedEvent(
                uniqueId,
                "Read Conversation",
                contact,
                state == State.WAITING ? null : "robin@klaviyo-demo.com",
                Instant.parse("2026-11-22T09:00:00Z"),
                state,
                state == State.PENDING ? null : "because",
                JsonNodeFactory.instance.objectNode().set("properties", JsonNodeFactory.instance.objectNode()));
    }

    private void record(InboxEntry entry, RecordedEvent... events) {
        HandOver handOver = new HandOver();
        handOver.done(entry);
        for (RecordedEvent event : events) {
            handOver.event(entry, event);
        }
        log.record(handOver);
    }

    private Delivery recordedAndClaimed(String uniqueId) {
        record(stored(), event(uniqueId, State.PENDING));
        List<Delivery> claimed = log.claim(true, 10);
        assertEquals(1, claimed.size());
        return claimed.get(0);
    }

    private void settle(Delivery delivery, State state, @Nullable Instant dueAt, int status, @Nullable String answer) {
        log.settle(List.of(new Settlement(delivery, state, dueAt, status, answer, null)))
                .join();
    }

    private String state(String uniqueId) {
        LogView.Row row = view.event(uniqueId);
        return row == null ? "none" : String.valueOf(row.text("state"));
    }

    @Test
    void whatIsStoredIsReadBackAsItWas() {
        String body = "{\"text\":\"\\u0000 ü 漢字 😀 " + "x".repeat(100_000) + "\"}";

        inbox.store("conversation.read", "notif_1", body.getBytes(UTF_8)).join();

        InboxEntry entry = inbox.claimLive(10).get(0);
        assertEquals(body, new String(entry.body(), UTF_8));
        assertEquals("conversation.read", entry.topic());
        assertEquals("notif_1", entry.notificationId());
        assertEquals(Origin.WEBHOOK, entry.origin());
        assertEquals(clock.instant(), entry.receivedAt());
        assertEquals(1, inbox.size());
        assertEquals(clock.instant(), view.oldestInInbox());
        assertEquals(body, new String(inbox.claimLive(10).get(0).body(), UTF_8), "as it is on disk");
    }

    @Test
    void manyWhoStoreAtOnceAreAllStored() {
        List<CompletableFuture<Void>> senders = IntStream.range(0, 500)
                .mapToObj(i -> CompletableFuture.runAsync(
                        () -> inbox.store("conversation.read", "notif_" + i, "{}".getBytes(UTF_8))
                                .join()))
                .toList();
        senders.forEach(CompletableFuture::join);

        Set<String> ids = new HashSet<>();
        inbox.claimLive(1_000).forEach(entry -> ids.add(entry.notificationId()));
        assertEquals(500, ids.size());
    }

    @Test
    void whatWasStoredIsThereAfterARestart() {
        inbox.store("conversation.read", "notif_1", "{}".getBytes(UTF_8)).join();
        record(inbox.claimLive(1).get(0), event("a", State.PENDING));
        inbox.store("conversation.read", "notif_2", "{}".getBytes(UTF_8)).join();

        close();
        openAgain();

        assertEquals(1, inbox.size());
        assertTrue(log.contains("a"));
        assertEquals(1, log.claim(true, 10).size());
    }

    @Test
    void aNotificationLeavesTheInboxWithTheRecordOfItsEvents() {
        InboxEntry entry = stored();

        record(entry, event("a", State.PENDING), event("b", State.WAITING, "contact-2"));

        assertEquals(0, inbox.size());
        assertEquals("pending", state("a"));
        assertEquals("waiting", state("b"));
        LogView.Row row = view.event("a");
        assertNotNull(row);
        LogView.Row notification = view.notification(row.number("notification"));
        assertNotNull(notification);
        assertEquals(new String(entry.body(), UTF_8), notification.text("body"));
    }

    @Test
    void aUniqueIdThatIsThereAlreadyRollsTheWholeBatchBack() {
        record(stored(), event("known", State.PENDING));
        inbox.store("conversation.read", "notif_x", "{}".getBytes(UTF_8)).join();
        inbox.store("conversation.read", "notif_y", "{}".getBytes(UTF_8)).join();
        List<InboxEntry> both = inbox.claimLive(10);
        HandOver handOver = new HandOver();
        both.forEach(handOver::done);
        handOver.event(both.get(0), event("new", State.PENDING));
        handOver.event(both.get(1), event("known", State.PENDING));
        handOver.count("received", "Read Conversation", clock.instant());

        assertThrows(StoreException.class, () -> log.record(handOver));

        assertEquals(2, inbox.size());
        assertFalse(log.contains("new"));
        assertEquals(List.of(), view.counts());
    }

    @Test
    void anEntryThatAnotherHasTakenRollsTheWholeBatchBack() {
        InboxEntry entry = stored();
        record(entry, event("first", State.PENDING));

        assertThrows(StoreException.class, () -> record(entry, event("second", State.PENDING)));

        assertFalse(log.contains("second"));
    }

    @Test
    void ofLargeEntriesFewAreClaimedAtATimeInTheirOrder() {
        byte[] large = "x".repeat(1 << 20).getBytes(UTF_8);
        List<InboxEntry> entries = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            long id = database.ids().next();
            entries.add(new InboxEntry(id, id, Origin.IMPORT, "", "n" + i, clock.instant(), 0, null, large));
            clock.pass(Duration.ofMillis(1));
        }
        database.transaction(() -> {
            database.texts().insertNotifications(entries);
            database.insertInbox(entries);
            return entries;
        });

        List<InboxEntry> claimed = new ArrayList<>();
        for (List<InboxEntry> next = inbox.claimHistory(60); !next.isEmpty(); next = inbox.claimHistory(60)) {
            assertTrue(next.size() <= 25, "MB that are in memory at a time");
            HandOver handOver = new HandOver();
            next.forEach(handOver::done);
            log.record(handOver);
            claimed.addAll(next);
        }

        assertEquals(
                entries.stream().map(InboxEntry::notificationId).toList(),
                claimed.stream().map(InboxEntry::notificationId).toList());
    }

    @Test
    void aDeferredEntryComesAgainWhenItIsDue() {
        InboxEntry entry = stored();
        HandOver handOver = new HandOver();
        handOver.defer(entry, clock.instant().plusSeconds(30));
        log.record(handOver);

        assertEquals(List.of(), inbox.claimLive(10));
        clock.pass(Duration.ofSeconds(31));
        InboxEntry again = inbox.claimLive(10).get(0);

        assertEquals(entry.id(), again.id());
        assertEquals(1, again.attempts());
    }

    @Test
    void claimedEventsAreNotClaimedAgain() {
        recordedAndClaimed("a");

        assertEquals(List.of(), log.claim(true, 10));
        assertEquals(0, log.due(true, 10));
    }

    @Test
    void eventsGivenBackAreDueAgain() {
        Delivery delivery = recordedAndClaimed("a");

        log.unclaim(List.of(delivery));

        assertEquals(1, log.due(true, 10));
        assertEquals(List.of(delivery), log.claim(true, 10), "read again as it was recorded");
    }

    @Test
    void aDeliveredEventStaysInTheLog() {
        settle(recordedAndClaimed("a"), State.DELIVERED, null, 202, null);

        assertEquals("delivered", state("a"));
        assertTrue(log.contains("a"));
        assertEquals(List.of(), log.claim(true, 10));
        assertEquals(1, view.counts().get(0).amount());
        assertEquals("delivered", view.counts().get(0).kind());
    }

    @Test
    void aBusyEventIsDueAgainLaterAndKnowsSinceWhen() {
        Instant first = clock.instant();
        settle(recordedAndClaimed("a"), State.PENDING, clock.instant().plusSeconds(5), 503, "busy");
        assertEquals(List.of(), log.claim(true, 10));
        clock.pass(Duration.ofSeconds(6));
        Delivery second = log.claim(true, 10).get(0);
        assertEquals(1, second.attempts());
        assertEquals(first, second.busySince());

        settle(second, State.PENDING, clock.instant().plusSeconds(5), 429, "still busy");
        clock.pass(Duration.ofSeconds(6));
        Delivery third = log.claim(true, 10).get(0);

        assertEquals(2, third.attempts());
        assertEquals(first, third.busySince());
        assertEquals(
                List.of("503", "429"),
                view.attempts(third.id()).stream()
                        .map(row -> row.text("status"))
                        .toList());
    }

    @Test
    void aParkedEventIsReplayedThroughTheInbox() {
        settle(recordedAndClaimed("a"), State.PARKED, null, 400, "Invalid email address");
        assertEquals("parked", state("a"));

        assertTrue(log.replay("a"));

        InboxEntry again = inbox.claimLive(10).get(0);
        assertEquals("a", again.replays());
        record(again, event("a", State.PENDING));
        assertEquals("pending", state("a"));
        settle(log.claim(true, 10).get(0), State.DELIVERED, null, 202, null);
        assertEquals("delivered", state("a"));
        assertEquals(0, inbox.size());
    }

    @Test
    void onlyParkedAndWaitingEventsAreReplayed() {
        Delivery delivery = recordedAndClaimed("a");
        assertFalse(log.replay("a"));
        settle(delivery, State.DELIVERED, null, 202, null);

        assertFalse(log.replay("a"));
        assertFalse(log.replay("unknown"));
        assertEquals(0, inbox.size());
    }

    @Test
    void aParkedNotificationBecomesANewOneOnReplay() {
        InboxEntry entry = stored();
        record(entry, event(RecordedEvent.WHOLE_NOTIFICATION + entry.id(), State.PARKED));

        assertTrue(log.replay(RecordedEvent.WHOLE_NOTIFICATION + entry.id()));

        InboxEntry again = inbox.claimLive(10).get(0);
        assertNull(again.replays());
        assertArrayEquals(entry.body(), again.body());
        record(again, event("a", State.PENDING));
        assertEquals("none", state(RecordedEvent.WHOLE_NOTIFICATION + entry.id()));
    }

    @Test
    void allThatWaitsForAContactIsReleased() {
        InboxEntry first = stored();
        record(first, event("a", State.WAITING), event("b", State.WAITING));
        record(stored(), event("c", State.WAITING, "contact-2"));
        HandOver news = new HandOver();
        news.done(stored());
        news.release("contact-1");

        log.record(news);

        Set<String> released = new HashSet<>();
        inbox.claimLive(10).forEach(entry -> released.add(String.valueOf(entry.replays())));
        assertEquals(Set.of("a", "b"), released);
        assertEquals(List.of("c"), stillWaiting());
    }

    private List<String> stillWaiting() {
        List<String> waiting = new ArrayList<>(log.oldestWaiting(10));
        waiting.removeIf(id -> !state(id).equals("waiting"));
        return waiting;
    }

    @Test
    void anEventWithIdentityReleasesWhatWaitedForItsContact() {
        record(stored(), event("a", State.WAITING));

        record(stored(), event("b", State.PENDING));

        assertEquals("a", inbox.claimLive(10).get(0).replays());
    }

    @Test
    void aContactIsForgottenWithEverythingAboutIt() {
        record(stored(), event("a", State.WAITING), event("b", State.WAITING));
        record(stored(), event("c", State.WAITING, "contact-2"));
        HandOver forget = new HandOver();
        forget.done(stored());
        forget.forget("contact-1");

        log.record(forget);

        assertEquals("none", state("a"));
        assertEquals("none", state("b"));
        assertEquals("waiting", state("c"));
        assertEquals(1, rows("notification"));
    }

    @Test
    void whatWasDeliveredLongAgoIsPrunedAndNothingElse() {
        settle(recordedAndClaimed("old"), State.DELIVERED, null, 202, null);
        settle(recordedAndClaimed("parked"), State.PARKED, null, 400, "no");
        InboxEntry repeat = stored();
        HandOver duplicates = new HandOver();
        duplicates.done(repeat);
        duplicates.duplicate(repeat, event("old", State.PENDING));
        log.record(duplicates);
        Instant between = clock.instant().plusSeconds(1);
        clock.pass(Duration.ofDays(1));
        settle(recordedAndClaimed("young"), State.DELIVERED, null, 202, null);

        assertEquals(2, log.prune(between));

        assertEquals("none", state("old"));
        assertEquals("parked", state("parked"));
        assertEquals("delivered", state("young"));
        assertEquals(2, rows("notification"));
        assertEquals(0, rows("duplicate"));
        assertEquals(0, log.prune(between));
    }

    @Test
    void whatWasCountedLongAgoIsSummedUp() {
        for (int hour = 0; hour < 3; hour++) {
            HandOver handOver = new HandOver();
            handOver.done(stored());
            handOver.count("filtered", "conversation.read", clock.instant());
            log.record(handOver);
            clock.pass(Duration.ofHours(1));
        }
        List<LogView.Count> before = view.counts();

        log.prune(clock.instant());
        log.prune(clock.instant());

        assertEquals(before, view.counts());
        assertEquals(3, before.get(0).amount());
        assertEquals(1, rows("tally"));
    }

    private int rows(String table) {
        Integer count =
                new JdbcTemplate(database.dataSource()).queryForObject("SELECT COUNT(*) FROM " + table, Integer.class);
        return count == null ? 0 : count;
    }

    @Test
    void theLogIsFilteredAndPaged() {
        for (int i = 0; i < 5; i++) {
            record(stored(), event("p" + i, State.PENDING));
            record(stored(), event("w" + i, State.WAITING, "lead-" + i));
        }
        List<LogView.Row> first = view.events(new LogView.Filter("waiting", null, null, null, null, null, 3));
        List<LogView.Row> rest = view.events(new LogView.Filter(
                "waiting", null, null, null, null, first.get(2).number("id"), 3));

        assertEquals(
                List.of("w4", "w3", "w2"),
                first.stream().map(row -> row.text("unique_id")).toList());
        assertEquals(
                List.of("w1", "w0"),
                rest.stream().map(row -> row.text("unique_id")).toList());
        assertEquals(
                5,
                view.events(new LogView.Filter(
                                null, "Read Conversation", "robin@klaviyo-demo.com", null, null, null, 100))
                        .size());
        assertEquals(
                0,
                view.events(new LogView.Filter(null, "' OR 1 = 1 --", null, null, null, null, 100))
                        .size());
    }

    @Test
    void aSchemaNewerThanTheProgramIsRefused() {
        new JdbcTemplate(database.dataSource()).update("""
                INSERT INTO "schema_version" ("installed_rank", "version", "description", "type", "script",
                  "checksum", "installed_by", "execution_time", "success")
                VALUES (999, '999', 'from the future', 'SQL', 'V999__from_the_future.sql', 1, 'SA', 1, TRUE)
                """);
        close();

        StoreException refused = assertThrows(StoreException.class, () -> Database.open(url, kind.user(), ""));

        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("newer") && message.contains("start that version"), message);
        // What was refused is untouched, and closed: taken back, it opens.
        repairAndOpen();
        assertEquals(0, inbox.size());
    }

    @Test
    void flywayIsAskedUnlessAllIsAppliedAndUnchanged() {
        assertTrue(isCurrent());
        String change = "UPDATE \"schema_version\" SET \"%s\" = %s WHERE \"installed_rank\" = "
                + "(SELECT MAX(\"installed_rank\") FROM \"schema_version\")";
        JdbcTemplate jdbc = new JdbcTemplate(database.dataSource());
        Integer checksum = jdbc.queryForObject(
                "SELECT \"checksum\" FROM \"schema_version\" ORDER BY \"installed_rank\" DESC LIMIT 1", Integer.class);
        jdbc.update(change.formatted("success", "FALSE"));
        assertFalse(isCurrent());
        jdbc.update(change.formatted("success", "TRUE"));
        jdbc.update(change.formatted("version", "'999'"));
        assertFalse(isCurrent());
        jdbc.update(change.formatted("version", "'" + newest() + "'"));
        assertTrue(isCurrent());
        jdbc.update(change.formatted("checksum", "1"));
        assertFalse(isCurrent());
        jdbc.update(change.formatted("checksum", checksum));
        assertTrue(isCurrent());
        jdbc.update("DELETE FROM \"schema_version\"");
        assertFalse(isCurrent());
    }

    private boolean isCurrent() {
        try (Connection connection = database.dataSource().getConnection()) {
            return new Migrations(dialect()).areApplied(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Database.Dialect dialect() {
        return kind == TestDatabase.HSQLDB ? Database.Dialect.HSQLDB : Database.Dialect.POSTGRESQL;
    }

    private String newest() {
        return new Migrations(dialect())
                .names().stream()
                        .map(name -> name.substring(1, name.indexOf("__")))
                        .max(Comparator.comparing(Integer::valueOf))
                        .orElseThrow();
    }

    private void repairAndOpen() {
        String options = kind == TestDatabase.HSQLDB ? ";shutdown=true" : "";
        JdbcTemplate raw = new JdbcTemplate(
                new org.springframework.jdbc.datasource.DriverManagerDataSource(url + options, kind.user(), ""));
        raw.update("DELETE FROM \"schema_version\" WHERE \"installed_rank\" = 999");
        openAgain();
    }

    @Test
    void aDatabaseThatIsGoneIsAStoreException() throws Exception {
        ((AutoCloseable) database.dataSource()).close();

        assertFalse(database.isReachable());
        assertThrows(StoreException.class, () -> inbox.claimLive(1));
        assertThrows(StoreException.class, () -> view.counts());
    }
}
