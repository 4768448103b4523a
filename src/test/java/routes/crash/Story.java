package routes.crash;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import routes.SteppedClock;
import routes.sandbox.ExpectedEvent;
import routes.sandbox.ExpectedLive;
import routes.sandbox.PayloadGeneration;
import routes.sandbox.SampleWorkspace;
import routes.sandbox.StreamScenes;
import routes.sandbox.WebhookSender;
import routes.sandbox.Workspace;

/**
 * What happens in the workspace and what Intercom posts about it: the same in every process that tells it with the same
 * seed, so that the stand-in for Intercom and the sender need not speak to each other. It is told to its end before
 * anything is sent; contacts are known by what they are in the end.
 */
final class Story {

    /** Long enough before now that reconciliation, which looks at what has just changed, has nothing to do with it. */
    private static final Duration AGO = Duration.ofDays(5);

    private static final int CONTACTS = 300;

    private final Workspace workspace;
    private final List<ObjectNode> notifications = new ArrayList<>();

    /**
     * One notification with what must come of it.
     *
     * @param body as it is posted
     */
    record Told(byte[] body, List<ExpectedEvent> expected) {}

    /** @param toldAt the same instant for all who tell it */
    Story(int wanted, long seed, Instant toldAt) {
        SteppedClock clock = new SteppedClock(toldAt.minus(AGO));
        workspace = new SampleWorkspace("sandbox1", seed, CONTACTS, 0, 0, Duration.ofDays(60)).create(clock);
        StreamScenes scenes =
                new StreamScenes(workspace, List.of(PayloadGeneration.values()), clock, new SplittableRandom(seed + 1));
        while (notifications.size() < wanted) {
            notifications.addAll(scenes.play());
            clock.pass(Duration.ofSeconds(1));
        }
        notifications.subList(wanted, notifications.size()).clear();
    }

    Workspace workspace() {
        return workspace;
    }

    /** @return all that is posted, in the order in which it happened */
    List<Told> told() {
        ExpectedLive expected = new ExpectedLive(workspace);
        return notifications.stream()
                .map(each -> new Told(WebhookSender.bytes(each), expected.of(each)))
                .toList();
    }

    /** Whom Intercom's API never answers for. */
    String silentContact() {
        return contact("email", "phone", 0).path("id").asText();
    }

    /** Whom Klaviyo refuses whatever is said about them; known by e-mail and phone. */
    JsonNode refusedContact() {
        return contact("email", "phone", 1);
    }

    private JsonNode contact(String first, String second, int which) {
        return workspace.contactIds().stream()
                .map(workspace::contact)
                .filter(contact -> contact != null
                        && contact.path(first).asText().endsWith("@klaviyo-demo.com")
                        && contact.path(second).asText().startsWith("+44"))
                .skip(which)
                .findFirst()
                .orElseThrow();
    }
}
