package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.sandbox.ExpectedLive;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;
import routes.sandbox.IntercomStandIn;
import routes.sandbox.KlaviyoStandIn;
import routes.sandbox.RecordedEvent;
import routes.sandbox.SampleWorkspace;
import routes.sandbox.Scenes;
import routes.sandbox.WebhookSender;

/** A full disk, and the backup that README describes: with the program as a process, and its database a file. */
class StorageFaultTest {

    private final routes.sandbox.Workspace workspace = SampleWorkspace.small().create(Clock.systemUTC());
    private final Scenes scenes = new Scenes(workspace, Clock.systemUTC());
    private final String robin = scenes.user("robin@klaviyo-demo.com");
    private final IntercomStandIn intercom = IntercomStandIn.builder(workspace).start();
    private final KlaviyoStandIn klaviyo = KlaviyoStandIn.builder().start();
    private final int port = RunningApplication.freePort();
    private final int adminPort = RunningApplication.freePort();
    private final WebhookSender sender =
            new WebhookSender(URI.create("http://127.0.0.1:" + port + "/webhooks/intercom"), RunningApplication.SECRET);
    private final Set<String> acknowledged = new TreeSet<>();
    private final Path folder;

    @SuppressWarnings("NullAway.Init")
    private Program program;

    StorageFaultTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private void start(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "INTERCOM_CLIENT_SECRET",
                RunningApplication.SECRET,
                "INTERCOM_ACCESS_TOKEN",
                "stand-in-token",
                "INTERCOM_URL",
                intercom.url().toString(),
                "KLAVIYO_API_KEY",
                "pk_stand_in",
                "KLAVIYO_URL",
                klaviyo.url().toString(),
                "HTTP_HOST",
                "127.0.0.1",
                "HTTP_PORT",
                String.valueOf(port),
                "ADMIN_PORT",
                String.valueOf(adminPort)));
        environment.putAll(more);
        program = Program.start(folder, environment);
        Eventually.holds("it receives", () -> {
            assertTrue(program.isAlive(), program::printed);
            return sender.head() == 200;
        });
        Eventually.holds("it is up", () -> {
            assertTrue(program.isAlive(), program::printed);
            return program.printed().contains("Console at ");
        });
    }

    @AfterEach
    void stop() {
        program.close();
        intercom.close();
        klaviyo.close();
    }

    private int send() {
        ObjectNode notification = scenes.tell().conversationCreated(scenes.conversation(robin));
        int status = sender.sendAndWait(notification);
        if (status == 200) {
            acknowledged.add(new ExpectedLive(workspace).of(notification).get(0).uniqueId());
        }
        return status;
    }

    private Set<String> recorded() {
        return klaviyo.events().stream().map(RecordedEvent::uniqueId).collect(Collectors.toCollection(TreeSet::new));
    }

    private int health() throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/observe/health"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void aFullDiskIs503WhileItLastsAndCostsNothing() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(
                run("mount -t tmpfs -o size=400m tmpfs " + disk) == 0,
                "only root can mount a small disk to be filled: skipped");
        try {
            klaviyo.faults((method, path, body) -> Fault.status(503));
            Map<String, String> database = Map.of("DATABASE_URL", "jdbc:hsqldb:file:" + disk.resolve("store"));
            start(database);
            for (int i = 0; i < 10; i++) {
                assertEquals(200, send());
            }

            fill(disk.resolve("ballast"));
            for (int i = 0; i < 10; i++) {
                assertEquals(503, send());
            }
            assertEquals(503, health());

            Files.delete(disk.resolve("ballast"));
            Eventually.holds("it takes in again", () -> send() == 200);
            for (int i = 0; i < 10; i++) {
                assertEquals(200, send());
            }
            assertEquals(200, health());
            program.kill();
            klaviyo.faults(FaultPlan.none());
            start(database);
            Eventually.holds(
                    "all that was acknowledged is at Klaviyo", () -> recorded().containsAll(acknowledged));
            program.terminate();
        } finally {
            run("umount -l " + disk);
        }
    }

    private static void fill(Path ballast) throws IOException {
        byte[] block = new byte[1 << 20];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("space"), e::toString);
        }
    }

    /** The two commands of README's chapter on operating, as they stand there. */
    @Test
    void aBackupBringsBackWhatItHolds() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        String backUp = command(readme, "back up");
        String restore = command(readme, "restore");
        klaviyo.faults((method, path, body) -> Fault.status(503));
        start(Map.of());
        for (int i = 0; i < 10; i++) {
            assertEquals(200, send());
        }
        Set<String> backedUp = Set.copyOf(acknowledged);
        program.terminate();
        assertEquals(0, run(backUp));
        start(Map.of());
        assertEquals(200, send());
        program.terminate();

        assertEquals(0, run(restore));
        klaviyo.faults(FaultPlan.none());
        start(Map.of());

        Eventually.holds("what the backup holds is delivered", () -> recorded().equals(backedUp));
        assertEquals(200, send());
        program.terminate();
    }

    private static String command(String readme, String purpose) {
        Matcher line = Pattern.compile("(?m)^(.*\\S) +# " + purpose + "\\b.*$").matcher(readme);
        assertTrue(line.find(), () -> "README has a command to " + purpose);
        return line.group(1);
    }

    private int run(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of("sh", "-c", command))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("command.txt").toFile())
                .start();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), command);
        return process.exitValue();
    }
}
