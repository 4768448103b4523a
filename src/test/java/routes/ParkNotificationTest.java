package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
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

    /** It was on its way into a route when that was taken away: Camel says so of the step that it came to. */
    @Test
    void whatMeetsARouteBeingReplacedWaits(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("routes.yaml");
        String bundled = RoutesFile.bundled();
        String way = "uri: direct:created-conversation\n      steps:\n";
        Files.writeString(file, bundled.replace(way, way + """
                                        - throwException:
                                            exceptionType: java.lang.IllegalStateException
                                            message: "SendProcessor has not been started: direct://record-event"
                                """));
        try (RunningApplication edited =
                RunningApplication.with(folder).routes(file).start()) {
            Scenes scenes = edited.scenes();
            String id = edited.sendOne(
                    scenes.tell().conversationCreated(scenes.conversation(scenes.user("robin@klaviyo-demo.com"))));
            Eventually.holds(
                    "it was tried and waits",
                    () -> edited.status().path("inbox").asInt() == 1);

            Files.writeString(file, bundled);

            edited.awaitState("delivered", id);
            edited.awaitRest();
        }
    }
}
