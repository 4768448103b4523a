package routes;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.yaml.snakeyaml.Yaml;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;

/** Dashboard and alert rules against the metrics of the running program: nothing in them is misspelt or out of date. */
@ExtendWith(ApplicationExtension.class)
class ObservabilityTest {

    private static final Path FOLDER = Path.of("src/main/resources/observability");
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final Pattern METRIC = Pattern.compile("\\b(?:intercom_klaviyo|camel)_\\w+(?:\\{([^}]*)})?");

    private final RunningApplication running;

    ObservabilityTest(RunningApplication running) {
        this.running = running;
    }

    @Test
    void everyMetricOfTheDashboardIsThere() throws IOException {
        JsonNode dashboard = JSON.readTree(FOLDER.resolve("dashboard.json").toFile());
        List<String> expressions = new ArrayList<>();
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            assertTrue(ids.add(panel.path("id").asInt()), () -> "an id is given twice: " + panel.path("title"));
            panel.path("targets")
                    .forEach(target -> expressions.add(target.path("expr").asText()));
        }
        assertFalse(expressions.isEmpty());
        assertAreThere(expressions);
    }

    @Test
    void everyMetricOfTheAlertRulesIsThere() throws IOException {
        JsonNode rules = JSON.valueToTree(new Yaml().load(Files.readString(FOLDER.resolve("alerts.yml"))))
                .at("/groups/0/rules");
        List<String> expressions = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode rule : rules) {
            assertAll(
                    () -> assertTrue(names.add(rule.path("alert").asText()), () -> "given twice: " + rule),
                    () -> assertTrue(rule.path("for").asText().matches("\\d+m"), rule::toString),
                    () -> assertTrue(rule.at("/labels/severity").asText().matches("warning|critical"), rule::toString),
                    () -> assertFalse(rule.at("/annotations/summary").asText().isEmpty(), rule::toString),
                    () -> assertFalse(
                            rule.at("/annotations/description").asText().isEmpty(), rule::toString));
            expressions.add(rule.path("expr").asText());
        }
        assertFalse(expressions.isEmpty());
        assertAreThere(expressions);
    }

    /** Each name, and each value of a label that is asked for by name, is scraped from the start. */
    private void assertAreThere(List<String> expressions) {
        List<String> series = series();
        Set<String> missing = new TreeSet<>();
        for (String expression : expressions) {
            for (MatchResult used : METRIC.matcher(expression).results().toList()) {
                String name = used.group().replaceFirst("\\{.*", "");
                Matcher label =
                        Pattern.compile("(\\w+)=\"([^\"]*)\"").matcher(used.group(1) == null ? "" : used.group(1));
                String wanted = label.find() ? label.group() : "";
                if (series.stream()
                        .noneMatch(each -> each.matches("\\Q" + name + "\\E[{ ].*") && each.contains(wanted))) {
                    missing.add(used.group());
                }
            }
        }
        assertEquals(Set.of(), missing);
    }

    private List<String> series() {
        return running.text("/observe/metrics")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    private double value(String series) {
        return series().stream()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + series + " in "
                        + series().stream()
                                .filter(line -> line.startsWith("intercom"))
                                .collect(Collectors.joining("\n"))));
    }

    @Test
    void whatHappensIsCounted() {
        double delivered = value("intercom_klaviyo_delivered_total{metric=\"Created Conversation\"}");
        double busy = value("intercom_klaviyo_busy_total{status=\"503\"}");
        double refused = value("intercom_klaviyo_refused_total{status=\"400\"}");
        double stored = value("intercom_klaviyo_answers_total{status=\"200\"}");

        running.klaviyo().faults(FaultPlan.next(1, Fault.status(503)));
        running.awaitState("delivered", converse("pat.counted@klaviyo-demo.com"));
        running.klaviyo().faults(FaultPlan.next(1, Fault.status(400)));
        running.awaitState("parked", converse("pat.refused@klaviyo-demo.com"));

        assertEquals(delivered + 1, value("intercom_klaviyo_delivered_total{metric=\"Created Conversation\"}"));
        assertEquals(busy + 1, value("intercom_klaviyo_busy_total{status=\"503\"}"));
        assertEquals(refused + 1, value("intercom_klaviyo_refused_total{status=\"400\"}"));
        assertEquals(stored + 2, value("intercom_klaviyo_answers_total{status=\"200\"}"));
        Eventually.holds("the gauge counts what is parked", () -> value("intercom_klaviyo_parked") >= 1);
        assertTrue(value("intercom_klaviyo_parked_oldest_seconds") > 0);
    }

    private String converse(String email) {
        String conversation = running.scenes().conversation(running.scenes().user(email));
        return running.sendOne(running.scenes().tell().conversationCreated(conversation));
    }
}
