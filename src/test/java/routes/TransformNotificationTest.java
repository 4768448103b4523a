package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.sandbox.Fault;
import routes.sandbox.Scenes;

/** Who an event belongs to: asked of Intercom, waited for while Intercom does not tell, and sent once it is known. */
@ExtendWith(ApplicationExtension.class)
class TransformNotificationTest {

    private final RunningApplication program;
    private final Scenes scenes;

    TransformNotificationTest(RunningApplication program) {
        this.program = program;
        scenes = program.scenes();
    }

    private String profileOf(String uniqueId) {
        return program.recorded(uniqueId).get(0).profileKey();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "contact.lead.added_email",
                "contact.email.updated",
                "contact.user.created",
                "contact.user.updated",
                "contact.lead.signed_up"
            })
    void whatWaitsForAnIdentityGoesWhenATopicTellsIt(String topic) {
        String email = topic.replace('.', '-') + "@klaviyo-demo.com";
        String contact = scenes.stranger();
        String first = program.sendOne(scenes.tell().conversationCreated(scenes.conversation(contact)));
        String second = program.sendOne(scenes.tell().ticketStateUpdated(scenes.ticket(contact)));
        program.awaitState("waiting", first);
        program.awaitState("waiting", second);
        assertEquals(0, program.klaviyo().requests());

        scenes.changeContact(contact, lead -> lead.put("email", email));
        program.send(scenes.tell().contact(topic, contact));

        program.awaitState("delivered", first);
        program.awaitState("delivered", second);
        assertEquals(email, profileOf(first));
        assertEquals(email, profileOf(second));
        assertEquals(2, program.klaviyo().endpoints().get("POST /api/events"));
    }

    @Test
    void whatWaitsGoesWhenTheLeadIsMergedIntoAUser() {
        String lead = scenes.stranger();
        String waiting = program.sendOne(scenes.tell().conversationCreated(scenes.conversation(lead)));
        program.awaitState("waiting", waiting);
        String user = scenes.user("survivor@klaviyo-demo.com");
        program.workspace().mergeContact(lead, user);
        ObjectNode merged = scenes.tell().contact("contact.merged", user);
        ((ObjectNode) merged.at("/data/item"))
                .putObject("merged_from")
                .put("type", "contact")
                .put("id", lead);

        program.send(merged);

        program.awaitState("delivered", waiting);
        assertEquals("survivor@klaviyo-demo.com", profileOf(waiting));
    }

    @Test
    void whatWaitsGoesWhenALaterEventShowsTheIdentity() {
        String contact = scenes.stranger();
        String waiting = program.sendOne(scenes.tell().conversationCreated(scenes.conversation(contact)));
        program.awaitState("waiting", waiting);
        ObjectNode later = scenes.tell().conversationCreated(scenes.conversation(contact));
        scenes.changeContact(contact, lead -> lead.put("email", "later@klaviyo-demo.com"));
        // The notification of an update makes the program read the contact anew; this one is about somebody else.
        program.send(scenes.tell().contact("contact.user.updated", scenes.user("other@klaviyo-demo.com")));
        assertEquals("waiting", program.event(waiting).path("state").asText());

        program.send(scenes.tell().contact("contact.user.updated", contact));
        String after = program.sendOne(later);

        program.awaitState("delivered", after);
        program.awaitState("delivered", waiting);
    }

    @Test
    void aContactWithNothingButAPhoneIsIdentifiedByIt() {
        String contact = scenes.contact(lead -> lead.put("phone", "+1 212-555-0142"));

        String event = program.sendOne(scenes.tell().conversationCreated(scenes.conversation(contact)));

        program.awaitState("delivered", event);
        assertEquals("+12125550142", profileOf(event));
    }

    @Test
    void aNumberThatIsNotValidIsLeftOutAndTheEventGoes() {
        String contact = scenes.contact(lead ->
                lead.put("phone", "12").put("email", "short@klaviyo-demo.com").put("role", "user"));

        String event = program.sendOne(scenes.tell().conversationCreated(scenes.conversation(contact)));

        program.awaitState("delivered", event);
        assertFalse(program.recorded(event).get(0).attributes().toString().contains("phone_number"));
    }

    @Test
    void theProfileIsTheContactsOwn() {
        String contact = scenes.contact(lead -> {
            lead.put("role", "user")
                    .put("email", "ada.lovelace@klaviyo-demo.com")
                    .put("phone", "+44 20 7946 0123")
                    .put("name", "Ada King Lovelace")
                    .put("has_hard_bounced", true);
            ((ObjectNode) lead.path("custom_attributes"))
                    .put("plan", "Gardener")
                    .putNull("former_plan");
            ((ObjectNode) lead.path("location")).put("city", "London").put("country", "United Kingdom");
        });

        String event = program.sendOne(scenes.tell().conversationCreated(scenes.conversation(contact)));

        program.awaitState("delivered", event);
        JsonNode profile = program.recorded(event).get(0).attributes().at("/profile/data/attributes");
        assertEquals("ada.lovelace@klaviyo-demo.com", profile.path("email").asText());
        assertEquals("+442079460123", profile.path("phone_number").asText());
        assertEquals("Ada King", profile.path("first_name").asText());
        assertEquals("Lovelace", profile.path("last_name").asText());
        assertEquals("London", profile.at("/location/city").asText());
        assertFalse(profile.path("location").has("region"));
        assertFalse(profile.has("external_id"));
        JsonNode properties = profile.path("properties");
        assertEquals(contact, properties.path("Intercom contact ID").asText());
        assertEquals("user", properties.path("Contact role").asText());
        assertTrue(properties.path("Intercom_has_hard_bounced").asBoolean());
        assertEquals(
                "{\"plan\":\"Gardener\"}",
                properties.path("Intercom_custom_attributes").toString());
    }

    @Test
    void aMergedContactLeadsToItsSurvivor() {
        String lead = scenes.stranger();
        ObjectNode notification = scenes.tell().conversationCreated(scenes.conversation(lead));
        String middle = scenes.stranger();
        program.workspace().mergeContact(lead, middle);
        program.workspace().mergeContact(middle, scenes.user("whole@klaviyo-demo.com"));

        assertEquals(200, program.sender().sendAndWait(notification));

        Eventually.holds("it is at Klaviyo", () -> program.klaviyo().accepted() == 1);
        assertEquals("whole@klaviyo-demo.com", program.klaviyo().events().get(0).profileKey());
    }

    @Test
    void aContactThatIsUnknownIsWhoTheNotificationSaysItIs() {
        String contact = scenes.user("gone@klaviyo-demo.com");
        ObjectNode notification = scenes.tell().conversationCreated(scenes.conversation(contact));
        ((ObjectNode) notification.at("/data/item/source/author")).put("email", "author@klaviyo-demo.com");
        program.workspace().deleteContact(contact);

        String event = program.sendOne(notification);

        program.awaitState("delivered", event);
        assertEquals("author@klaviyo-demo.com", profileOf(event));
    }

    @Test
    void aContactThatIsUnknownAndUnnamedWaits() {
        String contact = scenes.user("unnamed@klaviyo-demo.com");
        ObjectNode notification = scenes.tell().conversationCreated(scenes.conversation(contact));
        program.workspace().deleteContact(contact);

        program.awaitState("waiting", program.sendOne(notification));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.status(500),
                Fault.status(503),
                Fault.status(429),
                Fault.RESET,
                Fault.EMPTY_200,
                Fault.timeoutAfterTaking(Duration.ofSeconds(3)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aNotificationWaitsWhileIntercomDoesNotTell(Fault fault) {
        String contact = scenes.user("patient@klaviyo-demo.com");
        ObjectNode notification = scenes.tell().conversationCreated(scenes.conversation(contact));
        AtomicInteger left = new AtomicInteger(2);
        program.intercom()
                .faults((method, path, body) ->
                        path.equals("/contacts/" + contact) && left.getAndDecrement() > 0 ? fault : null);

        String event = program.sendOne(notification);

        program.awaitState("delivered", event);
        assertEquals("patient@klaviyo-demo.com", profileOf(event));
        assertTrue(left.get() < 1, "it met the fault");
        assertEquals(1, program.klaviyo().accepted());
        assertEquals(0, program.klaviyo().repeats());
    }

    @ParameterizedTest
    @MethodSource("faultsOfOneContact")
    void othersAreNotDelayedByAContactThatCannotBeRead(Fault fault) {
        String stuck = scenes.user("stuck@klaviyo-demo.com");
        ObjectNode held = scenes.tell().conversationCreated(scenes.conversation(stuck));
        program.intercom().faults((method, path, body) -> path.equals("/contacts/" + stuck) ? fault : null);
        String waits = program.sendOne(held);

        for (int i = 0; i < 20; i++) {
            String contact = scenes.user("other-" + i + "@klaviyo-demo.com");
            String event = program.sendOne(scenes.tell().conversationCreated(scenes.conversation(contact)));
            program.awaitState("delivered", event);
        }
        assertEquals(List.of(), program.recorded(waits));
        assertEquals(1, program.status().path("inbox").asInt());

        program.reset();
        program.awaitState("delivered", waits);
    }

    static List<Fault> faultsOfOneContact() {
        return List.of(Fault.status(500), Fault.timeoutAfterTaking(Duration.ofSeconds(3)));
    }

    @Test
    void aRefusedAccessTokenMakesNotificationsWait() {
        String contact = scenes.user("token@klaviyo-demo.com");
        ObjectNode notification = scenes.tell().conversationCreated(scenes.conversation(contact));
        program.intercom().faults((method, path, body) -> Fault.status(401));

        String event = program.sendOne(notification);

        Eventually.holds("Intercom was asked twice", () -> program.intercom().requests() > 1);
        assertEquals(1, program.status().path("inbox").asInt());
        program.reset();
        program.awaitState("delivered", event);
    }

    @Test
    void aContactThatIsDeletedIsForgotten() {
        String contact = scenes.stranger();
        String event = program.sendOne(scenes.tell().conversationCreated(scenes.conversation(contact)));
        program.awaitState("waiting", event);
        ObjectNode deleted =
                scenes.tell().contact("contact.user.updated", contact).put("topic", "contact.deleted");

        program.send(deleted);

        Eventually.holds(
                "it is forgotten",
                () -> program.get("/api/events/" + AdminClient.encode(event)).status() == 404);
    }
}
