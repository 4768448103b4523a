package routes;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.Supplier;
import org.apache.camel.spi.Registry;
import routes.intercom.Signature;
import routes.store.Database;
import routes.store.Inbox;

/**
 * What the routes need that answer a sender, and nothing else. They can be built while the database opens.
 *
 * @param store waits until it is open; throws what is in the way
 * @param routeMeters is to be asked for each route
 */
record Reception(Supplier<Store> store, PrometheusMeterRegistry meters, Webhook webhook, RouteMeters routeMeters) {

    /** The database, and what takes notifications into it. */
    record Store(Database database, Inbox inbox) {}

    static Reception of(Settings settings, Supplier<Store> store) {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Webhook webhook = new Webhook(
                new Signature(settings.clientSecrets()), () -> store.get().inbox(), meters);
        return new Reception(store, meters, webhook, new RouteMeters(meters));
    }

    void bind(Registry registry) {
        registry.bind("webhook", webhook);
    }
}
