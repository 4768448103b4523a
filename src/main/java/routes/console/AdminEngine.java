package routes.console;

import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * Lets routes answer on the admin port: {@code admin:/path} is to Camel's management server what {@code
 * platform-http:/path} is to the webhook listener.
 */
public final class AdminEngine implements PlatformHttpEngine {

    private final int port;
    private final Guard guard;
    private boolean guarded;

    /** @param port of the management server; @param guard stands before all that it answers */
    public AdminEngine(int port, Guard guard) {
        this.port = port;
        this.guard = guard;
    }

    /** Puts the guard in its place as soon as the server is there: before the first route, and before metrics. */
    public synchronized void guard(CamelContext context) {
        guarded = guarded || guard.guard(context, port);
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        guard(endpoint.getCamelContext());
        return new VertxPlatformHttpConsumer(
                endpoint, processor, List.of(), VertxPlatformHttpRouter.getRouterNameFromPort(port));
    }

    @Override
    public int getServerPort() {
        return port;
    }
}
