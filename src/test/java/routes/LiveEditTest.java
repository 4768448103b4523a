package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.sandbox.ExpectedEvent;
import routes.sandbox.ExpectedLive;
import routes.sandbox.RecordedEvent;
import routes.sandbox.Scenes;
import routes.sandbox.WebhookSender;

/**
 * Hundreds of edits of the routes file, good ones and broken ones of every kind, while webhooks keep coming: none of them
 * is lost, doubled or answered otherwise than 200; each good edit counts, each broken one is refused with its reason.
 */
class LiveEditTest {

    private static final int EDITS = Integer.getInteger("edits", 200);
    private static final Duration LONGEST = Duration.ofSeconds(Long.getLong("seconds", 60));
    /** However long they take: on a slow machine they do not fit that time. */
    private static final int LEAST = Math.min(EDITS, 40);

    private static final int A_SECOND = 200;
    private static final String LINE = "                          \"Conversation ID\": .id,\n";

    private final RandomGenerator random = new SplittableRandom(20_261_124);
    private final String original = RoutesFile.bundled();
    private final ConcurrentLinkedQueue<CompletableFuture<Integer>> answers = new ConcurrentLinkedQueue<>();
    private final Set<String> expected = ConcurrentHashMap.newKeySet();

    /** What a broken edit changes, and what the refusal says of it. */
    private record Broken(String text, String reason) {}

    @Test
    void editsWhileWebhooksKeepComing(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("routes.yaml");
        Files.writeString(file, original);
        try (RunningApplication program = RunningApplication.with(folder)
                .routes(file)
                .klaviyo(builder -> builder.withoutLimits())
                .intercom(builder -> builder.withoutLimit())
                .start()) {
            ScheduledExecutorService stream = Executors.newSingleThreadScheduledExecutor();
            int edits = 0;
            try {
                Sending sending = new Sending(program, program.scenes());
                Sending editor = new Sending(program, new Scenes(program.workspace(), Clock.systemUTC()));
                var unused = stream.scheduleAtFixedRate(
                        sending::next, 0, TimeUnit.SECONDS.toMicros(1) / A_SECOND, TimeUnit.MICROSECONDS);
                long deadline = System.nanoTime() + LONGEST.toNanos();
                while (edits < EDITS && (edits < LEAST || System.nanoTime() < deadline)) {
                    if (random.nextInt(3) == 0) {
                        edit(program, editor, file, edits);
                    } else {
                        breakIt(program, file);
                    }
                    edits++;
                }
            } finally {
                stream.shutdown();
                assertTrue(stream.awaitTermination(10, TimeUnit.SECONDS), "it stops sending");
            }
            assertAllAnswered200();
            program.awaitRest();
            assertAllRecordedOnce(program);
            System.out.println(edits + " edits under " + answers.size() + " webhooks");
        }
    }

    /** One thread's notifications, and what is to become of them. Not thread-safe. */
    private final class Sending {

        private final Scenes scenes;
        private final ExpectedLive live;
        private final WebhookSender sender;
        private final String robin;
        private int sent;

        Sending(RunningApplication program, Scenes scenes) {
            this.scenes = scenes;
            live = new ExpectedLive(program.workspace());
            sender = program.sender();
            robin = scenes.user("robin@klaviyo-demo.com");
        }

        void next() {
            sent++;
            if (sent % 4 == 0) {
                send(scenes.tell().ticketCreated(scenes.ticket(robin)));
            } else {
                var unused = conversation();
            }
        }

        String conversation() {
            return send(scenes.tell().conversationCreated(scenes.conversation(robin)));
        }

        private String send(ObjectNode notification) {
            List<String> events =
                    live.of(notification).stream().map(ExpectedEvent::uniqueId).toList();
            expected.addAll(events);
            answers.add(sender.send(WebhookSender.bytes(notification)));
            return events.get(0);
        }
    }

    private void assertAllAnswered200() {
        Map<Integer, Long> statuses = answers.stream()
                .map(CompletableFuture::join)
                .collect(Collectors.groupingBy(status -> status, Collectors.counting()));
        assertEquals(Map.of(200, (long) answers.size()), statuses);
    }

