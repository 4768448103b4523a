package routes.sandbox;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP side that both stand-ins share: reads requests, lets faults happen, writes answers. Listens on loopback
 * only. Waiting (latency, faults) holds no thread, so that a thousand slow requests cost nothing.
 */
final class StandInServer implements AutoCloseable {

    /** Paths under this are about the stand-in itself: no faults, no limits, not counted. */
    static final String OWN_PATH = "/__stand-in";

    private static final int BACKLOG = 1024;
    private static final int THREADS = 64;

    static {
        // Without it, small answers wait 40 ms for the client's delayed ACK (JDK-8014254).
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // Callers with large pools would otherwise see kept connections closed beyond the 200th.
        System.setProperty("sun.net.httpserver.maxIdleConnections", "4096");
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final ScheduledExecutorService timer;
    private final Duration latency;
    private final Function<Request, Answer> service;
    private final Function<Fault.Status, Answer> refusal;
    private final Counts counts;
    private final UnaryOperator<String> endpointOf;
    private volatile FaultPlan faults = FaultPlan.none();

    /**
     * Starts to listen.
     *
     * @param port 0 for any free one
     * @param latency added to each answer
     * @param service answers a request that meets no fault
     * @param refusal what a {@link Fault.Status} looks like in this service's format
     * @param endpointOf names the endpoint of a {@code METHOD /path}, for counting
     */
    StandInServer(
            String name,
            int port,
            Duration latency,
            Function<Request, Answer> service,
            Function<Fault.Status, Answer> refusal,
            Counts counts,
            UnaryOperator<String> endpointOf) {
        this.latency = latency;
        this.service = service;
        this.refusal = refusal;
        this.counts = counts;
        this.endpointOf = endpointOf;
        ThreadFactory daemons = task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
        threads = Executors.newFixedThreadPool(THREADS, daemons);
        timer = Executors.newSingleThreadScheduledExecutor(daemons);
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), BACKLOG);
        } catch (IOException e) {
            threads.shutdownNow();
            timer.shutdownNow();
            throw new UncheckedIOException(name + " cannot listen on port " + port, e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::take);
    }

    /** Begins to answer; apart from the constructor, so that the service is complete when the first request comes. */
    void start() {
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void faults(FaultPlan plan) {
        faults = plan;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        timer.shutdownNow();
    }

    private void take(HttpExchange exchange) throws IOException {
        // Drained even when it is of no interest: an unread body breaks the next request on the connection.
        byte[] body = exchange.getRequestBody().readAllBytes();
        URI uri = exchange.getRequestURI();
        Request request = new Request(
                exchange.getRequestMethod(), uri.getPath(), uri.getRawQuery(), exchange.getRequestHeaders(), body);
        if (request.path().startsWith(OWN_PATH)) {
            write(exchange, answerTo(request));
            return;
        }
        counts.asked(endpointOf.apply(request.method() + " " + request.path()));
        Fault fault = faults.next(request.method(), request.path(), body);
        if (fault == null) {
            answerAfter(latency, exchange, answerTo(request));
        } else {
            meet(fault, exchange, request);
        }
    }

    private void meet(Fault fault, HttpExchange exchange, Request request) {
        if (fault instanceof Fault.Status status) {
            answerAfter(latency, exchange, refusal.apply(status));
        } else if (fault instanceof Fault.Slow slow) {
            answerAfter(Duration.ofMillis(slow.millis()), exchange, answerTo(request));
        } else if (fault instanceof Fault.TimeoutAfterTaking timeout) {
            answerTo(request);
            counts.answered(Counts.UNANSWERED);
            later(timeout.silence(), exchange::close);
        } else if (fault instanceof Fault.Html html) {
            Answer page = Answer.html(html.code(), html.challenge() ? "Just a moment..." : "Bad Request");
            answerAfter(latency, exchange, html.challenge() ? page.with("cf-mitigated", "challenge") : page);
        } else if (fault instanceof Fault.Empty) {
            answerAfter(latency, exchange, Answer.empty(200));
        } else {
            counts.answered(Counts.UNANSWERED);
            if (fault instanceof Fault.Reset) {
                exchange.close();
            }
            // Hang: nobody closes the exchange before the server stops.
        }
    }

    private Answer answerTo(Request request) {
        try {
            return service.apply(request);
        } catch (RuntimeException e) {
            // A mistake of the stand-in: visible as such, and never mistaken for the service's own 500.
            System.getLogger(StandInServer.class.getName()).log(System.Logger.Level.ERROR, request.path(), e);
            return Answer.html(599, "The stand-in itself failed: " + e);
        }
    }

    private void answerAfter(Duration delay, HttpExchange exchange, Answer answer) {
        if (delay.isZero()) {
            write(exchange, answer);
        } else {
            later(delay, () -> threads.execute(() -> write(exchange, answer)));
        }
    }

    private void later(Duration delay, Runnable task) {
        try {
            var unused = timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException stopping) {
            // The server closes its connections anyway.
        }
    }

    private void write(HttpExchange exchange, Answer answer) {
        try {
            if (!exchange.getRequestURI().getPath().startsWith(OWN_PATH)) {
                counts.answered(answer.status());
            }
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            send(exchange, answer, answer.stream());
        } catch (IOException callerGone) {
            exchange.close();
        }
    }

    private static void send(HttpExchange exchange, Answer answer, Answer.@Nullable Stream stream) throws IOException {
        boolean headOnly = exchange.getRequestMethod().equals("HEAD");
        if (headOnly || (stream == null && answer.body().length == 0)) {
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status(), stream == null ? answer.body().length : 0);
        try (OutputStream out = exchange.getResponseBody()) {
            if (stream == null) {
                out.write(answer.body());
            } else {
                stream.writeTo(out);
            }
        }
    }
}
