package routes;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
        IntercomStandIn intercom = IntercomStandIn.builder(workspace).start();
        KlaviyoStandIn klaviyo = KlaviyoStandIn.builder().start();
        // The sample has numbers that look right and that Klaviyo still refuses: they show how an event loses one.
        klaviyo.refusePhone(number -> number.endsWith("7"));
        Path folder = temporaryFolder();
        Settings settings = settings(intercom.url(), klaviyo.url(), folder);
        Application application = RunCommand.start(settings);
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

    private Settings settings(URI intercom, URI klaviyo, Path folder) {
        return new Settings(
                List.of(SECRET),
                "stand-in-token",
                intercom,
                "pk_stand_in",
                klaviyo,
                "127.0.0.1",
                httpPort == 0 ? freePort() : httpPort,
                "127.0.0.1",
                adminPort == 0 ? Settings.readAdmin().port() : adminPort,
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
