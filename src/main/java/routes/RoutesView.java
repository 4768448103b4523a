package routes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.model.BeanDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.jspecify.annotations.Nullable;

/**
 * What routes.yaml says with {@code bean: routesView}: the routes as they run, which sends to which, and how much went
 * through each. Told by the running context, not by the file. Thread-safe.
 */
public final class RoutesView {

    private static final String INBOX = "inbox";
    private static final String LOG = "delivery log";
    private static final String CASES = "open cases";
    /** The two durable hand-overs are calls of a bean, not addresses: bean and method, and where what they take ends. */
    private static final Map<String, String> WRITES = Map.of(
            "webhook.store", INBOX,
            "importer.readPage", INBOX,
            "reconciler.look", INBOX,
            "caseNotes.note", CASES,
            "readings.pending", LOG,
            "readings.waiting", LOG,
            "readings.duplicate", LOG);

    private static final Map<String, String> READS = Map.of(
            "inbox.claimLive", INBOX, "inbox.claimHistory", INBOX, "deliveries.next", LOG, "caseUpdates.next", CASES);

    private final RoutesFile routes;
    private final MeterRegistry meters;

    RoutesView(RoutesFile routes, MeterRegistry meters) {
        this.routes = routes;
        this.meters = meters;
    }

    /** {@code GET /api/routes}. */
    public void routes(Exchange exchange) {
        CamelContext context = exchange.getContext();
        Map<String, String> answering = new HashMap<>();
        context.getRoutes().forEach(route -> answering.put(address(fromOf(route)), route.getRouteId()));
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("file", routes.name());
        answer.put("loadedAt", Console.text(routes.loadedAt()));
        answer.put("error", routes.error());
        ArrayNode shown = answer.putArray("routes");
        routes.inOrder(context).forEach(route -> shown.add(route(context, route, answering)));
        Console.answer(exchange, 200, answer);
    }

    private ObjectNode route(CamelContext context, Route route, Map<String, String> answering) {
        String id = route.getRouteId();
        ObjectNode shown = JsonNodeFactory.instance.objectNode();
        shown.put("id", id);
        shown.put("description", route.getDescription());
        shown.put("from", fromOf(route));
        Set<String> reads = new LinkedHashSet<>();
        Set<String> writes = new LinkedHashSet<>();
        Set<String> sendsTo = new LinkedHashSet<>();
        Set<String> calls = new LinkedHashSet<>();
        RouteDefinition definition = ((ModelCamelContext) context).getRouteDefinition(id);
        if (definition != null) {
            for (BeanDefinition bean : steps(definition, BeanDefinition.class)) {
                String call =
                        bean.getRef() + "." + String.valueOf(bean.getMethod()).replaceFirst("\\(.*", "");
                add(reads, READS.get(call));
                add(writes, WRITES.get(call));
            }
            for (ToDefinition to : steps(definition, ToDefinition.class)) {
                String uri = context.resolvePropertyPlaceholders(to.getUri());
                String target = answering.get(address(uri));
                add(target == null ? calls : sendsTo, target == null ? address(uri) : target);
            }
        }
        list(shown, "reads", reads);
        list(shown, "writes", writes);
        list(shown, "sendsTo", sendsTo);
        list(shown, "calls", calls);
        shown.put("total", count(RouteMeters.TOTAL, id));
        shown.put("failed", count(RouteMeters.FAILED, id) + count(RouteMeters.FAILURES_HANDLED, id));
        return shown;
    }

    private static <T extends ProcessorDefinition<T>> List<T> steps(RouteDefinition route, Class<T> kind) {
        return List.copyOf(ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), kind));
    }

    private static void list(ObjectNode shown, String name, Set<String> values) {
        ArrayNode list = shown.putArray(name);
        values.forEach(list::add);
    }

    private static void add(Set<String> values, @Nullable String value) {
        if (value != null) {
            values.add(value);
        }
    }

    private static String fromOf(Route route) {
        return address(route.getEndpoint().getEndpointBaseUri());
    }

    /** Without options, and with one colon however it was written. */
    private static String address(String uri) {
        String plain = uri.replaceFirst("\\?.*", "");
        return plain.startsWith("http")
                ? plain
                : plain.replaceFirst("://", ":").replace("%7B", "{").replace("%7D", "}");
    }

    private long count(String meter, String route) {
        Counter counter = meters.find(meter).tag(RouteMeters.ROUTE, route).counter();
        return counter == null ? 0 : (long) counter.count();
    }
}
