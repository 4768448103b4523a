package routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import routes.intercom.NotANotificationException;
import routes.intercom.Notification;

/** A dry run of the routes, for one who edits them. */
@Command(
        name = "transform",
        mixinStandardHelpOptions = true,
        description = "Prints the Klaviyo request that a notification would become, or why there would be none.")
final class TransformCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "notifications, JSON; - reads standard input")
    @SuppressWarnings("NullAway.Init")
    private List<String> files;

    @Option(names = "--contact", paramLabel = "FILE", description = "what Intercom answers for the contact, JSON")
    private @Nullable Path contact;

    @Option(names = "--routes", paramLabel = "FILE", description = "routes file (default: the configured one)")
    private @Nullable Path routes;

    @Override
    public Integer call() throws IOException {
        ObjectMapper json = JsonMapper.builder().build();
        JsonNode given = contact == null ? null : json.readTree(read(contact.toString()));
        boolean all = true;
        Path file = routes == null ? Settings.readRoutes() : routes;
        String region = System.getenv("PHONE_REGION");
        try (DryRun dryRun = DryRun.open(file, given, region)) {
            PrintWriter out = spec.commandLine().getOut();
            for (String each : files) {
                String text = read(each);
                try {
                    Notification notification = Notification.read(text.getBytes(StandardCharsets.UTF_8));
                    ObjectNode preview = dryRun.transform(notification.topic(), notification.id(), text);
                    for (JsonNode request : preview.path("requests")) {
                        out.println(json.writerWithDefaultPrettyPrinter().writeValueAsString(request));
                    }
                    for (JsonNode event : preview.path("events")) {
                        if (!event.path("outcome").asText().equals("pending")) {
                            out.println(each + ": " + event.path("outcome").asText() + ": "
                                    + event.path("reason").asText());
                        }
                    }
                } catch (NotANotificationException e) {
                    spec.commandLine().getErr().println(each + ": not a notification: " + e.getMessage());
                    all = false;
                }
            }
            out.flush();
        }
        return all ? 0 : Main.FAILED;
    }

    private static String read(String file) throws IOException {
        if (file.equals("-")) {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        }
        if (!Files.isRegularFile(Path.of(file))) {
            throw new CommandException("there is no file " + file);
        }
        return Files.readString(Path.of(file));
    }
}
