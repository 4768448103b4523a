package routes;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import routes.store.StoreException;

/** The commands. Without one, {@code run}. */
@Command(
        name = "intercom-klaviyo",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Carries everything that happens in an Intercom inbox into Klaviyo, live and from history.",
        subcommands = {
            RunCommand.class,
            SandboxCommand.class,
            CheckCommand.class,
            InitCommand.class,
            TransformCommand.class,
            ImportCommand.class,
            ReplayCommand.class
        })
public final class Main implements Runnable {

    static final int FAILED = 1;
    static final int USAGE = 2;

    /** @param arguments a command and its options; exits 0, 1 when it could not be done, or 2 for a usage error */
    public static void main(String[] arguments) {
        int status = execute(arguments);
        if (status != 0) {
            System.exit(status);
        }
    }

    static int execute(String... arguments) {
        if (arguments.length == 0 || List.of(arguments).equals(List.of("run"))) {
            return run(new PrintWriter(System.err, true, Charset.defaultCharset()));
        }
        CommandLine commands = new CommandLine(new Main());
        commands.setParameterExceptionHandler(Main::usage);
        commands.setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command));
        return commands.execute(arguments);
    }

    /** The start does not wait for all commands and options to be read from their annotations. */
    private static int run(PrintWriter err) {
        try {
            new RunCommand().run();
            return 0;
        } catch (SettingsException | StoreException | RoutesException | CommandException e) {
            err.println(e.getMessage());
            return FAILED;
        } catch (RuntimeException e) {
            // Threads that were started would go on without a program: the process has to end.
            e.printStackTrace(err);
            return FAILED;
        }
    }

    private static int usage(ParameterException failure, String[] arguments) {
        PrintWriter err = failure.getCommandLine().getErr();
        err.println(failure.getMessage() + " (--help tells more)");
        err.flush();
        return USAGE;
    }

    private static int failed(Exception failure, CommandLine command) throws Exception {
        if (failure instanceof SettingsException
                || failure instanceof StoreException
                || failure instanceof RoutesException
                || failure instanceof CommandException) {
            command.getErr().println(failure.getMessage());
            command.getErr().flush();
            return FAILED;
        }
        throw failure;
    }

    @Override
    public void run() {
        new RunCommand().run();
    }

    /** Written by the build. The manifest's version would be taken for Camel's, whose classes are in the same jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            Properties build = new Properties();
            try (InputStream stream = Main.class.getResourceAsStream("/version.properties")) {
                build.load(stream);
            }
            return new String[] {"intercom-klaviyo " + build.getProperty("version")};
        }
    }
}
