package routes;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.VertxOptions;
import java.time.Clock;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.camel.spi.Registry;
import routes.console.Metrics;
import routes.console.Page;
import routes.history.Importer;
import routes.history.Reconciler;
import routes.intercom.IntercomClient;
import routes.intercom.Signature;
import routes.klaviyo.Identity;
import routes.klaviyo.Pace;
import routes.store.Database;
import routes.store.DeliveryLog;
import routes.store.History;
import routes.store.Inbox;
import routes.store.LogView;

/** The beans that routes.yaml refers to by name. */
final class Beans implements AutoCloseable {

    /** platform-http holds a worker for each request until its commit: this many wait for one commit together. */
    private static final int WORKERS = 256;

    private final Inbox inbox;
    private final DeliveryLog log;
    private final Readings readings;
    private final History history;
    private final Importer importer;
    private final Reconciler reconciler;
    private final Map<String, Object> byName;

    /** @param source where contacts and teammates come from */
    Beans(
            Settings settings,
            Database database,
            IntercomClient intercom,
            Enricher.Source source,
            RoutesFile routes,
            Clock clock) {
        inbox = new Inbox(database, clock);
        log = new DeliveryLog(database, clock);
        Workspace workspace = new Workspace(intercom);
        Account account = new Account(settings.klaviyoUrl(), settings.klaviyoKey(), clock);
        Enricher enricher = new Enricher(source, new Identity(settings.phoneRegion()));
        readings = new Readings(enricher, workspace::code, log, clock);
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        // Klaviyo: 350 a second and 3,500 a minute; in bulk 10 and 150.
        Standing klaviyo = new Standing(clock);
        Deliveries deliveries =
                new Deliveries(log, new Pace(350, 3_500, clock), new Pace(10, 150, clock), klaviyo, meters, clock);
        history = new History(database, clock, UUID.randomUUID().toString());
        importer = new Importer(intercom, history, workspace::code, clock);
        reconciler = new Reconciler(intercom, history, workspace::code, clock);
        LogView view = new LogView(database);
        Attention attention = new Attention(klaviyo, intercom, routes, clock);
        Gauges.register(meters, inbox, view, importer, routes, klaviyo, intercom, clock);
        byName = Map.ofEntries(
                Map.entry("webhook", new Webhook(new Signature(settings.clientSecrets()), inbox, meters)),
                Map.entry("inbox", inbox),
                Map.entry("readings", readings),
                Map.entry("knownEvents", new KnownEvents(log)),
                Map.entry("deliveries", deliveries),
                Map.entry("upkeep", new Upkeep(log, clock)),
                Map.entry("page", new Page()),
                Map.entry("metrics", new Metrics(meters)),
                Map.entry("console", new Console(readings, clock)),
                Map.entry("statusView", new StatusView(inbox, view, routes, workspace, account, attention, clock)),
                Map.entry("eventsView", new EventsView(readings, log, view)),
                Map.entry("routesView", new RoutesView(routes, meters)),
                Map.entry(
                        "connectView",
                        new ConnectView(intercom, workspace, account, settings.klaviyoUrl(), database, routes, clock)),
                Map.entry("importer", importer),
                Map.entry("reconciler", reconciler),
                Map.entry("historyView", new HistoryView(importer, reconciler, view)),
                Map.entry("storeHealth", new StoreHealth(database, routes)),
                Map.entry("database", database.dataSource()),
                Map.entry("metricsRegistry", meters));
    }

    void bind(Registry registry) {
        byName.forEach(registry::bind);
        MappingFunctions.bind(registry);
    }

    /** @return what {@code {{…}}} in routes.yaml stands for; an environment variable of the same name does not change it */
    static Properties placeholders(Settings settings) {
        Properties placeholders = new Properties();
        placeholders.put("klaviyo.url", settings.klaviyoUrl().toString());
        placeholders.put("klaviyo.api-key", settings.klaviyoKey());
        return placeholders;
    }

    VertxOptions vertxOptions() {
        return new VertxOptions().setWorkerPoolSize(WORKERS);
    }

    Readings readings() {
        return readings;
    }

    /** Writes what is still to be written. */
    @Override
    public void close() {
        importer.close();
        reconciler.close();
        history.close();
        inbox.close();
        log.close();
    }
}
