package routes;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.component.quartz.QuartzComponent;

/**
 * Quartz for routes, and for nothing else. A job that fires while its route is replaced finds no route; Camel would make an
 * endpoint of what the job was first scheduled with, which writes that schedule over the edited one, for good.
 */
final class RouteQuartz extends QuartzComponent {

    RouteQuartz() {
        setEnableJmx(false);
    }

    /** @throws IllegalStateException when it is not for a route that is being built; the job fires again at its next time */
    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        if (getCamelContext().getCamelContextExtension().getCreateRoute() == null) {
            throw new IllegalStateException("the route of " + uri + " is being replaced");
        }
        return super.createEndpoint(uri, remaining, parameters);
    }
}
