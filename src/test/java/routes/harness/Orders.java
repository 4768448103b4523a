package routes.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** The other end of {@link Child#ask}: orders from the process that started this one, an answer for each. */
public final class Orders {

    private Orders() {}

    /** Says that this process is ready, then obeys until the one that started it is gone. */
    public static void obey(String ready, UnaryOperator<String> order) throws IOException {
        System.out.println(ready);
        BufferedReader reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            System.out.println(order.apply(line));
        }
    }
}
