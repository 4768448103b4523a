package routes.crash;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import routes.harness.Percentiles;
import routes.harness.Product;
import routes.sandbox.ExpectedEvent;

/** Compares what was acknowledged with what Klaviyo recorded and with what the program says about itself. */
final class Checker {

    private static final int PAGE = 500;

    private final Map<String, List<Line>> recorded = new HashMap<>();
    private final Map<String, String> states = new HashMap<>();
    private final Map<String, Fact> facts = new LinkedHashMap<>();

    /** An event at Klaviyo. */
    private record Line(String metric, Instant time, Instant receivedAt) {}

    /** What was acknowledged of one event, first of all. */
    private record Fact(ExpectedEvent event, Instant at) {}

    /** What must not be, by kind, with the {@code unique_id}s. */
    record Findings(
            TreeSet<String> lost,
            TreeSet<String> doubled,
            TreeSet<String> invented,
            TreeSet<String> changed,
            TreeSet<String> stranded) {

        boolean none() {
            return Stream.of(lost, doubled, invented, changed, stranded).allMatch(TreeSet::isEmpty);
        }
    }

    /** @param klaviyo the stand-in */
    Checker(List<Sender.Acknowledgement> acknowledged, URI klaviyo, Product product) {
        for (Sender.Acknowledgement each : acknowledged) {
            for (ExpectedEvent event : each.told().expected()) {
                facts.merge(
                        event.uniqueId(),
                        new Fact(event, each.at()),
                        (one, other) -> one.at().isBefore(other.at()) ? one : other);
            }
        }
        readRecorded(klaviyo);
        readStates(product);
    }

    private void readRecorded(URI klaviyo) {
        new FactsAt(klaviyo).lines().forEach(line -> {
            String[] columns = line.split("\t", -1);
            recorded.computeIfAbsent(columns[0], key -> new ArrayList<>())
                    .add(new Line(columns[1], Instant.parse(columns[2]), Instant.parse(columns[5])));
        });
    }

    private void readStates(Product product) {
        String after = "";
        while (true) {
            JsonNode page = product.get("/api/events?limit=" + PAGE + after);
            if (page == null) {
                throw new IllegalStateException("the program does not tell its events");
            }
            page.path("events")
                    .forEach(event -> states.put(
                            event.path("unique_id").asText(),
                            event.path("state").asText()));
            if (page.path("events").size() < PAGE) {
                return;
            }
            after = "&after=" + page.path("next").asText();
        }
    }

    /**
     * Each acknowledged fact is at Klaviyo once, or waits for an identity that its contact does not have, or is parked
     * because Klaviyo refuses its contact; and the program's own log says the same.
     */
    Findings findings(String refusedContact) {
        Findings findings =
                new Findings(new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
        facts.forEach((id, fact) -> {
            List<Line> lines = recorded.getOrDefault(id, List.of());
            String state = states.getOrDefault(id, "unknown");
            if (lines.size() > 1) {
                findings.doubled.add(id);
            }
            if (lines.isEmpty()) {
                boolean mayWait = state.equals("waiting") && !fact.event.identified();
                boolean mayBeParked = state.equals("parked") && refusedContact.equals(fact.event.contactId());
                if (state.equals("delivered") || state.equals("unknown")) {
                    findings.lost.add(id + " (" + state + ")");
                } else if (!mayWait && !mayBeParked) {
                    findings.stranded.add(id + " (" + state + ")");
                }
            } else if (!state.equals("delivered")) {
                findings.stranded.add(id + " (recorded, yet " + state + ")");
            }
            for (Line line : lines) {
                if (!line.metric.equals(fact.event.metric()) || !line.time.equals(fact.event.time())) {
                    findings.changed.add(id + " (" + line.metric + " " + line.time + ")");
                }
            }
        });
        Stream.concat(recorded.keySet().stream(), states.keySet().stream())
                .filter(id -> !facts.containsKey(id))
                .forEach(findings.invented::add);
        return findings;
    }

    int facts() {
        return facts.size();
    }

    /** @return how many are about one of these */
    long about(List<String> contacts) {
        return facts.values().stream()
                .filter(fact -> contacts.contains(fact.event.contactId()))
                .count();
    }

    int recorded() {
        return recorded.size();
    }

    long inState(String state) {
        return states.values().stream().filter(state::equals).count();
    }

    /** @return from the acknowledgement to the record at Klaviyo, of what was acknowledged in that span by anybody but some */
    Percentiles endToEnd(Instant from, Instant until, List<String> butContacts) {
        return new Percentiles(facts.entrySet().stream()
                .filter(each -> recorded.containsKey(each.getKey()))
                .filter(each -> !butContacts.contains(each.getValue().event.contactId()))
                .filter(each ->
                        !each.getValue().at.isBefore(from) && each.getValue().at.isBefore(until))
                .mapToDouble(each -> {
                    Instant there =
                            recorded.getOrDefault(each.getKey(), List.of()).get(0).receivedAt;
                    return Math.max(
                            0, (there.toEpochMilli() - each.getValue().at.toEpochMilli()));
                })
                .toArray());
    }
}
