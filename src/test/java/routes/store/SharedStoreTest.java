package routes.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import routes.Eventually;

/** What instances that share a PostgreSQL do to each other. */
class SharedStoreTest {

    private final Clock clock = Clock.systemUTC();
    private String url;
    private DataSource observer;
    private Instance one;
    private Instance other;

    /** The store as one process has it. */
    private final class Instance implements AutoCloseable {
        private final Database database = Database.open(url, TestDatabase.POSTGRESQL.user(), "");
        private final Inbox inbox = new Inbox(database, clock);
        private final DeliveryLog log = new DeliveryLog(database, clock);
        private final History history = new History(database, clock);
        private final CaseStore cases = new CaseStore(database, clock);

        void stored(String id) {
            inbox.store("conversation.read", id, "{}".getBytes(UTF_8)).join();
        }

        List<String> claimed() {
            return inbox.claimLive(10).stream()
                    .map(InboxEntry::notificationId)
                    .sorted()
                    .toList();
        }

        void recorded(String uniqueId) {
            stored(uniqueId);
            log.record(telling(inbox.claimLive(1).get(0), uniqueId));
        }

        void opened(String contact) {
            HandOver handOver = new HandOver();
            handOver.openCase(new OpenCase(OpenCase.Kind.CONVERSATION, contact, contact, true, 10, false));
            write(this, handOver);
        }

        List<String> contacts() {
            return cases.claim(10).stream().map(CaseStore.Due::contactId).toList();
        }

        void beat() {
            database.claims().beat();
        }

        /** So much time passes without a word of this one. */
        void keepSilent(int seconds) {
            new JdbcTemplate(observer)
                    .update(
                            "UPDATE instance SET beat_at = beat_at - make_interval(secs => ?) WHERE id = ?",
                            seconds,
                            Long.valueOf(database.claims().owner()));
        }

        /** As kill -9 does: connections end, nobody is told. */
        void die() throws Exception {
            ((AutoCloseable) database.dataSource()).close();
            keepSilent(6);
        }

        @Override
        public void close() {
            inbox.close();
            log.close();
            database.close();
        }
    }

    private static HandOver telling(InboxEntry entry, String uniqueId) {
        HandOver handOver = new HandOver();
        handOver.done(entry);
        handOver.event(
                entry,
                new RecordedEvent(
                        uniqueId,
                        "Read Conversation",
                        "contact-1",
                        "robin@klaviyo-demo.com",
                        Instant.parse("2026-11-22T09:00:00Z"),
                        State.PENDING,
                        null,
                        JsonNodeFactory.instance
                                .objectNode()
                                .set("properties", JsonNodeFactory.instance.objectNode())));
        return handOver;
    }

