package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import routes.sandbox.Scenes;

/** Edits of the routes file while the program runs: a good one counts from the next event on, a broken one changes nothing. */
class RoutesFileTest {

    private static final String LINE = "                          \"Conversation ID\": .id,\n";

    private static Path file;
    private static String original;
    private static RunningApplication program;
    private static Scenes scenes;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        file = folder.resolve("routes.yaml");
        original = RoutesFile.bundled();
        Files.writeString(file, original);
        program = RunningApplication.in(folder, file);
        scenes = program.scenes();
    }

    @AfterAll
    static void stop() {
        program.close();
    }

    @AfterEach
    void takeTheEditBack() throws IOException {
        String loadedAt = loadedAt();
        if (!Files.readString(file).equals(original)) {
            boolean refused = error() != null;
            Files.writeString(file, original);
            Eventually.holds("the original routes run", () -> refused ? error() == null : !loadedAt.equals(loadedAt()));
        }
        program.awaitRest();
        program.reset();
    }

    private static String loadedAt() {
        return program.status().at("/routes/loadedAt").asText();
    }

    private static @org.jspecify.annotations.Nullable String error() {
        return program.status().at("/routes/error").textValue();
    }

    private static void save(String text) throws IOException {
        String before = loadedAt();
        Files.writeString(file, text);
        Eventually.holds("the edit is taken", () -> !loadedAt().equals(before));
        assertEquals(null, error());
    }

    private static String send() {
        return program.sendOne(
                scenes.tell().conversationCreated(scenes.conversation(scenes.user("robin@klaviyo-demo.com"))));
    }

    private static String property(String uniqueId, String name) {
        program.awaitState("delivered", uniqueId);
        return program.recorded(uniqueId)
                .get(0)
                .attributes()
                .path("properties")
                .path(name)
                .asText();
    }

    private static String withLine(String added) {
        assertTrue(original.contains(LINE));
        return original.replaceFirst(
                "\\Q" + LINE + "\\E",
                LINE.replace("\\", "\\\\") + "                          "
                        + added.replace("\\", "\\\\").replace("$", "\\$") + "\n");
    }

    @Test
    void aLineAddedToAMappingIsAPropertyOfTheNextEvent() throws IOException {
        assertEquals("", property(send(), "First words"));

        save(withLine("\"First words\": (.item.source.body | plain),"));

        assertEquals("Where is my spade?", property(send(), "First words"));
    }

    @Test
    void aCommentIsNoChange() throws IOException {
        save("# A comment.\n" + original);

        assertEquals("open", property(send(), "Conversation State"));
    }

    @Test
    void anEventUnderWayIsNeitherLostNorDoubledByAnEdit() throws IOException {
        for (int i = 0; i < 5; i++) {
            String edited = withLine("\"Edit\": \"" + i + "\",");
            String before = loadedAt();
            Files.writeString(file, edited);
            for (int sent = 0; sent < 20 || loadedAt().equals(before); sent++) {
                send();
            }
        }
        program.awaitRest();

        assertEquals(0, program.klaviyo().repeats());
        long created =
                program.status().at("/metrics/Created Conversation/received").asLong();
        assertEquals(
                created,
                program.status().at("/metrics/Created Conversation/delivered").asLong());
        assertEquals(created, program.klaviyo().accepted(), "one by one or in bulk, each once");
    }

    @TestFactory
    Stream<DynamicTest> aBrokenEditIsRefusedAsAWhole() {
        Map<String, UnaryOperator<String>> edits = new LinkedHashMap<>();
        edits.put("not YAML", text -> text.replaceFirst("steps:", "steps: ["));
        edits.put("empty", text -> "");
        edits.put("cut in the middle", text -> text.substring(0, text.length() / 2));
        edits.put("a list of something else", text -> "- beans: []\n");
        edits.put("an id given twice", text -> text.replace("id: read-conversation\n", "id: rated-conversation\n"));
        edits.put("a transformer is missing", text -> without(text, "resolved-ticket"));
        edits.put("receiving is missing", text -> without(text, "receive-webhook"));
        edits.put("a step that does not exist", text -> text.replaceFirst("- split:", "- splat:"));
        edits.put(
                "a component that does not exist",
                text -> text.replace("uri: direct:address-klaviyo", "uri: pigeon:x"));
        edits.put(
                "a destination that nobody answers",
                text -> text.replaceFirst("uri: direct:address-klaviyo", "uri: direct:address-nobody"));
        edits.put("a bean that does not exist", text -> text.replaceFirst("ref: deliveries", "ref: pigeons"));
        edits.put(
                "a mapping that is no jq",
                text -> text.replaceFirst(
                        "\\(\\.item\\.source\\.subject \\| plain\\)", "(.item.source.subject | plain"));
        edits.put(
                "a word that jq does not know",
                text -> text.replaceFirst("\\.item\\.source\\.subject \\| plain", ".item.source.subject | plane"));
        return edits.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    String edited = each.getValue().apply(original);
                    assertTrue(!edited.equals(original), "the edit changes something");
                    String before = loadedAt();
                    Files.writeString(file, edited);

                    String error = Eventually.value(
                            "it is refused", () -> String.valueOf(error()), said -> !said.equals("null"));

                    assertTrue(error.startsWith(file.toString()), error);
                    assertTrue(error.matches("(?s).*( line \\d+|has no route|is empty).*"), error);
                    assertTrue(error.length() > file.toString().length() + 10, error);
                    assertEquals(before, loadedAt(), "the routes before it go on");
                    assertEquals(
                            error,
                            assertThrows(RoutesException.class, RoutesFileTest::tryOut)
                                    .getMessage());
                    String event = send();
                    program.awaitState("delivered", event);
                    assertEquals(1, program.recorded(event).size());
                    takeTheEditBack();
                }));
    }

    /** As {@code check} and {@code transform} do before an edit is saved. */
    private static void tryOut() {
        DryRun.open(file, (JsonNode) null, null).close();
    }

    private static String without(String text, String route) {
        int id = text.indexOf("    id: " + route + "\n");
        int from = text.lastIndexOf("- route:", id);
        int to = text.indexOf("\n- route:", id);
        return text.substring(0, from) + text.substring(to + 1);
    }
}
