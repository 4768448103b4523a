package routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import routes.Account.Told;
import routes.intercom.IntercomClient;
import routes.intercom.IntercomException;
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
        good("settings", "complete");
        intercom(settings);
        klaviyo(settings);
        database(settings);
        routes(settings);
        return works ? 0 : Main.FAILED;
    }

    private void intercom(Settings settings) {
        IntercomClient intercom = new IntercomClient(settings.intercomUrl(), settings.accessToken(), Clock.systemUTC());
        Workspace workspace = new Workspace(intercom);
        try {
            IntercomClient.Answer me = IntercomClient.await(intercom.get("/me"));
            if (!me.isOk()) {
                bad("Intercom", "answers " + me.status() + " to GET /me: is INTERCOM_URL right?");
                return;
            }
        } catch (IntercomException e) {
            bad("Intercom", e.getMessage() + ": check INTERCOM_ACCESS_TOKEN and INTERCOM_URL");
            return;
        }
        good("Intercom", "workspace " + workspace.name() + " (" + workspace.code() + ")");
        for (String path : new String[] {"/admins", "/teams", "/tags"}) {
            try {
                IntercomClient.Answer answer = IntercomClient.await(intercom.get(path));
                if (!answer.isOk()) {
                    bad(
                            "Intercom",
                            "answers " + answer.status() + " to GET " + path
                                    + ": give the app the permission to read it");
                }
            } catch (IntercomException e) {
                bad("Intercom", e.getMessage() + " to GET " + path);
            }
        }
    }

    private void klaviyo(Settings settings) {
        Account account = new Account(settings.klaviyoUrl(), settings.klaviyoKey(), Clock.systemUTC());
        Told told = account.ask("/api/accounts");
        switch (told.status()) {
            case 200 -> good("Klaviyo", "account " + Account.name(told));
            case 403 -> good("Klaviyo", "the key is valid, but may not read the account's name (scope accounts:read)");
            case 401 -> bad("Klaviyo", "refuses the key: check KLAVIYO_API_KEY");
            case 0 -> bad("Klaviyo", "cannot be reached at " + settings.klaviyoUrl() + ": " + told.why());
            default -> bad("Klaviyo", "answers " + told.status() + " " + told.why());
        }
        if (told.status() == 200 || told.status() == 403) {
            eventScope(account);
            if (account.hasBuiltInIntegration()) {
                warn(
                        "Klaviyo",
                        "its own Intercom integration is active in this account: everything will be counted"
                                + " twice, in metrics of the same name; disable one of the two");
            }
        }
    }

    /** An event that cannot be valid tells whether the key may write events, and leaves no trace. */
    private void eventScope(Account account) {
        Told told = account.post("/api/events", "{\"data\":{\"type\":\"event\",\"attributes\":{}}}");
        switch (told.status()) {
            case 400 -> good("Klaviyo", "the key may write events");
            case 401, 403 -> bad("Klaviyo", "the key may not write events: it needs the scope events:write");
            default -> warn("Klaviyo", "whether the key may write events could not be told (" + told.status() + ")");
        }
    }

    private void database(Settings settings) {
        try (Database database =
                Database.open(settings.databaseUrl(), settings.databaseUser(), settings.databasePassword())) {
            if (database.isReachable()) {
                good(
                        "database",
                        URI.create(settings.databaseUrl().substring("jdbc:".length()))
                                        .getScheme() + " works");
            } else {
                bad("database", "does not answer");
            }
        } catch (StoreException e) {
            bad("database", String.valueOf(e.getMessage()));
        }
    }

    private void routes(Settings settings) {
        try (DryRun dryRun = DryRun.open(settings.routes(), (JsonNode) null, null)) {
            good("routes", dryRun.routesName());
        } catch (RoutesException e) {
            bad("routes", String.valueOf(e.getMessage()));
        }
    }

    private void good(String what, String text) {
        say("ok     ", what, text);
    }

    private void warn(String what, String text) {
        say("WARNING", what, text);
    }

    private void bad(String what, String text) {
        works = false;
        say("FAILED ", what, text);
    }

    private void say(String kind, String what, String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(kind + " " + what + ": " + text);
        out.flush();
    }
}
