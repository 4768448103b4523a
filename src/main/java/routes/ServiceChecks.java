package routes;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import routes.Account.Told;
import routes.intercom.IntercomClient;
import routes.intercom.IntercomException;

/** Asks Intercom and Klaviyo whether token and key do what is needed. Changes nothing there. */
final class ServiceChecks {

    private ServiceChecks() {}

    static List<Check> intercom(Connection connection, IntercomClient intercom, Workspace workspace) {
        List<Check> checks = new ArrayList<>();
        switch (connection.state()) {
            case NONE -> {
                return List.of(Check.failed(
                        "Intercom", "is not connected yet: press Connect to Intercom on the console's page Connect"));
            }
            case UNREADABLE -> {
                return List.of(Check.failed("Intercom", Connection.UNREADABLE_TOKEN));
            }
            case KNOWN -> {}
        }
        try {
            IntercomClient.Answer me = IntercomClient.await(intercom.get("/me"));
            if (!me.isOk()) {
                return List.of(
                        Check.failed("Intercom", "answers " + me.status() + " to GET /me: is INTERCOM_URL right?"));
            }
        } catch (IntercomException e) {
            return List.of(Check.failed(
                    "Intercom",
                    e.getMessage()
                            + (connection.isGiven()
                                    ? ": check INTERCOM_ACCESS_TOKEN and INTERCOM_URL"
                                    : ": connect again on the console's page Connect, and check INTERCOM_URL")));
        }
        checks.add(Check.ok("Intercom", "workspace " + workspace.name() + " (" + workspace.code() + ")"));
        for (String path : List.of("/admins", "/teams", "/tags")) {
            try {
                IntercomClient.Answer answer = IntercomClient.await(intercom.get(path));
                if (!answer.isOk()) {
                    checks.add(Check.failed(
                            "Intercom",
                            "answers " + answer.status() + " to GET " + path
                                    + ": give the app the permission to read it"));
                }
            } catch (IntercomException e) {
                checks.add(Check.failed("Intercom", e.getMessage() + " to GET " + path));
            }
        }
        return checks;
    }

    static List<Check> klaviyo(Account account, URI url) {
        List<Check> checks = new ArrayList<>();
        Told told = patiently(account);
        checks.add(
                switch (told.status()) {
                    case 200 -> Check.ok("Klaviyo", "account " + Account.name(told));
                    case 403 ->
                        Check.ok(
                                "Klaviyo",
                                "the key is valid, but may not read the account's name (scope accounts:read)");
                    case 401 -> Check.failed("Klaviyo", "refuses the key: check KLAVIYO_API_KEY");
                    case 429 -> Check.warning("Klaviyo", "is asked too often just now; check again in a minute");
                    case 0 -> Check.failed("Klaviyo", "cannot be reached at " + url + ": " + told.why());
                    default -> Check.failed("Klaviyo", "answers " + told.status() + " " + told.why());
                });
        if (told.status() == 200 || told.status() == 403) {
            checks.add(eventScope(account));
            if (account.post("/api/profile-import", "{\"data\":{\"type\":\"profile\",\"attributes\":{}}}")
                            .status()
                    == 403) {
                checks.add(Check.warning(
                        "Klaviyo",
                        "the key may not write profiles: it needs the scope profiles:write to show how many cases a"
                                + " contact has open"));
            }
            if (account.hasBuiltInIntegration()) {
                checks.add(Check.warning(
                        "Klaviyo",
                        "its own Intercom integration is active in this account: everything will be counted"
                                + " twice, in metrics of the same name; disable one of the two"));
            }
        }
        return checks;
    }

    /** Klaviyo allows one such question a second, and somebody else may just have asked. */
    private static Told patiently(Account account) {
        Told told = account.ask("/api/accounts");
        if (told.status() != 429) {
            return told;
        }
        try {
            TimeUnit.MILLISECONDS.sleep(1_200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return told;
        }
        return account.ask("/api/accounts");
    }

    /** An event that cannot be valid tells whether the key may write events, and leaves no trace. */
    private static Check eventScope(Account account) {
        Told told = account.post("/api/events", "{\"data\":{\"type\":\"event\",\"attributes\":{}}}");
        return switch (told.status()) {
            case 400 -> Check.ok("Klaviyo", "the key may write events");
            case 401, 403 -> Check.failed("Klaviyo", "the key may not write events: it needs the scope events:write");
            default ->
                Check.warning("Klaviyo", "whether the key may write events could not be told (" + told.status() + ")");
        };
    }
}
