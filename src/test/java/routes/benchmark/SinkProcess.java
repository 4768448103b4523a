package routes.benchmark;

import java.io.IOException;
import routes.harness.Orders;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;
import routes.sandbox.KlaviyoStandIn;

/**
 * Klaviyo in a process of its own: {@code <port> <limits: on or off>}. {@code hold} makes it ask everybody to come again
 * in some seconds, {@code go} ends that.
 */
public final class SinkProcess {

    static final int HOLD_SECONDS = 10;

    private SinkProcess() {}

    public static void main(String[] args) throws IOException {
        KlaviyoStandIn.Builder builder =
                KlaviyoStandIn.builder().port(Integer.parseInt(args[0])).countOnly(true);
        if (args[1].equals("off")) {
            // Its answers say so, too: without a word the program keeps to the documented 150 requests a minute.
            builder.withoutLimits().limit("/api/event-bulk-create-jobs", 1_000, 60_000);
        }
        try (KlaviyoStandIn klaviyo = builder.start()) {
            Orders.obey(klaviyo.url().toString(), order -> {
                klaviyo.faults(
                        order.equals("hold")
                                ? (method, path, body) -> Fault.status(429, HOLD_SECONDS)
                                : FaultPlan.none());
                return Long.toString(klaviyo.accepted());
            });
        }
    }
}
