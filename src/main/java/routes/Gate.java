package routes;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands before the listener's routes. It is there a moment before they are: until then a sender is told to come again
 * (503) instead of that there is nothing here (404). While they are replaced, senders are held for that moment.
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
    private final Queue<Held> held = new ConcurrentLinkedQueue<>();
    private volatile State state = State.CLOSED;

    void guard(Router router) {
        router.route().order(-2_000).handler(this);
    }

    void open() {
        state = State.OPEN;
        letIn();
    }

    /**
     * Lets nobody in while this is done, nor before those who are in have been answered; a gate that was not open stays
     * closed.
     */
    void whileHeld(Runnable work) {
        State before = state;
        if (before == State.OPEN) {
            state = State.HELD;
        }
        long latest = System.nanoTime() + PATIENCE.toNanos();
        while (inside.get() > 0 && System.nanoTime() < latest) {
            LockSupport.parkNanos(MOMENT.toNanos());
        }
        try {
            work.run();
        } finally {
            state = before;
            letIn();
        }
    }

    @Override
    public void handle(RoutingContext request) {
        switch (state) {
            case OPEN -> {
                inside.incrementAndGet();
                request.addEndHandler(done -> inside.decrementAndGet());
                request.next();
            }
            case CLOSED -> request.response().setStatusCode(503).end("starting");
            case HELD -> {
                request.request().pause();
                held.add(new Held(request, Objects.requireNonNull(Vertx.currentContext(), "an event loop calls")));
                if (state != State.HELD) {
                    letIn();
                }
            }
        }
    }

    private void letIn() {
        for (Held each = held.poll(); each != null; each = held.poll()) {
            RoutingContext request = each.request;
            each.context.runOnContext(now -> {
                request.request().resume();
                // From the start: going on from here it would meet the routes that were there when it came.
                request.reroute(request.request().path());
            });
        }
    }
}
