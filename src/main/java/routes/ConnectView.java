package routes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import routes.intercom.IntercomClient;
import routes.store.Database;

/**
 * What routes.yaml says with {@code bean: connectView}: whether both services, the database and the routes file work, as
 * the command {@code check} tells it. Thread-safe.
 */
public final class ConnectView {

    /** Klaviyo allows 15 questions about the account a minute; somebody who presses the button again meets the answer. */
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final Connection connection;
    private final IntercomClient intercom;
    private final Workspace workspace;
    private final Account account;
    private final URI klaviyoUrl;
    private final Database database;
    private final RoutesFile routes;
    private final Clock clock;
    private List<Check> known = List.of();
    private Instant knownAt = Instant.EPOCH;

    ConnectView(
            Connection connection,
            IntercomClient intercom,
            Workspace workspace,
            Account account,
            URI klaviyoUrl,
            Database database,
            RoutesFile routes,
            Clock clock) {
        this.connection = connection;
        connection.onChange(this::forget);
        this.intercom = intercom;
        this.workspace = workspace;
        this.account = account;
        this.klaviyoUrl = klaviyoUrl;
        this.database = database;
        this.routes = routes;
        this.clock = clock;
    }

    /** {@code GET /api/checks}. */
    public synchronized void checks(Exchange exchange) {
        if (knownAt.plus(FRESH).isBefore(clock.instant())) {
            known = look();
            knownAt = clock.instant();
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("checkedAt", knownAt.toString());
        ArrayNode checks = answer.putArray("checks");
        known.forEach(check -> checks.addObject()
                .put("result", check.result().word())
                .put("what", check.what())
                .put("text", check.text()));
        Console.answer(exchange, 200, answer);
    }

    private synchronized void forget() {
        knownAt = Instant.EPOCH;
    }

    private List<Check> look() {
        List<Check> checks = new ArrayList<>();
        checks.addAll(ServiceChecks.intercom(connection, intercom, workspace));
        checks.addAll(ServiceChecks.klaviyo(account, klaviyoUrl));
        checks.add(
                database.isReachable()
                        ? Check.ok("database", database.isShared() ? "PostgreSQL works" : "the embedded one works")
                        : Check.failed("database", "does not answer"));
        String error = routes.error();
        checks.add(error == null ? Check.ok("routes", routes.name()) : Check.failed("routes", error));
        return checks;
    }
}
