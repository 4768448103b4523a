package routes;

import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;

/**
 * Routes that other routes send to leave their failures to the one that sent. With an error handler of its own, which
 * Camel gives to every route, such a route would count a failure as dealt with once it is logged: a notification that
 * cannot be mapped would not be parked, and stay in the inbox for ever, before all others.
 */
final class CalledRoutes extends ModelLifecycleStrategySupport {

    private static final String CALLED = "direct:";

    private CalledRoutes() {}

    /** Counts for all routes that are added from now on. */
    static void leaveFailuresIn(CamelContext context) {
        Model model = (ModelCamelContext) context;
        model.addModelLifecycleStrategy(new CalledRoutes());
    }

    /** @return whether it takes in only what other routes send to it */
    static boolean isCalled(RouteDefinition route) {
        return route.getInput().getEndpointUri().startsWith(CALLED);
    }

    @Override
    public void onAddRouteDefinition(RouteDefinition route) {
        boolean hasPolicy = route.getRouteConfigurationId() != null;
        if (!hasPolicy && isCalled(route)) {
            route.setErrorHandlerFactory(new NoErrorHandlerDefinition());
        }
    }
}
