package routes.console;

import java.util.List;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * Lets routes answer on the admin port: {@code admin:/path} is to Camel's management server what {@code
 * platform-http:/path} is to the webhook listener. The guard is put before the first of them; whoever comes earlier is
 * held at the gate.
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

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        synchronized (guard) {
            guarded = guarded || guard.guard(endpoint.getCamelContext(), port);
        }
        return new VertxPlatformHttpConsumer(
                endpoint, processor, List.of(), VertxPlatformHttpRouter.getRouterNameFromPort(port));
    }

    @Override
    public int getServerPort() {
        return port;
    }
}
