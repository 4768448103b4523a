package routes;

import com.github.benmanes.caffeine.cache.Ticker;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bounds what a server's senders can hold of it, so that slow, endless and too many ones cannot keep others waiting:
 * the time for a request, the time between two, connections, and bytes of requests that are under way.
 *
 * <p>Thread-safe.
 */
final class Senders implements Handler<RoutingContext> {

    /** Intercom gives up after five seconds. */
    private static final Duration FOR_A_REQUEST = Duration.ofSeconds(10);
    /** Longer than proxies keep a connection to us: who closes first while the other sends loses a request. */
    private static final Duration BETWEEN_REQUESTS = Duration.ofSeconds(75);

    private static final int MOST_CONNECTIONS = 1_000;

    private final Ticker ticker;
    private final long mostBytes;
    private final Map<HttpConnection, Long> connections = new ConcurrentHashMap<>();
    private final Map<HttpServerRequest, Long> requests = new ConcurrentHashMap<>();

    /**
     * @param ticker that no correction of the machine's clock moves: one minute forward would part with everybody
     * @param mostBytes of requests that have not been sent to their end
     */
    Senders(Ticker ticker, long mostBytes) {
        this.ticker = ticker;
        this.mostBytes = mostBytes;
    }

    /** Somebody has connected. Where there are too many, the one that has been quiet for longest goes. */
    void connected(HttpConnection connection) {
        if (connections.size() >= MOST_CONNECTIONS) {
            Set<HttpConnection> busy = busy();
            HttpConnection quietest = connections.entrySet().stream()
                    .filter(each -> !busy.contains(each.getKey()))
                    .min(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey)
                    .orElse(connection);
            // At once: closing takes a moment, in which the next one would find it again.
            connections.remove(quietest);
            quietest.close();
        }
        connections.put(connection, ticker.read());
        connection.closeHandler(closed -> connections.remove(connection));
    }

    /** The head of a request is there, its body is not. */
    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        long now = ticker.read();
        connections.replace(request.connection(), now);
        requests.put(request, now);
        context.addEndHandler(done -> forgetIfOver(request));
        context.next();
    }

    /** Somebody has hung up, or was hung up on: nothing to be said about it, and nobody to say it to. */
    void failed(RoutingContext context) {
        if (!(context.failure() instanceof HttpClosedException)) {
            context.next();
        }
    }

    /** One that is answered may still go on sending: it is watched to its end. */
    private void forgetIfOver(HttpServerRequest request) {
        boolean answered = request.response().ended() && request.isEnded();
        if (answered || request.response().closed()) {
            requests.remove(request);
        }
    }

    /** Parts with those who take too long or too much; to be called several times a second. */
    void look() {
        requests.keySet().forEach(this::forgetIfOver);
        long now = ticker.read();
        long latestBegin = now - FOR_A_REQUEST.toNanos();
        List<Map.Entry<HttpServerRequest, Long>> unfinished = requests.entrySet().stream()
                .filter(each -> !each.getKey().isEnded())
                .toList();
        unfinished.stream()
                .filter(each -> each.getValue() - latestBegin < 0)
                .forEach(each -> each.getKey().connection().close());
        partWithLargest(unfinished.stream().map(Map.Entry::getKey).toList());
        Set<HttpConnection> busy = busy();
        long latestSeen = now - BETWEEN_REQUESTS.toNanos();
        connections.forEach((connection, seen) -> {
            if (seen - latestSeen < 0 && !busy.contains(connection)) {
                connection.close();
            }
        });
    }

    private void partWithLargest(List<HttpServerRequest> unfinished) {
        long bytes = unfinished.stream().mapToLong(HttpServerRequest::bytesRead).sum();
        if (bytes <= mostBytes) {
            return;
        }
        List<HttpServerRequest> largestFirst = unfinished.stream()
                .sorted(Comparator.comparingLong(HttpServerRequest::bytesRead).reversed())
                .toList();
        for (HttpServerRequest each : largestFirst) {
            if (bytes > mostBytes) {
                bytes -= each.bytesRead();
                each.connection().close();
            }
        }
    }

    private Set<HttpConnection> busy() {
        Set<HttpConnection> busy = new HashSet<>();
        requests.keySet().forEach(request -> busy.add(request.connection()));
        return busy;
    }
}
