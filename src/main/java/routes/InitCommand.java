package routes;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the two files that operators edit. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = "Writes routes.yaml and application.properties for you to edit; never overwrites.")
final class InitCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "DIR", description = "where to (default: config)")
    private @Nullable Path folder;

    @Override
    public Integer call() throws IOException {
        Path target = folder == null ? Settings.FOLDER : folder;
        Files.createDirectories(target);
        boolean written = write(target.resolve("routes.yaml"), RoutesFile.bundled());
        written &= write(target.resolve("application.properties"), properties());
        return written ? 0 : Main.FAILED;
    }

    private boolean write(Path file, String text) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try {
            Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
            out.println("wrote " + file);
            return true;
        } catch (FileAlreadyExistsException e) {
            out.println("left as it is, since it exists: " + file);
            return false;
        } finally {
            out.flush();
        }
    }

    private static String properties() {
        StringBuilder text = new StringBuilder("""
                # Settings. An environment variable of the same name (INTERCOM_CLIENT_SECRET for
                # intercom.client-secret) wins over a line here. Lines that begin with # show the default.

                """);
        Settings.keys().forEach((key, value) -> {
            text.append("# ").append(Settings.explanation(key)).append('\n');
            text.append(value.isEmpty() && Settings.isRequired(key) ? "" : "# ")
                    .append(key)
                    .append('=')
                    .append(value)
                    .append("\n\n");
        });
        return text.toString();
    }
}
