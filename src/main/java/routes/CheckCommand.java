package routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import routes.intercom.IntercomClient;
import routes.store.Database;
import routes.store.StoreException;

/** Says whether the configuration works, line by line. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Says whether the configuration works: Intercom, Klaviyo, database, routes file.")
final class CheckCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private boolean works = true;

    @Override
    public Integer call() {
        Settings settings = Settings.read();
        say(Check.ok("settings", "complete"));
        Clock clock = Clock.systemUTC();
        Database database = null;
        String refusal = null;
        try {
            database = open(settings);
        } catch (StoreException e) {
            refusal = String.valueOf(e.getMessage());
        }
        try {
            intercom(settings, database, clock).forEach(this::say);
            Account account = new Account(settings.klaviyoUrl(), settings.klaviyoKey(), clock);
            ServiceChecks.klaviyo(account, settings.klaviyoUrl()).forEach(this::say);
            say(database == null ? Check.failed("database", String.valueOf(refusal)) : database(settings, database));
        } finally {
            if (database != null) {
                database.close();
            }
        }
        say(routes(settings));
        return works ? 0 : Main.FAILED;
    }

    private static Database open(Settings settings) {
        Database database = Database.open(settings.databaseUrl(), settings.databaseUser(), settings.databasePassword());
        try {
            database.require();
            return database;
        } catch (StoreException e) {
            database.close();
            throw e;
        }
    }

    private static List<Check> intercom(Settings settings, @Nullable Database database, Clock clock) {
        if (database == null && settings.accessToken() == null) {
            return List.of(Check.warning(
                    "Intercom",
                    "cannot be asked: the token of the connected app is in the database, which cannot be opened now"));
        }
        Connection connection = database == null
                ? Connection.given(String.valueOf(settings.accessToken()))
                : Connection.of(settings, database, clock);
        IntercomClient intercom = new IntercomClient(settings.intercomUrl(), connection, clock);
        return ServiceChecks.intercom(connection, intercom, new Workspace(intercom));
    }

    private static Check database(Settings settings, Database database) {
        String kind =
                URI.create(settings.databaseUrl().substring("jdbc:".length())).getScheme();
        return database.isReachable()
                ? Check.ok("database", kind + " works")
                : Check.failed("database", "does not answer");
    }

    private static Check routes(Settings settings) {
        try (DryRun dryRun = DryRun.open(settings.routes(), (JsonNode) null, null)) {
            return Check.ok("routes", dryRun.routesName());
        } catch (RoutesException e) {
            return Check.failed("routes", String.valueOf(e.getMessage()));
        }
    }

    private void say(Check check) {
        works = works && check.result() != Check.Result.FAILED;
        PrintWriter out = spec.commandLine().getOut();
        String kind = check.result() == Check.Result.OK ? "ok" : check.result().name();
        out.printf("%-7s %s: %s%n", kind, check.what(), check.text());
        out.flush();
    }
}
