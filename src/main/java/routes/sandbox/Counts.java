package routes.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How often what was asked and answered. Safe for use by several threads. */
final class Counts {

    /** Counted in place of a status when no answer was given. */
    static final int UNANSWERED = 0;

    private final Map<String, LongAdder> endpoints = new ConcurrentHashMap<>();
    private final Map<Integer, LongAdder> statuses = new ConcurrentHashMap<>();

    void asked(String endpoint) {
        endpoints.computeIfAbsent(endpoint, key -> new LongAdder()).increment();
    }

    void answered(int status) {
        statuses.computeIfAbsent(status, key -> new LongAdder()).increment();
    }

    long requests() {
        return endpoints.values().stream().mapToLong(LongAdder::sum).sum();
    }

    Map<String, Long> endpoints() {
        return sums(endpoints);
    }

    Map<Integer, Long> statuses() {
        return sums(statuses);
    }

    void forget() {
        endpoints.clear();
        statuses.clear();
    }

    ObjectNode json() {
        ObjectNode json = Json.object().put("requests", requests());
        ObjectNode byEndpoint = json.putObject("endpoints");
        endpoints().forEach(byEndpoint::put);
        ObjectNode byStatus = json.putObject("statuses");
        statuses().forEach((status, count) -> byStatus.put(status.toString(), count));
        return json;
    }

    private static <K> Map<K, Long> sums(Map<K, LongAdder> adders) {
        Map<K, Long> sums = new TreeMap<>();
        adders.forEach((key, adder) -> sums.put(key, adder.sum()));
        return sums;
    }
}
