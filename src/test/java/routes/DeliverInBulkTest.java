package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.spi.RouteController;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import routes.sandbox.RecordedEvent;
import routes.sandbox.Scenes;
import routes.sandbox.WebhookSender;

/** A backlog that single requests could not carry goes in bulk; what one event in it does wrong harms no other. */
@ExtendWith(ApplicationExtension.class)
class DeliverInBulkTest {

    /** More than three times what Klaviyo takes singly in a second. */
    private static final int BACKLOG = 1_200;

    private final RunningApplication program;
    private final Scenes scenes;

    DeliverInBulkTest(RunningApplication program) {
        this.program = program;
        scenes = program.scenes();
    }

    private List<ObjectNode> conversations(int count) {
        List<String> contacts = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            contacts.add(scenes.user("backlog-" + i + "@klaviyo-demo.com"));
        }
        List<ObjectNode> notifications = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            notifications.add(scenes.tell().conversationCreated(scenes.conversation(contacts.get(i % 40))));
        }
        return notifications;
    }

    private static String uniqueId(ObjectNode notification) {
        return "intercom:" + notification.path("app_id").asText() + ":created-conversation:"
                + notification.at("/data/item/id").asText();
    }

    /** Lets them pile up in the delivery log, then lets them go. */
    private void deliverTogether(List<ObjectNode> notifications) throws Exception {
        RouteController routes = program.application().context().getRouteController();
        routes.stopRoute("deliver-events");
        WebhookSender sender = program.sender();
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (ObjectNode notification : notifications) {
            answers.add(sender.send(WebhookSender.bytes(notification)));
            if (answers.size() % 100 == 0) {
                answers.forEach(CompletableFuture::join);
            }
        }
        answers.forEach(answer -> assertEquals(200, answer.join()));
        Eventually.holds(
                "all are in the delivery log",
                () -> program.status().path("outbox").asInt() == notifications.size());
        routes.startRoute("deliver-events");
    }

    @Test
    void aBacklogGoesInBulkAndAllOfItOnce() throws Exception {
        List<ObjectNode> notifications = conversations(BACKLOG);

        deliverTogether(notifications);

        Eventually.holds("all are at Klaviyo", () -> program.klaviyo().accepted() == BACKLOG);
        program.awaitRest();
        Set<String> wanted = new HashSet<>();
        notifications.forEach(notification -> wanted.add(uniqueId(notification)));
        assertEquals(wanted, program.recordedIds());
        assertEquals(0, program.klaviyo().repeats());
        assertEquals(List.of(), program.klaviyo().refusals());
        assertTrue(program.klaviyo().events().stream().anyMatch(RecordedEvent::bulk), "some went in bulk");
        assertFalse(program.klaviyo().events().stream().anyMatch(RecordedEvent::backfill), "live events start flows");
    }

    @Test
    void oneEventThatKlaviyoRefusesIsParkedAndTheOthersGo() throws Exception {
        List<ObjectNode> notifications = conversations(BACKLOG);
        // Klaviyo takes no event from before 1990.
        ObjectNode poisoned = notifications.get(700);
        ((ObjectNode) poisoned.at("/data/item")).put("created_at", 100);

        deliverTogether(notifications);

        Eventually.holds("the others are at Klaviyo", () -> program.klaviyo().accepted() == BACKLOG - 1);
        program.awaitState("parked", uniqueId(poisoned));
        program.awaitRest();
        assertFalse(program.recordedIds().contains(uniqueId(poisoned)));
        assertEquals(0, program.klaviyo().repeats());
    }

    @Test
    void aPhoneThatKlaviyoRefusesIsDroppedFromItsOwnEventOnly() throws Exception {
        program.klaviyo().refusePhone(phone -> phone.equals("+12125550144"));
        List<ObjectNode> notifications = conversations(BACKLOG - 1);
        String contact = scenes.contact(lead -> lead.put("role", "user")
                .put("email", "bulk-phone@klaviyo-demo.com")
                .put("phone", "+12125550144"));
        notifications.add(600, scenes.tell().conversationCreated(scenes.conversation(contact)));

        deliverTogether(notifications);

        Eventually.holds("all are at Klaviyo", () -> program.klaviyo().accepted() == BACKLOG);
        assertEquals(0, program.klaviyo().repeats());
    }
}
