package routes.crash;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;

/** What goes wrong at a stand-in: a storm of faults, one thing that is always wrong, or nothing. Thread-safe. */
final class Weather implements FaultPlan {

    private final FaultPlan storm;
    private final FaultPlan always;
    private volatile boolean stormy;
    private volatile boolean cursed = true;

    private Weather(FaultPlan storm, FaultPlan always) {
        this.storm = storm;
        this.always = always;
    }

    /** @param refused e-mail of a profile that is refused in a request of its own; the bulk endpoint names its phone */
    static Weather atKlaviyo(long seed, double share, String refused) {
        FaultPlan often = random(
                seed,
                share,
                Fault.status(500),
                Fault.status(503),
                Fault.status(429, 1),
                Fault.status(429, 2),
                Fault.RESET,
                Fault.HTML_403_CLOUDFLARE,
                Fault.timeoutAfterTaking(Duration.ofSeconds(2)));
        // Longer than the program waits for an answer; rare, because each keeps a connection for so long.
        FaultPlan rarely = random(seed + 1, share / 100, Fault.timeoutAfterTaking(Duration.ofSeconds(50)));
        return new Weather(
                both(often, rarely),
                (method, path, body) -> path.endsWith("/api/events")
                                && new String(body, StandardCharsets.ISO_8859_1).contains('"' + refused + '"')
                        ? Fault.status(400)
                        : null);
    }

    /** @param silent id of a contact that is never answered for; a search for it among others fails */
    static Weather atIntercom(long seed, double share, String silent) {
        FaultPlan often = random(
                seed,
                share,
                Fault.status(500),
                Fault.status(503),
                Fault.status(429, 1),
                Fault.RESET,
                Fault.EMPTY_200,
                Fault.HTML_403_CLOUDFLARE,
                Fault.timeoutAfterTaking(Duration.ofSeconds(2)));
        FaultPlan rarely = random(seed + 1, share / 100, Fault.timeoutAfterTaking(Duration.ofSeconds(50)));
        return new Weather(both(often, rarely), (method, path, body) -> {
            if (path.contains(silent)) {
                return Fault.timeoutAfterTaking(Duration.ofMinutes(5));
            }
            return new String(body, StandardCharsets.ISO_8859_1).contains(silent) ? Fault.status(500) : null;
        });
    }

    private static FaultPlan random(long seed, double share, Fault... faults) {
        return FaultPlan.random(new SplittableRandom(seed), share, faults);
    }

    private static FaultPlan both(FaultPlan one, FaultPlan other) {
        return (method, path, body) -> {
            Fault fault = one.next(method, path, body);
            return fault == null ? other.next(method, path, body) : fault;
        };
    }

    /** @param order {@code storm}, {@code calm} (no storm), or {@code clear} (nothing is wrong any more) */
    String turn(String order) {
        stormy = order.equals("storm");
        cursed = !order.equals("clear");
        return order;
    }

    @Override
    public @Nullable Fault next(String method, String path, byte[] body) {
        Fault fault = cursed ? always.next(method, path, body) : null;
        return fault == null && stormy ? storm.next(method, path, body) : fault;
    }
}
