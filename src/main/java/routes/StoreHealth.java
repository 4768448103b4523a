package routes;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import routes.store.Database;

/**
 * Ready while the database answers. A refused edit of the routes is told and is no failure: the routes before it go on,
 * and a restart would only meet the broken file.
 */
final class StoreHealth extends AbstractHealthCheck {

    private final Database database;
    private final RoutesFile routes;

    StoreHealth(Database database, RoutesFile routes) {
        super("intercom-klaviyo", "store");
        this.database = database;
        this.routes = routes;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        String error = routes.error();
        if (error != null) {
            builder.detail("routes.error", error);
        }
        if (database.isReachable()) {
            builder.up();
        } else {
            builder.message("the database does not answer").down();
        }
    }
}
