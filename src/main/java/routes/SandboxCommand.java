package routes;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import routes.sandbox.IntercomStandIn;
import routes.sandbox.KlaviyoStandIn;
import routes.sandbox.PayloadGeneration;
import routes.sandbox.SampleWorkspace;
import routes.sandbox.WebhookSender;
import routes.sandbox.WebhookStream;
import routes.sandbox.Workspace;

/** The same program against stand-ins for both services: nothing leaves this machine, no account is needed. */
@Command(
        name = "sandbox",
        mixinStandardHelpOptions = true,
        description = "Runs the program against built-in stand-ins for Intercom and Klaviyo, with sample data.")
final class SandboxCommand implements Runnable {

    private static final String SECRET = "sandbox-client-secret";
    private static final String CLIENT_ID = "sandbox-app";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--rate", paramLabel = "N", defaultValue = "8", description = "webhooks a second (default: 8)")
    private double rate;

    @Option(names = "--http-port", paramLabel = "PORT", description = "webhook listener (default: a free one)")
    private int httpPort;

    @Option(names = "--admin-port", paramLabel = "PORT", description = "console (default: ADMIN_PORT or 9876)")
    private int adminPort;

    @Override
    public void run() {
        Clock clock = Clock.systemUTC();
        Workspace workspace = SampleWorkspace.small().create(clock);
        int console = adminPort == 0 ? Settings.readAdmin().port() : adminPort;
        IntercomStandIn intercom = IntercomStandIn.builder(workspace)
                .app(
                        CLIENT_ID,
                        SECRET,
                        URI.create("http://127.0.0.1:" + console + ConnectionView.CALLBACK),
                        URI.create("http://localhost:" + console + ConnectionView.CALLBACK))
                .start();
        KlaviyoStandIn klaviyo = KlaviyoStandIn.builder().start();
        // The sample has numbers that look right and that Klaviyo still refuses: they show how an event loses one.
        klaviyo.refusePhone(number -> number.endsWith("7"));
        Path folder = temporaryFolder();
        Settings settings = settings(intercom.url(), klaviyo.url(), console, folder);
        Application application = RunCommand.start(settings);
        // Connected, so that there is something to see at once; disconnecting and connecting can be tried in the
        // console.
        application.connect("stand-in-token");
        WebhookStream stream = WebhookStream.builder(
                        workspace,
                        new WebhookSender(
                                URI.create("http://127.0.0.1:" + settings.httpPort() + "/webhooks/intercom"), SECRET),
                        clock,
                        new Random(20_261_122))
                .perSecond(rate)
                .generations(PayloadGeneration.values())
                .start();
        PrintWriter out = spec.commandLine().getOut();
        out.println("Sandbox: sample data only, nothing leaves this machine.");
        out.println("Console: " + application.consoleUrl());
        out.flush();
        RunCommand.waitForTheEnd(stream, application, intercom, klaviyo);
    }

    private Settings settings(URI intercom, URI klaviyo, int console, Path folder) {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return new Settings(
                List.of(SECRET),
                null,
                new Settings.PublicApp(CLIENT_ID, List.of(new SecretKeySpec(key, "AES"))),
                intercom,
                "pk_stand_in",
                klaviyo,
                "127.0.0.1",
                httpPort == 0 ? freePort() : httpPort,
                "127.0.0.1",
                console,
                null,
                "jdbc:hsqldb:file:" + folder.resolve("sandbox"),
                "SA",
                "",
                "US",
                routes(),
                Map.of());
    }

    /** An operator's own routes can be tried here too. */
    private static @Nullable Path routes() {
        return Settings.readRoutes();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("intercom-klaviyo-sandbox");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
