package routes;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import routes.intercom.NotANotificationException;
import routes.intercom.Notification;

/** Whatever a notification holds, the routes come to an end with it: an event, filtered, parked, or no notification at all. */
class HostileNotificationTest {

    private static final Set<String> ENDS = Set.of("pending", "waiting", "filtered", "parked", "released", "forgotten");
    /** Parked is well; parked because our own code stumbled is not. */
    private static final Pattern STUMBLED =
            Pattern.compile("(?s).*(Cannot invoke|cannot be cast|out of bounds|Stack|null).*");

    /** For five megabytes, on a busy machine; most take a twentieth of it. */
    private static final Duration SOON = Duration.ofSeconds(10);

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    @SuppressWarnings("NullAway.Init")
    private static DryRun routes;

    @BeforeContainer
    static void open() {
        routes = DryRun.open(null, (JsonNode) null, "US");
    }

    @AfterContainer
    static void close() {
        routes.close();
    }

    @Provide
    Arbitrary<String> anyNotification() {
        return HostileJson.anyNotification();
    }

    @Property(tries = 3_000)
    void anyJsonComesToAnEnd(@ForAll("anyNotification") String notification) {
        assertComesToAnEnd(notification);
    }

    /** Each kind in each field of a third of the fixtures: they have most fields in common. */
    @Example
    void everyFieldOfEveryWrongKindComesToAnEnd() {
        List<ObjectNode> fixtures = HostileJson.fixtures();
        for (int i = 0; i < fixtures.size(); i++) {
            for (int kind = i % 3; kind < HostileJson.KINDS.size(); kind += 3) {
                HostileJson.spoilt(fixtures.get(i), HostileJson.KINDS.get(kind))
                        .forEach(HostileNotificationTest::assertComesToAnEnd);
            }
        }
    }

    @Example
    void fiveMegabytesComeToAnEndSoon() {
        HostileJson.giants().forEach((what, item) -> {
            for (String topic : new String[] {"conversation.user.created", "ticket.created"}) {
                long start = System.nanoTime();
                assertComesToAnEnd(HostileJson.notification(topic, item));
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                assertTrue(took.compareTo(SOON) < 0, () -> what + " took " + took);
            }
        });
    }

    private static void assertComesToAnEnd(String text) {
        Notification envelope = envelope(text);
        if (envelope == null) {
            return;
        }
        ObjectNode preview = routes.transform(envelope.topic(), envelope.id(), text);
        assertFalse(preview.path("events").isEmpty(), text);
        for (JsonNode event : preview.path("events")) {
            assertTrue(ENDS.contains(event.path("outcome").asText()), () -> event + " of " + text);
            boolean parked = event.path("outcome").asText().equals("parked");
            assertFalse(
                    parked && STUMBLED.matcher(event.path("reason").asText()).matches(), () -> event + " of " + text);
        }
        for (JsonNode request : preview.path("requests")) {
            assertTrue(isJson(request.toString()), text);
        }
    }

    private static @Nullable Notification envelope(String text) {
        try {
            return Notification.read(text.getBytes(StandardCharsets.UTF_8));
        } catch (NotANotificationException e) {
            // 400: nothing of it is stored.
            return null;
        }
    }

    private static boolean isJson(String text) {
        try {
            return JSON.readTree(text).isObject();
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}