    @BeforeEach
    void open(@TempDir Path folder) {
        url = TestDatabase.POSTGRESQL.url(folder);
        observer = new DriverManagerDataSource(url, TestDatabase.POSTGRESQL.user(), "");
        one = new Instance();
        other = new Instance();
        // Each says that it lives from the first claim on.
        one.beat();
        other.beat();
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    @Test
    void contactsOfOpenCasesAreHisWhoIsAtThemWhileHeLives() throws Exception {
        one.opened("ann");
        assertEquals(List.of("ann"), one.contacts());
        assertEquals(List.of(), other.contacts());

        one.die();
        other.beat();

        assertEquals(List.of("ann"), other.contacts());
    }

    @Test
    void whoWaitsForAContactKeepsNoneOfThoseAfterIt() throws Exception {
        one.opened("ann");
        one.opened("bob");
        HandOver handOver = new HandOver();
        handOver.openCase(new OpenCase(OpenCase.Kind.TICKET, "2", "bob", true, 20, false));
        handOver.recheck("ann");
        try (Connection elsewhere = observer.getConnection();
                Statement ann = elsewhere.createStatement()) {
            elsewhere.setAutoCommit(false);
            ann.execute("UPDATE due_contact SET attempts = 7 WHERE contact_id = 'ann'");
            CompletableFuture<Void> written = CompletableFuture.runAsync(() -> write(one, handOver));
            JdbcTemplate jdbc = new JdbcTemplate(observer);
            Eventually.holds(
                    "it waits", () -> !jdbc.queryForList("SELECT pid FROM pg_locks WHERE NOT granted", Integer.class)
                            .isEmpty());

            // Refused at once if somebody has it.
            ann.execute("SELECT 1 FROM due_contact WHERE contact_id = 'bob' FOR UPDATE NOWAIT");
            elsewhere.commit();
            written.get(60, TimeUnit.SECONDS);
        }
        assertEquals(List.of("ann", "bob"), other.contacts());
    }

    @Test
    void ofTwoThatWaitForEachOtherOneIsOvertaken() {
        one.opened("ann");
        one.opened("bob");
        CyclicBarrier both = new CyclicBarrier(2);

        CompletableFuture<Void> there = CompletableFuture.runAsync(() -> touch(one, both, "ann", "bob"));
        CompletableFuture<Void> back = CompletableFuture.runAsync(() -> touch(other, both, "bob", "ann"));

        List<Throwable> failures = Stream.of(there, back)
                .map(each -> each.handle((nothing, failure) -> failure).join())
                .filter(Objects::nonNull)
                .toList();
        assertEquals(1, failures.size());
        assertInstanceOf(OvertakenException.class, failures.get(0).getCause());
    }

    private void write(Instance instance, HandOver handOver) {
        instance.database.transaction(() -> {
            CaseStore.write(instance.database, handOver, clock.millis());
            return handOver;
        });
    }

    private static void touch(Instance instance, CyclicBarrier both, String first, String second) {
        instance.database.transaction(() -> {
            JdbcTemplate jdbc = instance.database.jdbc();
            jdbc.update("UPDATE due_contact SET attempts = 1 WHERE contact_id = ?", first);
            try {
                both.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                throw new IllegalStateException("the other one did not come", e);
            }
            return jdbc.update("UPDATE due_contact SET attempts = 1 WHERE contact_id = ?", second);
        });
    }

    @Test
    void whatOneIsAtTheOtherDoesNotGet() {
        one.recorded("b");
        one.stored("a");

        assertEquals(List.of("a"), one.claimed());
        assertEquals(1, one.log.claim(true, 10).size());

        assertEquals(List.of(), other.claimed());
        assertEquals(List.of(), other.log.claim(true, 10));
        assertEquals(0, other.log.due(true, 10));
    }

    @Test
    void whatADeadOneWasAtTheOtherGets() throws Exception {
        ImportRun run = imported(one);
        assertTrue(one.history.lease(run));
        assertFalse(other.history.lease(run));
        one.recorded("b");
        one.stored("a");
        assertEquals(List.of("a"), one.claimed());
        assertEquals(1, one.log.claim(true, 10).size());

        one.die();
        other.beat();

        assertEquals(List.of("a"), other.claimed());
        assertEquals(1, other.log.claim(true, 10).size());
        assertTrue(other.history.lease(run));
    }

    @Test
    void whoeverBeatsKeepsWhatItIsAtHoweverLongItTakes() {
        one.recorded("b");
        one.stored("a");
        assertEquals(List.of("a"), one.claimed());
        assertEquals(1, one.log.claim(true, 10).size());

        for (int beat = 0; beat < 20; beat++) {
            one.keepSilent(4);
            other.beat();
            one.beat();
        }

        assertEquals(List.of(), other.claimed());
        assertEquals(List.of(), other.log.claim(true, 10));
    }

    @Test
    void oneThatWasTakenForDeadHarmsNothingAndGoesOn() {
        one.stored("a");
        InboxEntry entry = one.inbox.claimLive(10).get(0);
        takenForDead(one, other);
        InboxEntry same = other.inbox.claimLive(10).get(0);
        other.log.record(telling(same, "fact"));

        assertThrows(OvertakenException.class, () -> one.log.record(telling(entry, "fact")));

        one.stored("b");
        one.beat();
        assertEquals(List.of("b"), one.claimed());
        one.beat();
        other.beat();
        assertEquals(List.of(), other.claimed());
    }

    /** Its own beat may come in between. */
    private void takenForDead(Instance living, Instance judge) {
        JdbcTemplate jdbc = new JdbcTemplate(observer);
        long id = Long.parseLong(living.database.claims().owner());
        do {
            living.keepSilent(6);
            judge.beat();
        } while (!jdbc.queryForList("SELECT id FROM instance WHERE id = ?", Long.class, id)
                .isEmpty());
    }

    @Test
    void oneThatStopsHandsOverAtOnce() {
        ImportRun run = imported(one);
        assertTrue(one.history.lease(run));
        one.recorded("b");
        one.stored("a");
        assertEquals(List.of("a"), one.claimed());
        assertEquals(1, one.log.claim(true, 10).size());

        one.close();

        assertEquals(List.of("a"), other.claimed());
        assertEquals(1, other.log.claim(true, 10).size());
        assertTrue(other.history.lease(run));
        one = new Instance();
    }

    private ImportRun imported(Instance instance) {
        assertTrue(instance.history.begin(new ImportRun(
                0,
                ImportRun.Status.RUNNING,
                Instant.EPOCH,
                clock.instant(),
                new LinkedHashSet<>(Set.of("Created Ticket")),
                "tickets",
                Instant.EPOCH,
                Duration.ofDays(30),
                150,
                -1,
                0,
                0,
                0,
                0,
                0,
                clock.instant(),
                null,
                null)));
        return java.util.Objects.requireNonNull(instance.history.current());
    }

    @Test
    void twoThatTellOneFactAtOnceRecordItOnce() {
        one.stored("a");
        InboxEntry first = one.inbox.claimLive(1).get(0);
        one.stored("b");
        InboxEntry second = other.inbox.claimLive(1).get(0);

        one.log.record(telling(first, "fact"));

        assertThrows(OvertakenException.class, () -> other.log.record(telling(second, "fact")));
        assertEquals(List.of("b"), other.claimed(), "what was rolled back comes again at once");
    }

    @Test
    void anOutcomeThatCouldNotBeWrittenLeavesTheEventDue() {
        one.recorded("a");
        Delivery delivery = one.log.claim(true, 10).get(0);
        JdbcTemplate jdbc = new JdbcTemplate(one.database.dataSource());
        jdbc.execute("ALTER TABLE tally RENAME TO elsewhere");
        CompletableFuture<Void> settled =
                one.log.settle(List.of(new Settlement(delivery, State.DELIVERED, null, 202, null, null)));
        assertThrows(CompletionException.class, settled::join);
        jdbc.execute("ALTER TABLE elsewhere RENAME TO tally");

        List<Delivery> again = one.log.claim(true, 10);

        assertEquals(List.of("a"), again.stream().map(Delivery::uniqueId).toList());
    }

    @Test
    void whatIsBeingSentIsNotReleasedWithWhatCouldNotBeWritten() {
        one.recorded("a");
        one.recorded("b");
        List<Delivery> both = one.log.claim(true, 10);
        JdbcTemplate jdbc = new JdbcTemplate(one.database.dataSource());
        jdbc.execute("ALTER TABLE tally RENAME TO elsewhere");
        CompletableFuture<Void> settled =
                one.log.settle(List.of(new Settlement(both.get(0), State.DELIVERED, null, 202, null, null)));
        assertThrows(CompletionException.class, settled::join);
        jdbc.execute("ALTER TABLE elsewhere RENAME TO tally");

        List<Delivery> again = one.log.claim(true, 10);

        assertEquals(
                List.of(both.get(0).uniqueId()),
                again.stream().map(Delivery::uniqueId).toList());
    }

    @Test
    void thePaceIsChangedByOneAtATime() {
        List<PaceTable> tables = List.of(new PaceTable(one.database), new PaceTable(other.database));
        List<CompletableFuture<Void>> changes = IntStream.range(0, 200)
                .mapToObj(i -> CompletableFuture.runAsync(() -> assertTrue(tables.get(i % 2)
                        .change("events", text -> Integer.toString(text.isEmpty() ? 1 : Integer.parseInt(text) + 1)))))
                .toList();
        changes.forEach(CompletableFuture::join);

        assertTrue(tables.get(0).change("events", text -> {
            assertEquals("200", text);
            return text;
        }));
    }

    @Test
    void thePaceCannotBeChangedWithoutTheDatabase() throws Exception {
        PaceTable table = new PaceTable(one.database);
        one.die();

        assertFalse(table.change("events", text -> "anything"));
    }

    @Test
    void aBodyIsLetGoWhenItsCommitEndsAlsoWhenThatTookTooLong() throws Exception {
        byte[] body = "{\"a\":1}".getBytes(UTF_8);
        try (Inbox impatient = new Inbox(one.database, clock, Duration.ofMillis(50), body.length + 1);
                Connection lock = observer.getConnection()) {
            lock.setAutoCommit(false);
            try (Statement statement = lock.createStatement()) {
                statement.execute("LOCK TABLE notification");
            }
            CompletableFuture<Void> late = impatient.store("conversation.read", "late", body);
            assertInstanceOf(
                    TimeoutException.class,
                    assertThrows(CompletionException.class, late::join).getCause());
            CompletableFuture<Void> refused = impatient.store("conversation.read", "refused", body);
            assertInstanceOf(
                    StoreException.class,
                    assertThrows(CompletionException.class, refused::join).getCause());
            lock.rollback();
            Eventually.holds("there is room again", () -> impatient
                    .store("conversation.read", "next", body)
                    .handle((done, failure) -> failure == null)
                    .join());
        }
    }
}
