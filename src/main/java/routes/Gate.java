package routes;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands before a server's routes, from before it listens. While they are not there yet, or not any more, a sender is told
 * to come again (503) instead of that there is nothing here (404). While they are replaced, senders are held for that
 * moment; so is whoever comes to the console while its routes are built.
 *
 * <p>Thread-safe.
 */
final class Gate implements Handler<RoutingContext> {

    private enum State {
        CLOSED,
        HELD,
        OPEN
    }

    private record Held(RoutingContext request, Context context) {}

    /** A slow sender who is in does not keep the others out for longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Duration MOMENT = Duration.ofMillis(1);

    private final AtomicInteger inside = new AtomicInteger();
    private final Queue<Held> waiting = new ConcurrentLinkedQueue<>();
    private volatile State state;

    private Gate(State state) {
        this.state = state;
    }

    /** Until it is opened, nobody is let in. */
    static Gate closed() {
        return new Gate(State.CLOSED);
    }

    /** Until it is opened, whoever comes is held. */
    static Gate held() {
        return new Gate(State.HELD);
    }

    void guard(Router router) {
        router.route().order(-2_000).handler(this);
    }

    synchronized void open() {
        state = State.OPEN;
        letIn();
    }

    /** From now on nobody is let in; returns when those who are in have been answered, as far as patience goes. */
    void close() {
        synchronized (this) {
            state = State.CLOSED;
        }
        letIn();
        awaitNobodyInside();
    }

    /**
     * Lets nobody in while this is done, nor before those who are in have been answered; a gate that was not open stays
     * closed.
     */
    void whileHeld(Runnable work) {
        boolean isHeld = change(State.OPEN, State.HELD);
        awaitNobodyInside();
        try {
            work.run();
        } finally {
            if (isHeld) {
                // Unless it was closed meanwhile.
                change(State.HELD, State.OPEN);
                letIn();
            }
        }
    }

    private synchronized boolean change(State from, State to) {
        boolean isSo = state == from;
        if (isSo) {
            state = to;
        }
        return isSo;
    }

    private void awaitNobodyInside() {
        long latest = System.nanoTime() + PATIENCE.toNanos();
        while (inside.get() > 0 && System.nanoTime() < latest) {
            LockSupport.parkNanos(MOMENT.toNanos());
        }
    }

    @Override
    public void handle(RoutingContext request) {
        inside.incrementAndGet();
        switch (state) {
            case OPEN -> {
                request.addEndHandler(done -> inside.decrementAndGet());
                request.next();
            }
            case CLOSED -> {
                inside.decrementAndGet();
                request.response().setStatusCode(503).end("not now");
            }
            case HELD -> {
                inside.decrementAndGet();
                request.request().pause();
                waiting.add(new Held(request, Objects.requireNonNull(Vertx.currentContext(), "an event loop calls")));
                if (state != State.HELD) {
                    letIn();
                }
            }
        }
    }

    /** Where a request is to be routed again: {@code reroute} takes a path for the whole address. */
    static String pathAndQuery(HttpServerRequest request) {
        String query = request.query();
        return query == null ? request.path() : request.path() + "?" + query;
    }

    private void letIn() {
        for (Held each = waiting.poll(); each != null; each = waiting.poll()) {
            RoutingContext request = each.request;
            each.context.runOnContext(now -> {
                request.request().resume();
                // From the start: going on from here it would meet the routes that were there when it came.
                request.reroute(pathAndQuery(request.request()));
            });
        }
    }
}
