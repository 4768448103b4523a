package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.WebhookScenario.Reply;
import routes.sandbox.Fault;
import routes.sandbox.Scenes;

/** The webhook listener's table of answers, from outside. */
@ExtendWith(ApplicationExtension.class)
class ReceiveWebhookTest {

    private final RunningApplication program;

    ReceiveWebhookTest(RunningApplication program) {
        this.program = program;
    }

    private ObjectNode notification() {
        Scenes scenes = program.scenes();
        return scenes.tell().conversationCreated(scenes.conversation(scenes.user("robin@klaviyo-demo.com")));
    }

    private Reply send(WebhookScenario scenario) {
        return scenario.sendTo(program.webhooks());
    }

    @Test
    void aSignedNotificationIsStored() {
        ObjectNode notification = notification();

        assertEquals(new Reply(200, "stored"), send(WebhookScenario.valid(notification)));
        Eventually.holds("it is at Klaviyo", () -> program.klaviyo().accepted() == 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json; charset=bogus", "application/json; charset=utf-16", "x"})
    void theAnswerIsReadableWhateverTheSenderSaysOfItsOwnCharacters(String type) {
        WebhookScenario valid = WebhookScenario.valid(notification()).withContentType(type);

        assertEquals(new Reply(200, "stored"), send(valid));
        assertEquals(401, send(valid.withWrongSignature()).status());
    }

    @Test
    void itIsAnsweredWithoutAskingAnybody() {
        program.intercom().faults((method, path, body) -> Fault.status(503));
        program.klaviyo().faults((method, path, body) -> Fault.status(503));
        ObjectNode notification = notification();

        assertEquals(new Reply(200, "stored"), send(WebhookScenario.valid(notification)));

        program.reset();
        Eventually.holds("it is at Klaviyo", () -> program.klaviyo().accepted() == 1);
    }

    @Test
    void anOlderSecretSignsDuringARotation() {
        assertEquals(
                200,
                send(WebhookScenario.valid(notification()).signedWith("an-older-secret"))
                        .status());
    }

    @Test
    void aPingIsAnsweredAndNothingIsMadeOfIt() {
        assertEquals(
                new Reply(200, "pong"),
                send(WebhookScenario.valid(program.scenes().tell().ping())));
    }

    @Test
    void aTopicThatIsNotSyncedIsFilteredAndCounted() {
        int before = program.status().at("/filtered/company.created").asInt();
        ObjectNode company =
                program.scenes().tell().ping().put("topic", "company.created").put("id", "notif_company");

        assertEquals(200, send(WebhookScenario.valid(company)).status());

        Eventually.holds(
                "it is counted",
                () -> program.status().at("/filtered/company.created").asInt() == before + 1);
        assertEquals(0, program.klaviyo().accepted());
    }

    @TestFactory
    Stream<DynamicTest> whatIsNotSignedIs401AndLeavesNothing() {
        Map<String, UnaryOperator<WebhookScenario>> broken = Map.of(
                "wrong secret", WebhookScenario::withWrongSignature,
                "no signature", WebhookScenario::withoutSignature,
                "two signatures", WebhookScenario::withTwoSignatures,
                "body changed on the way", WebhookScenario::withTamperedBody,
                "empty header", valid -> valid.withSignature(""),
                "another algorithm", valid -> valid.withSignature("sha256=" + "0".repeat(64)),
                "too short", valid -> valid.withSignature("sha1=" + "0".repeat(39)),
                "too long", valid -> valid.withSignature("sha1=" + "0".repeat(41)),
                "in the query instead",
                        valid -> valid.withoutSignature()
                                .withPath("/webhooks/intercom?X-Hub-Signature=sha1=" + "0".repeat(40)));
        return broken.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    ObjectNode notification = notification();
                    assertEquals(
                            401,
                            send(each.getValue().apply(WebhookScenario.valid(notification)))
                                    .status());
                    program.awaitRest();
                    assertEquals(0, program.klaviyo().accepted());
                }));
    }

    @Test
    void aSignatureInTheQueryIsNotBelieved() {
        WebhookScenario valid = WebhookScenario.valid(notification());
        String signature = valid.headers().get(2).substring("X-Hub-Signature: ".length());

        assertEquals(
                401,
                send(valid.withoutSignature().withPath("/webhooks/intercom?X-Hub-Signature=" + signature))
                        .status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "42",
                "\"text\"",
                "[]",
                "{",
                "{}",
                "{\"topic\":null}",
                "{\"topic\":42}",
                "{\"topic\":\"\"}",
                "{\"topic\":\"a b\"}",
                "{\"topic\":\"x\\r\\ny\"}",
                "{\"type\":\"something\",\"topic\":\"conversation.read\"}",
                "{\"topic\":\"conversation.read\"} {}",
                "{\"topic\":\"conversation.read\",}",
                "topic=conversation.read"
            })
    void whatIsSignedButNoNotificationIs400(String body) {
        assertEquals(400, send(WebhookScenario.of(body)).status());
    }

    @Test
    void bytesThatAreNoUtf8Are400() {
        byte[] body = "{\"topic\":\"conversation.read\",\"x\":\"?\"}".getBytes(StandardCharsets.ISO_8859_1);
        body[body.length - 3] = (byte) 0xC3;

        assertEquals(400, send(WebhookScenario.of(body)).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32BE"})
    void jsonInAnotherEncodingIs400(String charset) throws UnsupportedEncodingException {
        assertEquals(
                400,
                send(WebhookScenario.of("{\"topic\":\"conversation.read\"}".getBytes(charset)))
                        .status());
    }

    @Test
    void aByteOrderMarkIs400() {
        assertEquals(
                400,
                send(WebhookScenario.of("\uFEFF{\"topic\":\"conversation.read\"}"))
                        .status());
    }

    @Test
    void nestingWithoutEndIs400() {
        String nested = "{\"topic\":\"conversation.read\",\"data\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertEquals(400, send(WebhookScenario.of(nested)).status());
    }

    @Test
    void whatIsRefusedDoesNotStopTheNextOne() {
        assertEquals(400, send(WebhookScenario.of("{")).status());
        assertEquals(200, send(WebhookScenario.valid(notification())).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "PATCH", "DELETE"})
    void otherMethodsAre405(String method) {
        assertEquals(
                405,
                send(WebhookScenario.valid(notification()).withMethod(method)).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/webhooks", "/webhooks/klaviyo", "/routes.yaml", "/api/status", "/observe/health"})
    void otherPathsAre404(String path) {
        assertEquals(
                404, send(WebhookScenario.valid(notification()).withPath(path)).status());
    }

    @Test
    void headIsAnsweredWithoutSignature() {
        assertEquals(200, program.sender().head());
    }

    @Test
    void fiveMegabytesAreTakenAndMoreAre413() {
        int limit = 5 * 1024 * 1024;
        String empty =
                "{\"type\":\"notification_event\",\"id\":\"notif_large\",\"topic\":\"company.updated\",\"x\":\"\"}";
        String full = empty.replace("\"x\":\"\"", "\"x\":\"" + "a".repeat(limit - empty.length()) + "\"");

        assertEquals(200, send(WebhookScenario.of(full)).status());
        assertEquals(413, send(WebhookScenario.of(full + " ")).status());
        assertEquals(200, send(WebhookScenario.valid(notification())).status());
    }

    @Test
    void nothingOfTheRequestComesBackInTheAnswer() {
        var request = java.net.http.HttpRequest.newBuilder(program.webhooks())
                .header("X-Told-In-Confidence", "secret")
                .header("Content-Type", "application/json")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{}"))
                .build();

        var answer = program.http(request);

        assertEquals(401, answer.statusCode());
        assertFalse(answer.headers().map().toString().contains("secret"));
        assertFalse(answer.headers().map().containsKey("x-told-in-confidence"));
    }

    @Test
    void storageThatIsGoneIs503(@TempDir Path folder) throws Exception {
        try (RunningApplication broken = RunningApplication.in(folder)) {
            Object inbox = broken.application().context().getRegistry().lookupByName("inbox");
            ((AutoCloseable) inbox).close();

            Reply reply = WebhookScenario.valid(notification()).sendTo(broken.webhooks());

            assertEquals(new Reply(503, "not stored"), reply);
        }
    }

    @Test
    void whatComesWhileTheDatabaseFailsIsOnDiskAndRecordedByTheNextProcess(@TempDir Path folder) throws Exception {
        try (RunningApplication broken = RunningApplication.in(folder)) {
            Object database = broken.application().context().getRegistry().lookupByName("database");
            ((AutoCloseable) database).close();

            Scenes scenes = broken.scenes();
            ObjectNode notification =
                    scenes.tell().conversationCreated(scenes.conversation(scenes.user("robin@klaviyo-demo.com")));
            Reply reply = WebhookScenario.valid(notification).sendTo(broken.webhooks());

            assertEquals(new Reply(200, "stored"), reply);
        }
        try (RunningApplication next = RunningApplication.in(folder)) {
            Eventually.holds(
                    "it is recorded",
                    () -> next.status()
                                    .at("/metrics/Created Conversation/received")
                                    .asInt()
                            == 1);
        }
    }

    @Test
    void answersAreCountedByStatus() {
        assertEquals(
                401,
                send(WebhookScenario.valid(notification()).withoutSignature()).status());

        String metrics = program.text("/observe/metrics");

        assertTrue(
                List.of(metrics.split("\n")).stream()
                        .anyMatch(line -> line.startsWith("intercom_klaviyo_answers") && line.contains("401")),
                metrics);
    }
}
