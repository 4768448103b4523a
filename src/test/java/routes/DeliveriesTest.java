package routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.Deliveries.Shipment;
import routes.klaviyo.BulkRequest;
import routes.klaviyo.Pace;
import routes.store.Database;
import routes.store.DeliveryLog;
import routes.store.HandOver;
import routes.store.Inbox;
import routes.store.InboxEntry;
import routes.store.RecordedEvent;
import routes.store.State;

/** What goes out one by one and what in bulk; unless a test says otherwise, single requests of this minute are used up. */
class DeliveriesTest {

    private final SteppedClock clock = new SteppedClock();
    private int told;
    private Database database;
    private Inbox inbox;
    private DeliveryLog log;
    private Deliveries deliveries;

    @BeforeEach
    void open(@TempDir Path folder) {
        database = Database.open("jdbc:hsqldb:file:" + folder.resolve("store"), "SA", "");
        inbox = new Inbox(database, clock);
        log = new DeliveryLog(database, clock);
        Pace singles = new Pace("events", 1, 1, clock, null);
        assertEquals(1, singles.take(1));
        deliveries = deliveries(singles, 150);
    }

    private Deliveries deliveries(Pace singles, int bulksPerMinute) {
        Pace bulks = new Pace("event-bulk-create-jobs", 10, bulksPerMinute, clock, null);
        return new Deliveries(log, singles, bulks, new Standing(clock), new SimpleMeterRegistry(), clock);
    }

    @AfterEach
    void close() {
        inbox.close();
        log.close();
        database.close();
    }

    private void record(int events) {
        inbox.store("conversation.read", "notif_" + told, "{}".getBytes(UTF_8)).join();
        InboxEntry entry = inbox.claimLive(1).get(0);
        HandOver handOver = new HandOver();
        handOver.done(entry);
        IntStream.range(0, events).forEach(each -> handOver.event(entry, event()));
        log.record(handOver);
    }

    private RecordedEvent event() {
        return new RecordedEvent(
                "event-" + told++,
                "Read Conversation",
                "contact-1",
                "robin@klaviyo-demo.com",
                clock.instant(),
                State.PENDING,
                null,
                JsonNodeFactory.instance.objectNode());
    }

    private int sent() {
        Shipment shipment = deliveries.next();
        assertTrue(shipment.bulk() || shipment.isEmpty());
        return shipment.deliveries().size();
    }

    private int sentOneByOne() {
        Shipment shipment = deliveries.next();
        assertFalse(shipment.bulk());
        return shipment.deliveries().size();
    }

    @Test
    void aRequestThatIsNotFullLeavesTheNextTimeToFill() {
        record(300);
        assertEquals(300, sent());

        record(300);
        clock.pass(Duration.ofMillis(499));
        assertEquals(0, sent());
        clock.pass(Duration.ofMillis(1));
        assertEquals(300, sent());
    }

    @Test
    void aFullRequestWaitsForNothing() {
        record(300);
        assertEquals(300, sent());

        record(BulkRequest.MAX_EVENTS + 200);
        assertEquals(BulkRequest.MAX_EVENTS, sent());
        assertEquals(0, sent());
        clock.pass(Duration.ofMillis(500));
        assertEquals(200, sent());
    }

    @Test
    void whatComesBetweenRequestsInBulkDoesNotGoOneByOne() {
        deliveries = deliveries(new Pace("events", 100, 100, clock, null), 150);
        record(300);
        assertEquals(300, sent());

        record(50);
        assertEquals(0, sent());
        clock.pass(Duration.ofMillis(500));
        assertEquals(50, sentOneByOne());
    }

    @Test
    void whereNoRequestInBulkIsLeftEventsGoOneByOne() {
        deliveries = deliveries(new Pace("events", 100, 100, clock, null), 1);
        record(300);
        assertEquals(300, sent());

        record(50);
        assertEquals(50, sentOneByOne());
    }
}