    private void assertAllRecordedOnce(RunningApplication program) {
        List<RecordedEvent> recorded = program.klaviyo().events();
        Set<String> ids = recorded.stream().map(RecordedEvent::uniqueId).collect(Collectors.toSet());
        assertEquals(expected, ids);
        assertEquals(ids.size(), recorded.size());
        assertEquals(0, program.klaviyo().repeats());
        assertEquals(List.of(), program.klaviyo().refusals());
    }

    /** An edit that is to be taken: of a mapping, or of a route that a mapping does not concern. */
    private void edit(RunningApplication program, Sending editor, Path file, int number) throws IOException {
        String loadedAt = loadedAt(program);
        String text = original.replace(LINE, LINE + "                          \"Edit\": \"" + number + "\",\n");
        switch (random.nextInt(5)) {
            case 0 -> text = "# Edit " + number + "\n" + text;
            case 1 ->
                text = text.replace("Polling Consumer: takes what is due", "Polling Consumer (" + number + "): takes");
            case 2 -> text = text.replace("or refused (parked", "or refused (" + number + ": parked");
            case 3 ->
                text = text.replace("a signed notification is on disk", "a notification (" + number + ") is on disk");
            default -> {}
        }
        Files.writeString(file, text);
        Eventually.holds("the edit is taken", () -> !loadedAt(program).equals(loadedAt));
        assertEquals(null, error(program));
        String uniqueId = editor.conversation();
        program.awaitState("delivered", uniqueId);
        assertEquals(
                String.valueOf(number),
                program.recorded(uniqueId)
                        .get(0)
                        .attributes()
                        .at("/properties/Edit")
                        .asText());
    }

    private void breakIt(RunningApplication program, Path file) throws IOException {
        String loadedAt = loadedAt(program);
        String before = String.valueOf(error(program));
        Broken broken = broken(original);
        Files.writeString(file, broken.text);

        // Said before saving as after.
        String told = String.valueOf(assertThrows(RoutesException.class, () -> DryRun.open(file, (JsonNode) null, null)
                        .close())
                .getMessage());
        assertTrue(told.startsWith(file.toString()), told);
        assertTrue(told.matches("(?s).*(" + broken.reason + ").*"), told);
        String error = before.equals(told)
                ? told
                : Eventually.value("it is refused", () -> String.valueOf(error(program)), said -> !said.equals(before));
        assertEquals(told, error);
        assertEquals(loadedAt, loadedAt(program), "the routes before it go on");
    }

    private Broken broken(String text) {
        return switch (random.nextInt(8)) {
            case 0 -> {
                String[] lines = text.split("\n", -1);
                int line = 100 + random.nextInt(800);
                lines[line] = "  " + "[{(".charAt(random.nextInt(3)) + lines[line] + ": :";
                yield new Broken(String.join("\n", lines), " line \\d+");
            }
            case 1 -> new Broken(text.replaceFirst("- split:", "- splat:"), " line \\d+.*splat");
            case 2 ->
                new Broken(
                        text.replaceFirst("uri: direct:address-klaviyo", "uri: pigeon:x" + random.nextInt(1_000)),
                        " line \\d+.*pigeon");
            case 3 ->
                new Broken(
                        text.replace("id: read-conversation\n", "id: rated-conversation\n"),
                        " line \\d+.*rated-conversation is given twice");
            case 4 -> new Broken(without(text, "resolved-ticket"), "no route with the id resolved-ticket");
            case 5 ->
                new Broken(
                        text.substring(0, random.nextInt(500, text.indexOf("id: settle-shipment"))),
                        " line \\d+|no route with the id|sends to");
            case 6 -> new Broken("", "is empty");
            default ->
                new Broken(
                        text.replaceFirst("\\.item\\.source\\.subject \\| plain", ".item.source.subject | plane"),
                        " line \\d+.*plane");
        };
    }

    private static String without(String text, String route) {
        int id = text.indexOf("    id: " + route + "\n");
        int from = text.lastIndexOf("- route:", id);
        int to = text.indexOf("\n- route:", id);
        return text.substring(0, from) + text.substring(to + 1);
    }

    private static String loadedAt(RunningApplication program) {
        return program.status().at("/routes/loadedAt").asText();
    }

    private static @Nullable String error(RunningApplication program) {
        return program.status().at("/routes/error").textValue();
    }
}
