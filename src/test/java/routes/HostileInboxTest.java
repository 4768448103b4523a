package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import routes.sandbox.Scenes;
import routes.store.TestDatabase;

/**
 * Hostile notifications through the whole program: each is answered 200, 400 or 413; each that was answered 200 ends as
 * an event, filtered or parked; the inbox empties, and a good one behind them arrives.
 */
class HostileInboxTest {

    @SuppressWarnings("NullAway.Init")
    private static RunningApplication onHsqldb;

    @SuppressWarnings("NullAway.Init")
    private static RunningApplication onPostgresql;

    @BeforeContainer
    static void start() throws IOException {
        onHsqldb = start(TestDatabase.HSQLDB);
        onPostgresql = start(TestDatabase.POSTGRESQL);
    }

    private static RunningApplication start(TestDatabase database) throws IOException {
        return RunningApplication.with(Files.createTempDirectory(Path.of("target"), "hostile"))
                .database(database)
                .klaviyo(builder -> builder.withoutLimits())
                .intercom(builder -> builder.withoutLimit())
                .start();
    }

    @AfterContainer
    static void stop() {
        onHsqldb.close();
        onPostgresql.close();
    }

    @Provide
    Arbitrary<List<byte[]>> notifications() {
        Arbitrary<byte[]> text = Arbitraries.frequencyOf(
                        Tuple.of(6, HostileJson.spoiltFixture()),
                        Tuple.of(3, HostileJson.anyNotification()),
                        Tuple.of(1, HostileJson.value(3)))
                .map(each -> each.getBytes(StandardCharsets.UTF_8));
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
        return Arbitraries.frequencyOf(Tuple.of(20, text), Tuple.of(1, bytes))
                .list()
                .ofSize(150);
    }

    @Property(tries = 8, shrinking = ShrinkingMode.OFF)
    void allComeToAnEndOnHsqldb(@ForAll("notifications") List<byte[]> notifications) {
        assertAllComeToAnEnd(onHsqldb, notifications);
    }

    @Property(tries = 3, shrinking = ShrinkingMode.OFF)
    void allComeToAnEndOnPostgresql(@ForAll("notifications") List<byte[]> notifications) {
        assertAllComeToAnEnd(onPostgresql, notifications);
    }

    /** Two ids that only differ in halves of pairs are the same once they are encoded. */
    @Example
    void halvesOfPairsComeToAnEnd() {
        List<byte[]> notifications = new ArrayList<>();
        for (String half : List.of("\\ud800", "\\ud801", "\\udc00", "?", "\\u0000", "\\ufffd", "9".repeat(101))) {
            String item = "{\"id\":\"" + half
                    + "\",\"state\":\"open\",\"contacts\":{\"contacts\":[{\"type\":\"user\",\"id\":\"" + half
                    + "\",\"email\":\"a@klaviyo-demo.com\"}]}}";
            for (String topic : List.of(
                    "conversation.read",
                    "conversation.user.created",
                    "ticket.created",
                    "contact.user.updated",
                    "contact.merged",
                    "contact.deleted")) {
                notifications.add(HostileJson.notification(topic, item).getBytes(StandardCharsets.UTF_8));
            }
        }
        assertAllComeToAnEnd(onHsqldb, notifications);
        assertAllComeToAnEnd(onPostgresql, notifications);
    }

    @Example
    void fiveMegabytesComeToAnEnd() {
        for (String item : HostileJson.giants().values()) {
            assertAllComeToAnEnd(
                    onHsqldb,
                    List.of(HostileJson.notification("conversation.user.created", item)
                            .getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static void assertAllComeToAnEnd(RunningApplication program, List<byte[]> notifications) {
        long before = ended(program.status());
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (byte[] each : notifications) {
            answers.add(program.sender().send(HostileJson.withOwnIds(each)));
        }
        long stored = 0;
        for (CompletableFuture<Integer> answer : answers) {
            int status = answer.join();
            assertTrue(Set.of(200, 400, 413).contains(status), () -> "answered " + status);
            stored += status == 200 ? 1 : 0;
        }
        Scenes scenes = program.scenes();
        ObjectNode good = scenes.tell().conversationCreated(scenes.conversation(scenes.user("robin@klaviyo-demo.com")));
        String uniqueId = program.sendOne(good);

        program.awaitState("delivered", uniqueId);
        program.awaitRest();
        long ended = ended(program.status()) - before;
        assertTrue(ended > stored, stored + " were stored, and " + ended + " things came of them");
        assertEquals(1, program.recorded(uniqueId).size());
    }

    /** What notifications have become so far: events, known or new, filtered, parked as a whole. */
    private static long ended(JsonNode status) {
        long ended = status.path("parkedNotifications").asLong();
        for (JsonNode metric : status.path("metrics")) {
            ended += metric.path("received").asLong();
        }
        for (JsonNode filtered : status.path("filtered")) {
            ended += filtered.asLong();
        }
        return ended;
    }
}
