package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.Program.Ended;
import routes.sandbox.IntercomStandIn;
import routes.sandbox.KlaviyoStandIn;
import routes.sandbox.SampleWorkspace;

/** The commands as a user meets them: processes with an exit status and what they print. */
class CommandsTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures").toAbsolutePath();

    private final ObjectMapper json = JsonMapper.builder().build();

    private final Path folder;

    CommandsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private Ended run(String... arguments) {
        return Program.run(folder, Map.of(), arguments);
    }

    @Test
    void helpNamesEveryCommand() {
        Ended help = run("--help");

        assertEquals(0, help.status());
        for (String command : List.of("run", "sandbox", "check", "init", "transform", "import", "replay")) {
            assertTrue(
                    help.output().lines().anyMatch(line -> line.strip().startsWith(command + " ")),
                    () -> command + " in " + help.output());
        }
    }

    @Test
    void versionIsOneLine() {
        Ended version = run("--version");

        assertEquals(0, version.status());
        assertTrue(version.output().matches("intercom-klaviyo \\S+\\R"), version::output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"frobnicate", "--frobnicate", "transform", "replay", "run --port", "sandbox --rate fast"})
    void usageErrorsExitTwoWithOneLine(String arguments) {
        Ended ended = run(arguments.split(" "));

        assertEquals(2, ended.status());
        assertEquals("", ended.output());
        assertEquals(1, ended.errors().lines().count(), ended::errors);
        assertTrue(ended.errors().contains("--help"), ended::errors);
    }

    @Test
    void runWithoutSettingsExitsOneAndListsThem() {
        Ended ended = run("run");

        assertEquals(1, ended.status());
        for (String variable : List.of("INTERCOM_CLIENT_SECRET", "INTERCOM_ACCESS_TOKEN", "KLAVIYO_API_KEY")) {
            assertTrue(ended.errors().contains(variable + " is missing"), ended::errors);
        }
        assertFalse(ended.errors().contains("Exception"), ended::errors);
    }

    @Test
    void initWritesAndNeverOverwrites() throws IOException {
        assertEquals(0, run("init").status());
        Path routes = folder.resolve("config/routes.yaml");
        Path properties = folder.resolve("config/application.properties");
        assertEquals(Files.readString(Path.of("src/main/resources/routes.yaml")), Files.readString(routes));
        assertTrue(Files.readString(properties).contains("# http.port=8080"));
        Files.writeString(routes, "mine");
        Files.delete(properties);

        Ended again = run("init");

        assertEquals(1, again.status(), "not all of it could be written");
        assertTrue(again.output().contains("left as it is"), again::output);
        assertEquals("mine", Files.readString(routes));
        assertTrue(Files.exists(properties), "what was missing is written");
    }

    @Test
    void initTakesAnotherFolder() {
        assertEquals(0, run("init", "elsewhere/config").status());

        assertTrue(Files.exists(folder.resolve("elsewhere/config/routes.yaml")));
    }

    @Test
    void transformPrintsTheRequestOfAFixture() throws IOException {
        Path fixture = FIXTURES.resolve("created-conversation/newest");

        Ended ended = run(
                "transform",
                "--contact",
                fixture.resolve("contact.json").toString(),
                fixture.resolve("notification.json").toString());

        assertEquals(0, ended.status(), ended::errors);
        JsonNode request = json.readTree(ended.output());
        JsonNode expected = json.readTree(fixture.resolve("klaviyo-event.json").toFile());
        assertEquals(
                expected.at("/data/attributes/unique_id"), request.at("/data/attributes/unique_id"), ended::output);
        assertEquals(expected.at("/data/attributes/time"), request.at("/data/attributes/time"));
        String email = "/data/attributes/profile/data/attributes/email";
        assertEquals(expected.at(email), request.at(email));
    }

    @Test
    void transformSaysWhyNothingWouldBeSent() throws IOException {
        Path notification =
                Files.writeString(folder.resolve("n.json"), "{\"topic\":\"company.created\",\"app_id\":\"x\"}");
        Path text = Files.writeString(folder.resolve("text.json"), "no JSON");

        Ended filtered = run("transform", notification.toString());
        Ended refused = run("transform", text.toString());
        Ended missing = run("transform", "nowhere.json");
        Ended unmapped = run("transform", "--routes", "nowhere.yaml", notification.toString());

        assertEquals(0, filtered.status(), filtered::errors);
        assertTrue(filtered.output().contains("filtered"), filtered::output);
        assertEquals(1, refused.status());
        assertTrue(refused.errors().contains("not a notification"), refused::errors);
        assertEquals(1, missing.status());
        assertTrue(missing.errors().contains("there is no file nowhere.json"), missing::errors);
        assertEquals(1, unmapped.status());
        assertEquals(1, unmapped.errors().lines().count(), unmapped::errors);
        assertTrue(unmapped.errors().contains("nowhere.yaml cannot be read"), unmapped::errors);
    }

    @Test
    void checkSaysLineByLineWhatWorks() {
        try (IntercomStandIn intercom = IntercomStandIn.builder(
                                SampleWorkspace.small().create(Clock.systemUTC()))
                        .start();
                KlaviyoStandIn klaviyo =
                        KlaviyoStandIn.builder().builtInIntegrationActive(true).start();
                KlaviyoStandIn reading =
                        KlaviyoStandIn.builder().withoutScope("events:write").start()) {
            Map<String, String> environment = new HashMap<>(Map.of(
                    "INTERCOM_CLIENT_SECRET", "a-client-secret",
                    "INTERCOM_ACCESS_TOKEN", "stand-in-token",
                    "INTERCOM_URL", intercom.url().toString(),
                    "KLAVIYO_API_KEY", "pk_stand_in",
                    "KLAVIYO_URL", klaviyo.url().toString()));

            Ended good = Program.run(folder, environment, "check");
            assertEquals(0, good.status(), good::output);
            for (String wanted : List.of(
                    "workspace Sandbox Garden Tools",
                    "account Klaviyo stand-in",
                    "may write events",
                    "WARNING Klaviyo: its own Intercom integration is active",
                    "database: hsqldb works",
                    "routes: bundled")) {
                assertTrue(good.output().contains(wanted), () -> wanted + " in " + good.output());
            }
            assertEquals(0, klaviyo.accepted());

            environment.put("KLAVIYO_URL", reading.url().toString());
            environment.put("INTERCOM_ACCESS_TOKEN", "another-token");
            Ended bad = Program.run(folder, environment, "check");
            assertEquals(1, bad.status());
            assertTrue(bad.output().contains("events:write"), bad::output);
            assertTrue(bad.output().contains("INTERCOM_ACCESS_TOKEN"), bad::output);
            assertFalse(bad.output().contains("another-token"), bad::output);
            assertFalse(bad.output().contains("pk_stand_in"), bad::output);

            environment.put("KLAVIYO_URL", klaviyo.url().toString());
            environment.remove("INTERCOM_ACCESS_TOKEN");
            environment.put("INTERCOM_CLIENT_ID", "an-app");
            environment.put("INTERCOM_TOKEN_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
            Ended unconnected = Program.run(folder, environment, "check");
            assertEquals(1, unconnected.status());
            assertTrue(unconnected.output().contains("FAILED  Intercom: is not connected yet"), unconnected::output);
        }
    }

    @Test
    void commandsThatSteerSayWhenNothingRuns() {
        Ended ended = Program.run(
                folder, Map.of("ADMIN_PORT", String.valueOf(RunningApplication.freePort())), "replay", "--all");

        assertEquals(1, ended.status());
        assertTrue(ended.errors().contains("is the program running"), ended::errors);
    }
}
