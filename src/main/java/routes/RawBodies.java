package routes;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Keeps bodies as they came. Vert.x takes what is labelled as a form apart, and its bytes are gone; {@code curl -d} labels
 * everything so, and a sender may write what it likes.
 */
final class RawBodies {

    private static final String BYTES = "application/octet-stream";

    private RawBodies() {}

    /** Lets all routes of this router see the bytes, whatever the sender calls them. */
    static void on(Router router) {
        router.route().order(-1_000).handler(RawBodies::relabel);
    }

    private static void relabel(RoutingContext context) {
        HttpServerRequest request = context.request();
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null && !type.equals(BYTES) && !type.startsWith("application/json")) {
            request.headers().set(HttpHeaders.CONTENT_TYPE, BYTES);
            // The parsed headers of this context were made before: the request starts over with the new label.
            context.reroute(Gate.pathAndQuery(request));
            return;
        }
        context.next();
    }
}
