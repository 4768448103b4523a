package routes.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks on an embedded database: from the journal into the delivery log. */
class ArrivalsTest {

    private final Clock clock = Clock.systemUTC();
    private String url;
    private Database database;
    private Inbox inbox;
    private DeliveryLog log;

    @BeforeEach
    void open(@TempDir Path folder) {
        url = TestDatabase.HSQLDB.url(folder);
        open();
    }

    private void open() {
        database = Database.open(url, TestDatabase.HSQLDB.user(), "");
        inbox = new Inbox(database, clock);
        log = new DeliveryLog(database, clock);
    }

    @AfterEach
    void close() {
        inbox.close();
        log.close();
        database.close();
    }

    private void openAgain() {
        close();
        open();
    }

    private void store(String... ids) {
        for (String id : ids) {
            inbox.store("conversation.read", id, "{}".getBytes(UTF_8)).join();
        }
    }

    private List<String> claimed(int most) {
        return inbox.claimLive(most).stream().map(InboxEntry::notificationId).toList();
    }

    private static void tell(HandOver handOver, InboxEntry entry, String uniqueId) {
        handOver.done(entry);
        handOver.event(
                entry,
                new RecordedEvent(
                        uniqueId,
                        "Read Conversation",
                        "c",
                        "a@example.org",
                        Instant.now(),
                        State.PENDING,
                        null,
                        JsonNodeFactory.instance.objectNode()));
    }

    private long rows(String table) {
        return Objects.requireNonNull(database.jdbc().queryForObject("SELECT COUNT(*) FROM " + table, Long.class));
    }

    @Test
    void whatIsClaimedAndNotRecordedIsClaimedAgainBeforeWhatCameLater() {
        store("one", "two", "three");

        assertEquals(List.of("one", "two"), claimed(2));
        assertEquals(3, inbox.size());
        assertEquals(List.of("one", "two", "three"), claimed(10));
        openAgain();
        assertEquals(3, inbox.size());
        assertEquals(List.of("one", "two", "three"), claimed(10));
    }

    @Test
    void largeOnesThatCannotBeRecordedDoNotPileUp() {
        byte[] large = ("\"" + "x".repeat(1 << 20) + "\"").getBytes(UTF_8);
        for (int i = 0; i < 20; i++) {
            inbox.store("conversation.read", "n" + i, large).join();
        }

        List<String> first = claimed(250);

        assertTrue(first.size() < 10, () -> first.size() + " MB in memory");
        assertEquals(first, claimed(250));
        Set<Long> taken = new HashSet<>();
        for (List<InboxEntry> next = inbox.claimLive(250); !next.isEmpty(); next = inbox.claimLive(250)) {
            Set<Long> ids = next.stream().map(InboxEntry::id).collect(Collectors.toSet());
            // As while they are being recorded.
            inbox.withhold(ids);
            taken.addAll(ids);
        }
        assertTrue(taken.size() < 20, () -> taken.size() + " MB in memory");
        assertEquals(20, inbox.size());
    }

    @Test
    void whatIsRecordedIsGoneAndWhatTellsNothingLeavesNoRow() {
        store("event", "filtered", "left");
        List<InboxEntry> entries = inbox.claimLive(2);
        HandOver handOver = new HandOver();
        tell(handOver, entries.get(0), "a");
        handOver.done(entries.get(1));

        log.record(handOver);

        assertEquals(1, inbox.size());
        assertEquals(1, rows("notification"));
        assertEquals(List.of("left"), claimed(10));
        openAgain();
        assertEquals(List.of("left"), claimed(10));
        assertEquals(0, rows("inbox"));
    }

    @Test
    void whatHasToWaitBecomesARow() {
        store("waits", "next");
        HandOver handOver = new HandOver();
        handOver.defer(inbox.claimLive(1).get(0), clock.instant());

        log.record(handOver);

        assertEquals(2, inbox.size());
        InboxEntry again = inbox.claimLive(1).get(0);
        assertEquals("waits", again.notificationId());
        assertEquals(1, again.attempts());
        assertEquals("{}", new String(again.body(), UTF_8));
        openAgain();
        assertEquals(List.of("waits", "next"), claimed(10));
        assertEquals(2, inbox.size());
    }

    @Test
    void oneThatIsLeftOutIsNotLost() {
        store("left out", "recorded", "later");
        List<InboxEntry> entries = inbox.claimLive(2);
        HandOver handOver = new HandOver();
        tell(handOver, entries.get(1), "a");

        log.record(handOver);

        assertEquals(2, inbox.size());
        assertEquals(List.of("left out", "later"), claimed(10));
        openAgain();
        assertEquals("left out", claimed(1).get(0));
    }

    @Test
    void whatCannotBeWrittenIsStillThere() {
        store("one");
        InboxEntry entry = inbox.claimLive(1).get(0);
        HandOver handOver = new HandOver();
        tell(handOver, entry, "a");
        tell(handOver, entry, "a");

        assertThrows(StoreException.class, () -> log.record(handOver), "one unique_id twice");

        assertEquals(0, rows("event"));
        assertEquals(0, rows("notification"));
        assertEquals(List.of("one"), claimed(10));
        openAgain();
        assertEquals(List.of("one"), claimed(10));
    }

    @Test
    void oneThatIsForgottenWhileItIsWorkedOnIsNotRecorded() {
        store("theirs", "other");
        InboxEntry theirs = inbox.claimLive(1).get(0);
        HandOver handOver = new HandOver();
        tell(handOver, theirs, "a");

        log.forget("{}", (notification, names) -> true);

        assertThrows(OvertakenException.class, () -> log.record(handOver));
        assertEquals(0, inbox.size());
        assertEquals(0, rows("notification"));
        assertNull(new LogView(database).event("a"));
    }

    @Test
    void theOldestIsTheOneThatWaitsForTheLongest() {
        LogView view = new LogView(database);
        assertNull(view.oldestInInbox());
        store("one");
        Instant first = Objects.requireNonNull(view.oldestInInbox());
        InboxEntry claimed = inbox.claimLive(1).get(0);
        store("two");
        assertEquals(claimed.receivedAt(), first);
        assertEquals(first, view.oldestInInbox());
        HandOver handOver = new HandOver();
        handOver.done(claimed);
        log.record(handOver);
        assertEquals(inbox.claimLive(1).get(0).receivedAt(), view.oldestInInbox());
    }
}
