package routes;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;

/**
 * Counts what goes through each route, under the names that camel-micrometer gives. Its own policy looks its meters up by
 * name and tags for each exchange of each route, a twelfth of what it takes to transform an event; here a route has them
 * from the start, and keeps its counts when it is replaced.
 *
 * <p>Thread-safe.
 */
final class RouteMeters implements RoutePolicyFactory {

    static final String TOTAL = "camel.exchanges.total";
    static final String FAILED = "camel.exchanges.failed";
    static final String FAILURES_HANDLED = "camel.exchanges.failures.handled";
    /** The tag that names the route. */
    static final String ROUTE = "routeId";

    private final MeterRegistry meters;

    RouteMeters(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode route) {
        return new Counting(
                meters.counter(TOTAL, ROUTE, routeId),
                meters.counter(FAILED, ROUTE, routeId),
                meters.counter(FAILURES_HANDLED, ROUTE, routeId));
    }

    private static final class Counting extends RoutePolicySupport {

        private final Counter total;
        private final Counter failed;
        private final Counter failuresHandled;

        Counting(Counter total, Counter failed, Counter failuresHandled) {
            this.total = total;
            this.failed = failed;
            this.failuresHandled = failuresHandled;
        }

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            total.increment();
            if (exchange.isFailed()) {
                failed.increment();
            } else if (exchange.getExchangeExtension().isFailureHandled()) {
                failuresHandled.increment();
            }
        }
    }
}
