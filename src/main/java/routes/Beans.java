package routes;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.spi.Registry;
import org.jspecify.annotations.Nullable;
import routes.console.Metrics;
import routes.console.Page;
import routes.history.Importer;
import routes.history.Reconciler;
import routes.intercom.IntercomClient;
import routes.intercom.OAuth;
import routes.klaviyo.Identity;
import routes.klaviyo.Pace;
import routes.klaviyo.PaceLedger;
import routes.store.Authorizations;
import routes.store.CaseStore;
import routes.store.Database;
import routes.store.DeliveryLog;
import routes.store.History;
import routes.store.Inbox;
import routes.store.LogView;
import routes.store.PaceTable;

/** The beans that routes.yaml refers to by name. */
final class Beans implements AutoCloseable {

    private final Inbox inbox;
    private final DeliveryLog log;
    private final Readings readings;
    private final History history;
    private final Importer importer;
    private final Reconciler reconciler;
    private final CaseUpdates caseUpdates;
    private final StoreHealth health;
    private final Map<String, Object> byName;

    /** @param source where contacts and teammates come from */
    Beans(
            Settings settings,
            Reception reception,
            Connection connection,
            IntercomClient intercom,
            Enricher.Source source,
            RoutesFile routes,
            Clock clock) {
        Reception.Store store = reception.store().get();
        Database database = store.database();
        inbox = store.inbox();
        log = new DeliveryLog(database, clock);
        Workspace workspace = new Workspace(intercom);
        connection.onChange(workspace::forget);
        Account account = new Account(settings.klaviyoUrl(), settings.klaviyoKey(), clock);
        Identity identity = new Identity(settings.phoneRegion());
        Enricher enricher = new Enricher(source, identity);
        readings = new Readings(enricher, workspace::code, log, inbox, clock);
        PrometheusMeterRegistry meters = reception.meters();
        // Klaviyo: 350 a second and 3,500 a minute; in bulk 10 and 150; profiles 75 and 750.
        Standing klaviyo = new Standing(clock);
        PaceLedger ledger = database.isShared() ? new PaceTable(database)::change : null;
        Pace singles = new Pace("events", 350, 3_500, clock, ledger);
        Pace bulks = new Pace("event-bulk-create-jobs", 10, 150, clock, ledger);
        Pace updates = new Pace("profile-import", 75, 750, clock, ledger);
        Deliveries deliveries = new Deliveries(log, singles, bulks, klaviyo, meters, clock);
        Standing profiles = new Standing(clock);
        CaseStore cases = new CaseStore(database, clock);
        caseUpdates = new CaseUpdates(cases, source, identity, updates, profiles, meters, clock);
        history = new History(database, clock);
        importer = new Importer(intercom, history, workspace::code, clock);
        reconciler = new Reconciler(intercom, history, workspace::code, clock);
        LogView view = new LogView(database);
        Attention attention = new Attention(klaviyo, profiles, connection, intercom, routes, clock);
        Gauges.register(meters, inbox, view, importer, routes, klaviyo, intercom, clock);
        health = new StoreHealth(database, routes);
        byName = Map.ofEntries(
                Map.entry("webhook", reception.webhook()),
                Map.entry("inbox", inbox),
                Map.entry("readings", readings),
                Map.entry("knownEvents", new KnownEvents(log)),
                Map.entry("deliveries", deliveries),
                Map.entry("caseNotes", new CaseNotes(clock)),
                Map.entry("caseUpdates", caseUpdates),
                Map.entry("upkeep", new Upkeep(log, cases, clock)),
                Map.entry("page", new Page()),
                Map.entry("metrics", new Metrics(meters)),
                Map.entry("console", new Console(readings, clock)),
                Map.entry("statusView", new StatusView(inbox, view, routes, workspace, account, attention, clock)),
                Map.entry("eventsView", new EventsView(readings, log, view)),
                Map.entry("routesView", new RoutesView(routes, meters)),
                Map.entry(
                        "connectView",
                        new ConnectView(
                                connection,
                                intercom,
                                workspace,
                                account,
                                settings.klaviyoUrl(),
                                database,
                                routes,
                                clock)),
                Map.entry(
                        "connectionView",
                        new ConnectionView(
                                connection,
                                oauth(settings),
                                new Authorizations(database, clock),
                                intercom,
                                workspace,
                                account,
                                new SecureRandom())),
                Map.entry("importer", importer),
                Map.entry("reconciler", reconciler),
                Map.entry("historyView", new HistoryView(importer, reconciler, view)),
                Map.entry("database", database.dataSource()));
    }

    private static @Nullable OAuth oauth(Settings settings) {
        Settings.PublicApp app = settings.app();
        // Of several secrets the first is the current one.
        return app == null
                ? null
                : new OAuth(
                        settings.intercomUrl(),
                        app.clientId(),
                        settings.clientSecrets().get(0));
    }

    /** Before anything is delivered. */
    void begin() {
        reconciler.begin();
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

    StoreHealth health() {
        return health;
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
        readings.close();
        inbox.close();
        log.close();
        caseUpdates.close();
    }
}
