package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import routes.sandbox.Scenes;

/** A notification that cannot be mapped is parked with the reason, and nobody behind it waits. */
@ExtendWith(ApplicationExtension.class)
class ParkNotificationTest {

    private final RunningApplication program;

    ParkNotificationTest(RunningApplication program) {
        this.program = program;
    }

    private ObjectNode notification() {
        Scenes scenes = program.scenes();
        return scenes.tell().conversationCreated(scenes.conversation(scenes.user("robin@klaviyo-demo.com")));
    }

    @Test
    void whatFailsInATransformerIsParkedAndTheRestGoesOn() {
        ObjectNode broken = notification();
        ((ObjectNode) broken.at("/data/item")).remove("id");

        assertEquals(200, program.sender().sendAndWait(broken));
        String next = program.sendOne(notification());

        program.awaitState("delivered", next);
        program.awaitRest();
        JsonNode parked = program.get("/api/events?state=parked").body().path("events");
        assertEquals(1, parked.size(), parked::toPrettyString);
        assertEquals(
                "cannot be mapped: the notification names no conversation or ticket",
                parked.get(0).path("lastAnswer").asText());
    }
}
