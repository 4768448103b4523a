package routes;

import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * The listener is there a moment before its routes are: until they are, a sender is told to come again (503) instead of
 * that there is nothing here (404).
 */
final class Gate implements Handler<RoutingContext> {

    private volatile boolean open;

    void guard(Router router) {
        router.route().order(-2_000).handler(this);
    }

    void open() {
        open = true;
    }

    @Override
    public void handle(RoutingContext context) {
        if (open) {
            context.next();
        } else {
            context.response().setStatusCode(503).end("starting");
        }
    }
}
