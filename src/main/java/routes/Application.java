package routes;

import com.github.benmanes.caffeine.cache.Ticker;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.quartz.QuartzComponent;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.console.AdminEngine;
import routes.console.Guard;
import routes.intercom.Contacts;
import routes.intercom.IntercomClient;
import routes.intercom.Notification;
import routes.intercom.Tags;
import routes.intercom.Teammates;
import routes.store.Database;
import routes.store.Inbox;
import routes.store.SharedSchedule;

/** The running program: the list of what it is made of, started and stopped in order. */
public final class Application implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Application.class);

    /** After so long routes are still stopping only where a service hangs; of the 15 s of a stop the store needs the rest. */
    private static final Duration PATIENCE = Duration.ofSeconds(9);

    /** The first senders have been answered by then. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    /** What delivering needs of the database, and nothing of Camel. */
    private record Work(Connection connection, Beans beans) {}

    private final Settings settings;
    private final RoutesFile routes;
    private final FutureTask<Reception> receiving;
    private final FutureTask<Reception.Store> opening;
    private final FutureTask<Work> preparing;
    /** Down when senders are answered, or never will be. */
    private final CountDownLatch answering = new CountDownLatch(1);

    private final Gate gate = Gate.closed();
    /** Where senders are let in already, an operator waits for a moment instead of being told that there is nothing. */
    private final Gate consoleGate = Gate.held();

    private final Senders senders;
    private final Listener webhooks;
    private final List<Vertx> servers = new CopyOnWriteArrayList<>();
    private final Set<Integer> prepared = new HashSet<>();
    private final Main main = new Main();

    /**
     * Starts the program.
     *
     * @throws routes.store.StoreException when the database cannot be used
     * @throws RoutesException when the routes file cannot be used
     */
    public static Application start(Settings settings, Clock clock) {
        return start(settings, clock, Ticker.systemTicker());
    }

    /** As above; {@code ticker} measures how long senders take. */
    static Application start(Settings settings, Clock clock, Ticker ticker) {
        return new Application(settings, clock, ticker);
    }

    private Application(Settings settings, Clock clock, Ticker ticker) {
        this.settings = settings;
        routes = new RoutesFile(settings.routes(), gate, clock);
        webhooks = new Listener(settings.httpPort());
        // A body may take its bytes four times on its way to the disk.
        senders = new Senders(ticker, Runtime.getRuntime().maxMemory() / 8);
        receiving = new FutureTask<>(() -> Reception.of(settings, this::store));
        opening = new FutureTask<>(() -> open(clock));
        preparing = new FutureTask<>(() -> prepare(clock));
        // Meanwhile Camel reads its configuration and the routes, which takes as long.
        new Thread(this::openAndPrepare, "open-database").start();
        try {
            main.setDefaultPropertyPlaceholderLocation("false");
            main.setOverrideProperties(camelProperties());
            // The usual one waits, when the machine stops the process, for what close() does not wait for.
            main.setShutdownStrategy(new SimpleMainShutdownStrategy());
            Assembly assembly = new Assembly();
            main.addMainListener(assembly);
            main.start();
            if (assembly.receives) {
                var unused = store();
                gate.open();
            }
            startDelivering(assembly.sharedSchedule);
            gate.open();
            consoleGate.open();
        } catch (Exception e) {
            close();
            throw reason(e);
        }
        routes.inOrder(context())
                .forEach(route -> LOG.info(
                        "{} <- {}", route.getRouteId(), route.getEndpoint().getEndpointBaseUri()));
        LOG.info("Receives at http://{}:{}/webhooks/intercom", settings.httpHost(), settings.httpPort());
        LOG.info("Console at {}", consoleUrl());
        // What the start needed goes back to the machine; the collector would keep it, a sixth of what rests, for good.
        CompletableFuture.delayedExecutor(SETTLED.toMillis(), TimeUnit.MILLISECONDS)
                .execute(System::gc);
    }

    /** With a second process in the same place the port is taken as well; that its database is tells more. */
    private RuntimeException reason(Exception failure) {
        try {
            var unused = store();
        } catch (RuntimeException e) {
            return e;
        }
        return failure instanceof RuntimeException known
                ? known
                : new IllegalStateException("the program did not start", failure);
    }

    private void openAndPrepare() {
        opening.run();
        try {
            // Until then it would only be in the way.
            answering.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        preparing.run();
    }

    private Reception.Store open(Clock clock) {
        Database database = Database.open(settings.databaseUrl(), settings.databaseUser(), settings.databasePassword());
        try {
            Inbox inbox = new Inbox(database, clock);
            inbox.heed(webhooks::unanswered);
            return new Reception.Store(database, inbox);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private Work prepare(Clock clock) {
        Database database = store().database();
        // A new one is made here.
        database.require();
        Connection connection = Connection.of(settings, database, clock);
        IntercomClient intercom = new IntercomClient(settings.intercomUrl(), connection, clock);
        Teammates teammates = new Teammates(intercom, clock);
        connection.onChange(intercom::renewed);
        connection.onChange(teammates::forget);
        LiveSource source =
                new LiveSource(intercom, new Contacts(intercom, new Tags(intercom, clock), clock), teammates);
        return new Work(connection, new Beans(settings, reception(), connection, intercom, source, routes, clock));
    }

    /** All that comes after a sender's answer. */
    private void startDelivering(@Nullable QuartzComponent sharedSchedule) throws Exception {
        // Meanwhile what needs nothing of it.
        answering.countDown();
        CamelContext context = context();
        MappingFunctions.bind(context.getRegistry());
        context.resolveLanguage("jq");
        Beans beans = work().beans();
        beans.begin();
        beans.bind(context.getRegistry());
        HealthCheckRegistry.get(context).register(beans.health());
        routes.loadOthers();
        if (sharedSchedule != null) {
            sharedSchedule.getScheduler().start();
        }
    }

    /** Whoever needs it first makes it. */
    private Reception reception() {
        receiving.run();
        return outcome(receiving);
    }

    /** As {@link #work()}, as soon as a notification can be stored. */
    private Reception.Store store() {
        return outcome(opening);
    }

    /**
     * @return when it is there
     * @throws RuntimeException why it is not
     */
    private Work work() {
        return outcome(preparing);
    }

    private static <T> T outcome(Future<T> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Puts our parts into the context at the moments that Camel Main has for it. */
    private final class Assembly extends MainListenerSupport {

        private boolean receives;
        private @Nullable QuartzComponent sharedSchedule;
        private final AdminEngine engine =
                new AdminEngine(settings.adminPort(), new Guard(settings.adminHost(), settings.adminPassword()));

        @Override
        public void beforeConfigure(BaseMainSupport main) {
            CamelContext context = main.getCamelContext();
            // Each server gets one of its own: senders of webhooks cannot use up the console's workers.
            context.getRegistry().bindAsPrototype("vertx", Vertx.class, Application.this::vertx);
            PlatformHttpComponent listener = new PlatformHttpComponent();
            listener.setEngine(webhooks);
            context.addComponent("platform-http", listener);
            PlatformHttpComponent admin = new PlatformHttpComponent();
            admin.setEngine(engine);
            context.addComponent("admin", admin);
            for (String scheme : List.of("http", "https")) {
                context.addComponent(scheme, new ApiHttpComponent());
            }
            // Found there, and made, with the first route that needs them.
            QuartzComponent ofThisInstance = new RouteQuartz();
            ofThisInstance.setProperties(Map.of(
                    "org.quartz.scheduler.instanceName", "this-instance", "org.quartz.threadPool.threadCount", "2"));
            context.getRegistry().bind("instance-quartz", ofThisInstance);
            if (Database.isShared(settings.databaseUrl())) {
                QuartzComponent ofAll = new RouteQuartz();
                sharedSchedule = ofAll;
                // What is due fires at once; a job without its route would count as done.
                ofAll.setAutoStartScheduler(false);
                ofAll.setPrefixInstanceName(false);
                ofAll.setProperties(SharedSchedule.properties(store().database()));
                context.addComponent("quartz", ofAll);
            } else {
                context.getRegistry().bind("quartz", new RouteQuartz());
            }
        }

        @Override
        public void afterConfigure(BaseMainSupport main) {
            CamelContext context = main.getCamelContext();
            receives = routes.loadReceiving(context, registry -> work().beans().bind(registry));
            Reception reception = reception();
            reception.bind(context.getRegistry());
            context.addRoutePolicyFactory(reception.routeMeters());
        }
    }

    private Vertx vertx() {
        Vertx vertx = new BoundedVertx(senders, this::prepareRouters);
        servers.add(vertx);
        return vertx;
    }

    /** A server is about to listen: its router is there, and nobody has met it yet. */
    private void prepareRouters() {
        for (int port : new int[] {settings.httpPort(), settings.adminPort()}) {
            VertxPlatformHttpRouter router =
                    VertxPlatformHttpRouter.lookup(context(), VertxPlatformHttpRouter.getRouterNameFromPort(port));
            if (router != null && prepared.add(port)) {
                router.route().order(-3_000).handler(senders).failureHandler(senders::failed);
                RawBodies.on(router);
                (port == settings.httpPort() ? gate : consoleGate).guard(router);
            }
        }
    }

    private Properties camelProperties() {
        Properties properties = Beans.placeholders(settings);
        properties.putAll(settings.camel());
        properties.put("camel.main.name", "intercom-klaviyo");
        properties.put("camel.main.shutdown-timeout", "8");
        properties.put("camel.main.stream-caching-enabled", "false");
        for (String scheme : List.of("http", "https")) {
            // The routes say what an answer means: none is repeated, followed or remembered before they see it.
            String component = "camel.component." + scheme;
            properties.put(component + ".automatic-retries-disabled", "true");
            properties.put(component + ".follow-redirects", "false");
            properties.put(component + ".cookie-management-disabled", "true");
        }
        properties.put("camel.server.enabled", "true");
        properties.put("camel.server.host", settings.httpHost());
        properties.put("camel.server.port", String.valueOf(settings.httpPort()));
        properties.put("camel.server.max-body-size", String.valueOf(Notification.MAX_BYTES));
        properties.put("camel.server.file-upload-enabled", "false");
        properties.put("camel.management.enabled", "true");
        properties.put("camel.management.host", settings.adminHost());
        properties.put("camel.management.port", String.valueOf(settings.adminPort()));
        properties.put("camel.management.health-check-enabled", "true");
        properties.put("camel.management.health-path", "/observe/health");
        return properties;
    }

    /** @return where an operator points the browser */
    public String consoleUrl() {
        return "http://" + settings.adminHost() + ":" + settings.adminPort() + "/";
    }

    /** As if somebody had connected it in the console; for the sandbox. */
    void connect(String token) {
        work().connection().keep(token);
    }

    CamelContext context() {
        return Objects.requireNonNull(main.getCamelContext());
    }

    /**
     * Stops taking in, finishes what is under way as far as that takes no longer than a few seconds, and closes the store.
     * A request that hangs is not waited for: its event is in the outbox, and is sent again by the next start.
     */
    @Override
    public void close() {
        answering.countDown();
        gate.close();
        stopRoutes();
        servers.forEach(Vertx::close);
        closeWork();
    }

    private void closeWork() {
        Reception.Store opened;
        try {
            opened = store();
        } catch (RuntimeException e) {
            LOG.debug("Nothing was opened", e);
            return;
        }
        Beans delivering = null;
        try {
            delivering = work().beans();
        } catch (RuntimeException e) {
            LOG.debug("Nothing was to be delivered", e);
        }
        if (delivering == null) {
            opened.inbox().close();
        } else {
            delivering.close();
        }
        opened.database().close();
    }

    private void stopRoutes() {
        Thread stopping = new Thread(main::stop, "stop-routes");
        stopping.setDaemon(true);
        stopping.start();
        try {
            stopping.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (stopping.isAlive()) {
            LOG.warn("What is still under way is not waited for: it is done again by the next start");
        }
    }
}
