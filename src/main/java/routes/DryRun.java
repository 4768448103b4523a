package routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;
import routes.intercom.IntercomClient;
import routes.store.Database;
import routes.store.Inbox;
import routes.store.InboxEntry;
import routes.store.Origin;

/**
 * The routes from a notification to an event, without network, ports or a database of the operator's: for {@code
 * transform}, and for {@code check} to see whether the routes file works.
 */
final class DryRun implements AutoCloseable {

    private final RoutesFile routes;
    private final Database memory;
    private final Beans beans;
    private final CamelContext context = new DefaultCamelContext();
    private final ProducerTemplate sender = context.createProducerTemplate();
    private final Clock clock = Clock.systemUTC();

    private DryRun(@Nullable Path file, Enricher.Source source, @Nullable String region) {
        Settings settings = Settings.ofDryRun(file, region);
        routes = new RoutesFile(file, Gate.closed(), clock);
        memory = Database.open("jdbc:hsqldb:mem:dry-run-" + System.nanoTime(), "SA", "");
        Reception.Store store = new Reception.Store(memory, new Inbox(memory, clock));
        Connection none = Connection.of(settings, memory, clock);
        IntercomClient nobody = new IntercomClient(settings.intercomUrl(), none, clock);
        beans = new Beans(settings, Reception.of(settings, () -> store), none, nobody, source, routes, clock);
        beans.bind(context.getRegistry());
        context.getPropertiesComponent().setOverrideProperties(Beans.placeholders(settings));
        try {
            routes.loadFrom("preview-readings", context, beans::bind);
            context.start();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * @param contact what Intercom would answer for the contact; null: it knows none
     * @param region for national phone numbers
     * @throws RoutesException when the routes file cannot be used
     */
    static DryRun open(@Nullable Path file, @Nullable JsonNode contact, @Nullable String region) {
        return new DryRun(file, new GivenContact(contact), region);
    }

    /** As above, with contacts and teammates from anywhere. */
    static DryRun open(@Nullable Path file, Enricher.Source source, @Nullable String region) {
        return new DryRun(file, source, region);
    }

    String routesName() {
        return routes.name();
    }

    /** @return as {@code POST /api/preview} answers */
    ObjectNode transform(String topic, String id, String notification) {
        byte[] body = notification.getBytes(StandardCharsets.UTF_8);
        List<Reading> told = beans.readings()
                .read(List.of(new InboxEntry(0, 0, Origin.WEBHOOK, topic, id, clock.instant(), 0, null, body)));
        sender.sendBody("direct:preview-readings", told);
        return Console.preview(told);
    }

    @Override
    public void close() {
        context.stop();
        beans.close();
        memory.close();
    }

    /** The one contact of a dry run; no teammates. */
    private record GivenContact(@Nullable JsonNode contact) implements Enricher.Source {

        @Override
        public Enricher.Lookup contacts(List<Reading> readings) {
            return id -> contact instanceof ObjectNode object ? object : null;
        }

        @Override
        public Enricher.Lookup lookup(List<String> ids) {
            return contacts(List.of());
        }

        @Override
        public @Nullable ObjectNode admin(@Nullable String id) {
            return null;
        }

        @Override
        public @Nullable ObjectNode team(@Nullable String id) {
            return null;
        }
    }
}
