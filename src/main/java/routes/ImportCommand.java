package routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Steers the historical import of the running program. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = "Steers the historical import of the running program.",
        subcommands = {
            ImportCommand.Start.class,
            ImportCommand.Pause.class,
            ImportCommand.Resume.class,
            ImportCommand.Restart.class,
            ImportCommand.Status.class
        })
final class ImportCommand implements Callable<Integer> {

    private static final int LOOK_EVERY_MILLIS = 500;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getErr().println("Missing one of start, pause, resume, restart, status (--help tells more)");
        spec.commandLine().getErr().flush();
        return Main.USAGE;
    }

    /** One of the five. */
    private abstract static class Steering implements Callable<Integer> {

        @Spec
        @SuppressWarnings("NullAway.Init")
        CommandSpec spec;

        final ObjectMapper json = JsonMapper.builder().build();

        AdminClient.Reply post(String action, JsonNode body) throws IOException {
            return AdminClient.ofThisMachine().post("/api/import/" + action, body);
        }

        int steer(String action) throws IOException {
            return said(post(action, json.createObjectNode()));
        }

        int said(AdminClient.Reply reply) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(reply.isOk() ? line(reply.body()) : reply.error());
            out.flush();
            return reply.isOk() ? 0 : Main.FAILED;
        }

        static String line(JsonNode run) {
            String text = "%s: %d of %d objects (%d %%), %d events"
                    .formatted(
                            run.path("state").asText(),
                            run.path("done").asLong(),
                            run.path("total").asLong(),
                            run.path("percent").asLong(),
                            run.path("events").asLong());
            return run.hasNonNull("error") ? text + "; " + run.path("error").asText() : text;
        }

        /** Shows a bar that moves until the run does no longer; one line where there is no terminal. */
        int follow() throws IOException, InterruptedException {
            AdminClient admin = AdminClient.ofThisMachine();
            AdminClient.Reply reply = admin.get("/api/import");
            if (System.console() == null || !reply.isOk() || !isRunning(reply.body())) {
                return said(reply);
            }
            try (ProgressBar bar = new ProgressBarBuilder()
                    .setTaskName("import")
                    .setUnit(" objects", 1)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setInitialMax(reply.body().path("total").asLong())
                    .showSpeed()
                    .build()) {
                while (reply.isOk() && isRunning(reply.body())) {
                    bar.maxHint(reply.body().path("total").asLong());
                    bar.stepTo(reply.body().path("done").asLong());
                    bar.setExtraMessage(" " + reply.body().path("events").asLong() + " events");
                    Thread.sleep(LOOK_EVERY_MILLIS);
                    reply = admin.get("/api/import");
                }
                bar.stepTo(reply.body().path("done").asLong());
            }
            return said(reply);
        }

        private static boolean isRunning(JsonNode run) {
            return run.path("state").asText().equals("running");
        }
    }

    @Command(name = "start", mixinStandardHelpOptions = true, description = "Begins an import and shows its progress.")
    static final class Start extends Steering {

        @Option(names = "--since", paramLabel = "DATE", description = "objects that began then or later (2025-01-01)")
        private @Nullable String since;

        @Option(names = "--until", paramLabel = "DATE", description = "objects that began before then")
        private @Nullable String until;

        @Option(
                names = "--metric",
                paramLabel = "NAME",
                description = "one of the eight metrics, for example \"Rated Conversation\"; may be repeated")
        private @Nullable List<String> metrics;

        @Override
        public Integer call() throws IOException, InterruptedException {
            ObjectNode asked = json.createObjectNode();
            asked.put("since", since);
            asked.put("until", until);
            if (metrics != null) {
                metrics.forEach(asked.putArray("metrics")::add);
            }
            AdminClient.Reply reply = post("start", asked);
            return reply.isOk() ? follow() : said(reply);
        }
    }

    @Command(name = "pause", mixinStandardHelpOptions = true, description = "Halts the import where it stands.")
    static final class Pause extends Steering {
        @Override
        public Integer call() throws IOException {
            return steer("pause");
        }
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Goes on with a paused or failed import.")
    static final class Resume extends Steering {
        @Override
        public Integer call() throws IOException {
            return steer("resume");
        }
    }

    @Command(
            name = "restart",
            mixinStandardHelpOptions = true,
            description = "Begins the import anew; what it has sent already is found to be known.")
    static final class Restart extends Steering {
        @Override
        public Integer call() throws IOException {
            return steer("restart");
        }
    }

    @Command(name = "status", mixinStandardHelpOptions = true, description = "Shows how far the import is.")
    static final class Status extends Steering {
        @Override
        public Integer call() throws IOException, InterruptedException {
            return follow();
        }
    }
}
