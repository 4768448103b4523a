package routes.crash;

import java.io.IOException;
import routes.harness.Orders;
import routes.sandbox.KlaviyoStandIn;

/** Klaviyo in a process of its own, with its weather: {@code <limits> <seed> <fault share> <refused e-mail> <its phone>}. */
public final class KlaviyoProcess {

    private KlaviyoProcess() {}

    public static void main(String[] args) throws IOException {
        KlaviyoStandIn.Builder builder = KlaviyoStandIn.builder().countOnly(true);
        if (args[0].equals("off")) {
            builder.withoutLimits();
        }
        String phone = digits(args[4]);
        try (KlaviyoStandIn klaviyo = builder.start()) {
            Weather weather = Weather.atKlaviyo(Long.parseLong(args[1]), Double.parseDouble(args[2]), args[3]);
            klaviyo.refusePhone(number -> digits(number).equals(phone));
            klaviyo.faults(weather);
            Orders.obey(klaviyo.url().toString(), weather::turn);
        }
    }

    private static String digits(String phone) {
        return phone.replaceAll("\\D", "");
    }
}
