package routes;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks the running program to send parked events again. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Sends parked events of the running program again, made anew with today's routes.")
final class ReplayCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    private Wanted wanted;

    /** Either ids or all. */
    static final class Wanted {
        @Parameters(arity = "1..*", paramLabel = "ID", description = "unique_id of a parked event")
        @Nullable
        List<String> ids;

        @Option(names = "--all", description = "all parked events")
        boolean all;
    }

    @Override
    public Integer call() throws IOException {
        AdminClient admin = AdminClient.ofThisMachine();
        PrintWriter out = spec.commandLine().getOut();
        ObjectMapper json = JsonMapper.builder().build();
        boolean done = true;
        if (wanted.all) {
            AdminClient.Reply reply = admin.post("/api/replay", json.createObjectNode());
            out.println(reply.isOk() ? reply.body().path("replayed").asText() + " replayed" : reply.error());
            done = reply.isOk();
        } else {
            for (String id : wanted.ids == null ? List.<String>of() : wanted.ids) {
                AdminClient.Reply reply =
                        admin.post("/api/events/" + AdminClient.encode(id) + "/replay", json.createObjectNode());
                out.println(id + ": " + (reply.isOk() ? "replayed" : reply.error()));
                done &= reply.isOk();
            }
        }
        out.flush();
        return done ? 0 : Main.FAILED;
    }
}
