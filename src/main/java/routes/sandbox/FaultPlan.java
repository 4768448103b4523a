package routes.sandbox;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Decides for each request whether a stand-in answers it properly. Called by many threads at once. */
@FunctionalInterface
public interface FaultPlan {

    /**
     * The fault that this request meets, or null when it is answered properly.
     *
     * @param method for example {@code POST}
     * @param path without the query
     * @param body as it was sent; not to be changed
     */
    @Nullable
    Fault next(String method, String path, byte[] body);

    /** A service on its best day. */
    static FaultPlan none() {
        return (method, path, body) -> null;
    }

    /** Each request meets one of {@code faults}, chosen evenly, with probability {@code share}. */
    static FaultPlan random(RandomGenerator random, double share, Fault... faults) {
        Fault[] choice = faults.clone();
        return (method, path, body) -> {
            // Generators are not bound to be safe for use by several threads.
            synchronized (random) {
                return random.nextDouble() < share ? choice[random.nextInt(choice.length)] : null;
            }
        };
    }

    /** The next {@code n} requests meet {@code fault}; those after them none. */
    static FaultPlan next(int n, Fault fault) {
        AtomicInteger left = new AtomicInteger(n);
        return (method, path, body) -> left.getAndUpdate(count -> Math.max(0, count - 1)) > 0 ? fault : null;
    }

    /** This plan for requests whose path starts with {@code prefix}; the others are answered properly. */
    default FaultPlan onlyFor(String prefix) {
        return (method, path, body) -> path.startsWith(prefix) ? next(method, path, body) : null;
    }
}
