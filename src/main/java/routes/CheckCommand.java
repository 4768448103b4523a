package routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Clock;
import java.util.concurrent.Callable;
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
        IntercomClient intercom = new IntercomClient(settings.intercomUrl(), settings.accessToken(), Clock.systemUTC());
        Account account = new Account(settings.klaviyoUrl(), settings.klaviyoKey(), Clock.systemUTC());
        say(Check.ok("settings", "complete"));
        ServiceChecks.intercom(intercom, new Workspace(intercom)).forEach(this::say);
        ServiceChecks.klaviyo(account, settings.klaviyoUrl()).forEach(this::say);
        say(database(settings));
        say(routes(settings));
        return works ? 0 : Main.FAILED;
    }

    private static Check database(Settings settings) {
        try (Database database =
                Database.open(settings.databaseUrl(), settings.databaseUser(), settings.databasePassword())) {
            String kind = URI.create(settings.databaseUrl().substring("jdbc:".length()))
                    .getScheme();
            return database.isReachable()
                    ? Check.ok("database", kind + " works")
                    : Check.failed("database", "does not answer");
        } catch (StoreException e) {
            return Check.failed("database", String.valueOf(e.getMessage()));
        }
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
