package routes.crash;

import java.io.IOException;
import java.time.Instant;
import routes.harness.Orders;
import routes.sandbox.IntercomStandIn;

/** Intercom's API in a process of its own, with its weather: {@code <notifications> <seed> <told at> <fault share>}. */
public final class IntercomProcess {

    private IntercomProcess() {}

    public static void main(String[] args) throws IOException {
        long seed = Long.parseLong(args[1]);
        Story story = new Story(Integer.parseInt(args[0]), seed, Instant.parse(args[2]));
        try (IntercomStandIn intercom =
                IntercomStandIn.builder(story.workspace()).start()) {
            Weather weather = Weather.atIntercom(seed, Double.parseDouble(args[3]), story.silentContact());
            intercom.faults(weather);
            Orders.obey(intercom.url() + " " + story.workspace().contactIds().hashCode(), weather::turn);
        }
    }
}
