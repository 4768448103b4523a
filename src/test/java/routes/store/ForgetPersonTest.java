package routes.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deleting what is stored about one person, on both databases: all of theirs, nothing of others'. */
class ForgetPersonTest {

    private static final String ASKS = "contact-asks";
    private static final String STAYS = "contact-stays";
    /** A stand-in for what the application knows of notifications: here the body is the name of who acts. */
    private static final DeliveryLog.Telling ACTING = (body, names) -> names.contains(body);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    /** A database to be opened, and what has to end after it. */
    private record Place(String url, String user, Closeable server) implements Closeable {

        Database open() {
            return Database.open(url, user, "");
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private Place place(String kind) throws IOException {
        if (kind.equals("HSQLDB")) {
            return new Place("jdbc:hsqldb:file:" + folder.resolve("database"), "SA", () -> {});
        }
        EmbeddedPostgres server = EmbeddedPostgres.start();
        return new Place(server.getJdbcUrl("postgres", "postgres"), "postgres", server);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HSQLDB", "PostgreSQL"})
    void allOfOnePersonGoesAndNothingElse(String kind) throws IOException {
        try (Place place = place(kind);
                Database database = place.open();
                Inbox inbox = new Inbox(database, Clock.systemUTC());
                DeliveryLog log = new DeliveryLog(database, Clock.systemUTC())) {
            LogView view = new LogView(database);
            record(inbox, log, event("asks:1", ASKS, "Asks@Example.org", State.PENDING));
            record(inbox, log, event("asks:2", ASKS, null, State.WAITING));
            record(inbox, log, event("asks:3", null, "asks@example.org", State.PARKED));
            record(inbox, log, event("stays:1", STAYS, "stays@example.org", State.PENDING));
            repeat(inbox, log, event("asks:1", ASKS, "asks@example.org", State.PENDING));
            repeat(inbox, log, event("stays:1", STAYS, "stays@example.org", State.PENDING));
            Delivery attempted = log.claim(true, 10).stream()
                    .filter(each -> each.uniqueId().equals("asks:1"))
                    .findFirst()
                    .orElseThrow();
            log.settle(List.of(new Settlement(attempted, State.PENDING, Instant.now(), 503, "busy", null)))
                    .join();
            inbox.store("conversation.read", "n1", ASKS.getBytes(UTF_8)).join();
            inbox.store("conversation.read", "n2", "asks@example.org".getBytes(UTF_8))
                    .join();
            inbox.store("conversation.read", "n3", STAYS.getBytes(UTF_8)).join();
            // Names the person without being theirs.
            inbox.store("conversation.read", "n4", ("written by " + ASKS).getBytes(UTF_8))
                    .join();

            assertEquals(6, log.forget("ASKS@example.org", ACTING), "three events, a duplicate, two inbox entries");

            assertNull(view.event("asks:1"));
            assertNull(view.event("asks:2"), "found by the contact of the other events");
            assertNull(view.event("asks:3"));
            assertNotNull(view.event("stays:1"));
            assertEquals(List.of("stays:1"), ids(view, "duplicate"));
            assertEquals(2, inbox.size());
            assertEquals(0, rows(database, "attempt"));
            assertEquals(3, rows(database, "notification"), "one event's, two inbox entries'");
            if (kind.equals("HSQLDB")) {
                assertEquals(4, rows(database, "content"), "those of the notifications, and the event's request");
            } else {
                assertEquals(1, rows(database, "request"));
            }
            assertEquals(0, log.forget("asks@example.org", ACTING));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HSQLDB", "PostgreSQL"})
    void aContactIdIsEnough(String kind) throws IOException {
        try (Place place = place(kind);
                Database database = place.open();
                Inbox inbox = new Inbox(database, Clock.systemUTC());
                DeliveryLog log = new DeliveryLog(database, Clock.systemUTC())) {
            LogView view = new LogView(database);
            record(inbox, log, event("asks:1", ASKS, "asks@example.org", State.PENDING));
            record(inbox, log, event("stays:1", STAYS, "stays@example.org", State.PENDING));
            repeat(inbox, log, event("asks:1", ASKS, "asks@example.org", State.PENDING));

            assertEquals(2, log.forget(ASKS, ACTING));

            assertNull(view.event("asks:1"));
            assertNotNull(view.event("stays:1"));
            assertEquals(List.of(), ids(view, "duplicate"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HSQLDB", "PostgreSQL"})
    void anAnswerThatComesLateLeavesNothing(String kind) throws IOException {
        try (Place place = place(kind);
                Database database = place.open();
                Inbox inbox = new Inbox(database, Clock.systemUTC());
                DeliveryLog log = new DeliveryLog(database, Clock.systemUTC())) {
            record(inbox, log, event("asks:1", ASKS, "asks@example.org", State.PENDING));
            Delivery underWay = log.claim(true, 10).get(0);

            assertEquals(1, log.forget("asks@example.org", ACTING));
            log.settle(List.of(new Settlement(underWay, State.PENDING, Instant.now(), 400, "no phone", "{}")))
                    .join();

            assertEquals(0, rows(database, "attempt"));
            assertEquals(0, rows(database, kind.equals("HSQLDB") ? "content" : "request"));
        }
    }

    private static RecordedEvent event(
            String uniqueId, @Nullable String contact, @Nullable String profile, State state) {
        return new RecordedEvent(
                uniqueId,
                "Read Conversation",
                contact,
                profile,
                Instant.now(),
                state,
                null,
                JsonNodeFactory.instance.objectNode());
    }

    private static void record(Inbox inbox, DeliveryLog log, RecordedEvent event) {
        HandOver handOver = new HandOver();
        InboxEntry entry = arrive(inbox);
        handOver.done(entry);
        handOver.event(entry, event);
        log.record(handOver);
    }

    private static void repeat(Inbox inbox, DeliveryLog log, RecordedEvent event) {
        HandOver handOver = new HandOver();
        InboxEntry entry = arrive(inbox);
        handOver.done(entry);
        handOver.duplicate(entry, event);
        log.record(handOver);
    }

    private static InboxEntry arrive(Inbox inbox) {
        inbox.store("conversation.read", "n", "somebody".getBytes(UTF_8)).join();
        return inbox.claimLive(1).get(0);
    }

    private static List<String> ids(LogView view, String state) {
        return view.events(new LogView.Filter(state, null, null, null, null, null, 10)).stream()
                .map(row -> String.valueOf(row.text("unique_id")))
                .toList();
    }

    private static long rows(Database database, String table) {
        Long count = database.jdbc().queryForObject("SELECT COUNT(*) FROM " + table, Long.class);
        return count == null ? 0 : count;
    }
}
