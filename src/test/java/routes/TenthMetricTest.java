package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.sandbox.RecordedEvent;
import routes.sandbox.Scenes;

/** README's example of a tenth metric, taken as it stands there: YAML alone makes it. */
class TenthMetricTest {

    private static final Pattern BLOCK = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    @Test
    void aTeammateClosedAConversation(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("routes.yaml");
        Files.writeString(file, RoutesFile.bundled());
        try (RunningApplication program = RunningApplication.in(folder, file)) {
            Scenes scenes = program.scenes();
            String conversation = scenes.conversation(scenes.user("ada.closed@klaviyo-demo.com"));
            assertEquals(200, program.sender().sendAndWait(closed(scenes, conversation)));
            Eventually.holds(
                    "before the edit it is filtered",
                    () -> program.status()
                                    .at("/filtered/conversation.admin.closed")
                                    .asInt()
                            == 1);

            Files.writeString(file, withExample());
            Eventually.holds("the edit is taken", () -> {
                JsonNode routes = program.status().path("routes");
                assertTrue(routes.path("error").isNull(), routes::toString);
                return program.get("/api/routes").body().toString().contains("closed-conversation");
            });
            ObjectNode closed = closed(scenes, conversation);
            assertEquals(200, program.sender().sendAndWait(closed));

            String uniqueId = "intercom:" + closed.path("app_id").asText() + ":closed-conversation:" + conversation
                    + ":" + closed.path("created_at").asLong();
            program.awaitState("delivered", uniqueId);
            RecordedEvent event = program.recorded(uniqueId).get(0);
            assertEquals("Closed Conversation", event.metric());
            assertEquals(
                    "ada.closed@klaviyo-demo.com",
                    event.attributes().at("/properties/email").asText());
            assertEquals(
                    "Robin",
                    event.attributes().at("/profile/data/attributes/first_name").asText());
            JsonNode metric = program.status().path("metrics").path("Closed Conversation");
            assertEquals(1, metric.path("received").asInt(), metric::toString);
            assertEquals(1, metric.path("delivered").asInt(), metric::toString);
        }
    }

    private static ObjectNode closed(Scenes scenes, String conversation) {
        return scenes.tell().conversationCreated(conversation).put("topic", "conversation.admin.closed");
    }

    /** The bundled routes with README's branch before the router's last word, and README's route at the end. */
    private static String withExample() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        List<String> blocks = BLOCK.matcher(readme.substring(readme.indexOf("**A tenth metric**")))
                .results()
                .map((MatchResult block) -> block.group(1))
                .limit(2)
                .toList();
        assertTrue(blocks.get(0).contains("conversation.admin.closed"), "the branch comes first");
        assertTrue(blocks.get(1).startsWith("- route:"), "the route comes second");
        String routes = RoutesFile.bundled();
        int router = routes.indexOf("id: choose-metric");
        int otherwise = routes.indexOf("            otherwise:", router);
        return routes.substring(0, otherwise) + blocks.get(0).indent(14) + routes.substring(otherwise) + "\n"
                + blocks.get(1);
    }
}
