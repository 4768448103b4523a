package routes.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.Eventually;

/** One batch is written while the next is read: somebody else's transaction on its entry holds the writing up. */
class RecorderTest {

    private final Clock clock = Clock.systemUTC();
    private Database database;
    private Inbox inbox;
    private DeliveryLog log;
    private Recorder recorder;

    @BeforeEach
    void open(@TempDir Path folder) {
        database = Database.open(TestDatabase.HSQLDB.url(folder), TestDatabase.HSQLDB.user(), "");
        inbox = new Inbox(database, clock);
        log = new DeliveryLog(database, clock);
        recorder = new Recorder("record-test", log, inbox);
    }

    @AfterEach
    void close() {
        recorder.close();
        inbox.close();
        log.close();
        database.close();
    }

    private InboxEntry claimed(String id) {
        inbox.store("conversation.read", id, "{}".getBytes(UTF_8)).join();
        // A row is what another transaction can hold.
        Objects.requireNonNull(database.arrivals()).moveToInbox();
        List<InboxEntry> claimed = inbox.claimLive(10);
        assertEquals(1, claimed.size());
        return claimed.get(0);
    }

    private static HandOver telling(InboxEntry entry, String uniqueId) {
        HandOver handOver = new HandOver();
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
        return handOver;
    }

    private Connection holding(InboxEntry entry) throws SQLException {
        Connection other = database.dataSource().getConnection();
        other.setAutoCommit(false);
        try (Statement statement = other.createStatement()) {
            assertEquals(1, statement.executeUpdate("DELETE FROM inbox WHERE id = " + entry.id()));
        }
        return other;
    }

    @Test
    void whatIsBeingWrittenIsNotClaimedAgainAndIsToldToTheNext() throws SQLException {
        InboxEntry first = claimed("one");
        try (Connection other = holding(first)) {
            recorder.record(telling(first, "a"));

            InboxEntry second = claimed("two");
            assertEquals("two", second.notificationId());
            assertEquals(Set.of("a"), recorder.told(), "the log does not know it yet");
            other.rollback();
            recorder.record(telling(second, "b"));
        }
        Eventually.holds("both are written", () -> inbox.size() == 0);
        assertTrue(log.contains("a"));
        assertTrue(log.contains("b"));
    }

    @Test
    void whatCouldNotBeWrittenIsClaimedAgainAndTheBatchAfterItToo() throws SQLException {
        InboxEntry first = claimed("one");
        InboxEntry second;
        try (Connection other = holding(first)) {
            recorder.record(telling(first, "a"));
            second = claimed("two");
            other.commit();
        }

        assertThrows(OvertakenException.class, () -> recorder.record(telling(second, "b")));

        assertEquals(Set.of(), recorder.told(), "nobody takes for known what is not in the log");
        assertEquals(
                List.of("two"),
                inbox.claimLive(10).stream().map(InboxEntry::notificationId).toList(),
                "the other has taken the first");
        recorder.record(telling(second, "b"));
        Eventually.holds("the second is written", () -> inbox.size() == 0);
        assertTrue(log.contains("b"));
    }

    @Test
    void manyUnansweredSendersAreARushInWhichNothingIsWrittenBeside() {
        AtomicInteger senders = new AtomicInteger();
        inbox.heed(senders::get);
        InboxEntry first = claimed("one");

        senders.set(16);
        recorder.record(telling(first, "a"));
        assertEquals(Set.of(), recorder.told(), "it is in the log, nobody need be told");
        assertTrue(log.contains("a"));
        InboxEntry second = claimed("two");

        senders.set(15);
        recorder.record(telling(second, "b"));
        assertEquals(Set.of("b"), recorder.told());
    }

    @Test
    void whatIsWrittenIsKnownHoweverItWasWritten() {
        UniqueIdsTest.awaitRead();
        AtomicInteger senders = new AtomicInteger(16);
        inbox.heed(senders::get);

        recorder.record(telling(claimed("one"), "in a rush"));
        senders.set(0);
        recorder.record(telling(claimed("two"), "beside"));
        Eventually.holds("it is written", () -> inbox.size() == 0);

        assertTrue(log.contains("in a rush"));
        assertTrue(log.contains("beside"));
        assertFalse(log.contains("never"));
    }

    @Test
    void closingWaitsForWhatIsUnderWay() {
        InboxEntry entry = claimed("one");

        recorder.record(telling(entry, "a"));
        recorder.close();

        assertTrue(log.contains("a"));
        assertEquals(0, inbox.size());
    }
}
