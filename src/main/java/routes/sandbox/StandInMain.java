package routes.sandbox;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/**
 * Runs one stand-in in a process of its own, for benchmarks and crash tests. Prints its address as the only line on
 * standard output and lives until it is told to stop (SIGTERM).
 *
 * <pre>
 * StandInMain klaviyo  [port=0] [key=pk_stand_in] [limits=on|off] [latency-ms=0] [keep=lines|all] [faults=0.0] [seed=1]
 * StandInMain intercom [port=0] [token=stand-in-token] [limits=on|off] [latency-ms=0] [workspace=sandbox1] [seed=1]
 *                      [contacts=80] [conversations=160] [tickets=48] [days=60] [granularity=second|day]
 *                      [order=updated_desc|shuffled] [page-timeout-above=…] [faults=0.0]
 * </pre>
 *
 * {@code faults} is the share of requests that meet one of the usual faults. {@code GET /__stand-in} tells counts,
 * {@code DELETE /__stand-in} forgets; at Klaviyo {@code GET /__stand-in/events} lists all events, at Intercom
 * {@code GET /__stand-in/expected} the {@code unique_id}s of a complete import, and
 * {@code GET /__stand-in/notifications?every=4&first=0} what would have been posted of the first, fifth, … object, each
 * after the {@code unique_id}s of its events.
 */
public final class StandInMain {

    private final Map<String, String> options = new HashMap<>();

    private StandInMain(String[] args) {
        for (int i = 1; i < args.length; i++) {
            String[] pair = args[i].split("=", 2);
            if (pair.length != 2) {
                throw new IllegalArgumentException("not of the form name=value: " + args[i]);
            }
            options.put(pair[0], pair[1]);
        }
    }

    /** @param args {@code klaviyo} or {@code intercom}, then options as above */
    public static void main(String[] args) throws InterruptedException {
        StandInMain main = new StandInMain(args);
        String which = args.length == 0 ? "" : args[0];
        URI url =
                switch (which) {
                    case "klaviyo" -> main.klaviyo();
                    case "intercom" -> main.intercom();
                    default -> throw new IllegalArgumentException("klaviyo or intercom?");
                };
        System.out.println(url);
        System.out.flush();
        // The server's threads are daemons.
        new CountDownLatch(1).await();
    }

    private URI klaviyo() {
        KlaviyoStandIn.Builder builder = KlaviyoStandIn.builder()
                .port(number("port", 0))
                .apiKey(text("key", "pk_stand_in"))
                .latency(Duration.ofMillis(number("latency-ms", 0)))
                .countOnly(!text("keep", "lines").equals("all"));
        if (text("limits", "on").equals("off")) {
            builder.withoutLimits();
        }
        KlaviyoStandIn klaviyo = builder.start();
        klaviyo.faults(faults());
        return klaviyo.url();
    }

    private URI intercom() {
        Workspace workspace = new SampleWorkspace(
                        text("workspace", "sandbox1"),
                        number("seed", 1),
                        number("contacts", 80),
                        number("conversations", 160),
                        number("tickets", 48),
                        Duration.ofDays(number("days", 60)))
                .create(Clock.systemUTC());
        IntercomStandIn.Builder builder = IntercomStandIn.builder(workspace)
                .port(number("port", 0))
                .accessToken(text("token", "stand-in-token"))
                .latency(Duration.ofMillis(number("latency-ms", 0)))
                .searchGranularity(SearchGranularity.valueOf(upper("granularity", "SECOND")))
                .searchOrder(SearchOrder.valueOf(upper("order", "UPDATED_DESC")))
                .pageTimeoutAbove(number("page-timeout-above", Integer.MAX_VALUE));
        if (text("limits", "on").equals("off")) {
            builder.withoutLimit();
        }
        IntercomStandIn intercom = builder.start();
        intercom.faults(faults());
        return intercom.url();
    }

    private FaultPlan faults() {
        double share = Double.parseDouble(text("faults", "0"));
        if (share == 0) {
            return FaultPlan.none();
        }
        return FaultPlan.random(
                new SplittableRandom(number("seed", 1)),
                share,
                Fault.status(500),
                Fault.status(503),
                Fault.status(429, 1),
                Fault.RESET,
                Fault.HTML_403_CLOUDFLARE,
                Fault.slow(500),
                Fault.timeoutAfterTaking(Duration.ofSeconds(2)));
    }

    private String text(String name, String otherwise) {
        return options.getOrDefault(name, otherwise);
    }

    private String upper(String name, String otherwise) {
        return text(name, otherwise).toUpperCase(java.util.Locale.ROOT);
    }

    private int number(String name, int otherwise) {
        return Integer.parseInt(text(name, Integer.toString(otherwise)));
    }
}
