package routes.benchmark;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.DoubleStream;
import routes.harness.Orders;
import routes.harness.Percentiles;

/**
 * The load generator in a process of its own.
 *
 * <pre>
 * prepare COUNT                                    signs so many requests
 * run PORT CONNECTIONS FROM TO SECONDS PER-SECOND  see {@link Load#run}
 * ping PORT CONNECTIONS SECONDS                    the same, with pings, which are not stored
 * arrivals KLAVIYO FROM TO                         when the events of these requests were recorded
 * </pre>
 */
public final class LoadProcess {

    private final JsonMapper json = JsonMapper.builder().build();
    /** Enough for some seconds of what is not stored. */
    private static final int PINGS = 120_000;

    private final Requests requests = Requests.ofAllMetrics();
    private final Load load;

    private LoadProcess(int most) {
        load = new Load(requests, most);
    }

    /** @param args the most requests in all */
    public static void main(String[] args) throws IOException {
        LoadProcess process = new LoadProcess(Integer.parseInt(args[0]));
        Orders.obey(process.requests.toString(), process::obey);
    }

    private String obey(String order) {
        String[] words = order.split(" ");
        try {
            return switch (words[0]) {
                case "prepare" -> prepare(Integer.parseInt(words[1]));
                case "run" -> run(words);
                case "ping" -> ping(words);
                case "arrivals" ->
                    arrivals(URI.create(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]));
                default -> throw new IllegalArgumentException(order);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String prepare(int count) {
        requests.prepare(count);
        return Integer.toString(requests.prepared());
    }

    private String run(String[] words) throws IOException {
        Load.Result result = load.run(
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Integer.parseInt(words[3]),
                Integer.parseInt(words[4]),
                Double.parseDouble(words[5]),
                Double.parseDouble(words[6]));
        ObjectNode node = with(new Percentiles(result.millis()))
                .put("next", result.to())
                .put("events", requests.events(result.from(), result.to()))
                .put("seconds", result.seconds())
                .put("others", result.others().toString());
        return node.toString();
    }

    private String ping(String[] words) throws IOException {
        Requests pings = Requests.ofPing();
        pings.prepare(PINGS);
        Load.Result result = new Load(pings, PINGS)
                .run(Integer.parseInt(words[1]), Integer.parseInt(words[2]), 0, PINGS, Double.parseDouble(words[3]), 0);
        return with(new Percentiles(result.millis()))
                .put("seconds", result.seconds())
                .toString();
    }

    private ObjectNode with(Percentiles millis) {
        return json.createObjectNode()
                .put("count", millis.count())
                .put("p50", millis.at(0.5))
                .put("p99", millis.at(0.99))
                .put("p999", millis.at(0.999))
                .put("longest", millis.at(1));
    }

    private String arrivals(URI klaviyo, int from, int to) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(klaviyo.resolve("/__stand-in/events")).build();
        try {
            long[] last = {0};
            DoubleStream millis = HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .mapToDouble(line -> {
                        String[] columns = line.split("\t", -1);
                        Integer index = Requests.indexOf(columns[0]);
                        if (index == null || index < from || index >= to) {
                            return -1;
                        }
                        long arrived = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(columns[5]));
                        last[0] = Math.max(last[0], arrived);
                        return Math.max(0, (arrived - load.sentMicros(index)) / 1e3);
                    })
                    .filter(value -> value >= 0);
            ObjectNode node = with(new Percentiles(millis.toArray()));
            return node.put("seconds", (last[0] - load.sentMicros(from)) / 1e6).toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
