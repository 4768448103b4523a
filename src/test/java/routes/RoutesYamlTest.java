package routes;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

/** Reads routes.yaml as a document: what its readers and Camel's visual editors rely on. */
class RoutesYamlTest {

    private static final Path FILE = Path.of("src/main/resources/routes.yaml");
    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Pattern KEBAB = Pattern.compile("[a-z]+(-[a-z]+)*");
    private static final Set<String> LANGUAGES =
            Set.of("constant", "exchangeProperty", "header", "jq", "jsonpath", "method", "simple", "tokenize");
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private static String text;
    private static JsonNode file;

    @BeforeAll
    static void readFile() throws IOException {
        text = Files.readString(FILE);
        file = JSON.valueToTree(new Yaml().load(text));
    }

    private static List<JsonNode> routes() {
        List<JsonNode> routes = new ArrayList<>();
        file.forEach(entry -> {
            if (entry.has("route")) {
                routes.add(entry.get("route"));
            }
        });
        return routes;
    }

    private static JsonNode route(String id) {
        return routes().stream()
                .filter(route -> route.path("id").asText().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no route " + id));
    }

    /** Calls for each member of each object, at any depth. */
    private static void visit(JsonNode node, BiConsumer<String, JsonNode> member) {
        for (Iterator<Map.Entry<String, JsonNode>> members = node.fields(); members.hasNext(); ) {
            Map.Entry<String, JsonNode> each = members.next();
            member.accept(each.getKey(), each.getValue());
        }
        node.forEach(child -> visit(child, member));
    }

    @Test
    void idsAreUniqueAndKebabCase() {
        Set<String> ids = new HashSet<>();
        visit(file, (key, value) -> {
            if (key.equals("id")) {
                assertTrue(KEBAB.matcher(value.asText()).matches(), () -> value + " is not kebab-case");
                assertTrue(ids.add(value.asText()), () -> value + " is given twice");
            }
        });
        assertFalse(ids.isEmpty());
    }

    @Test
    void everyRouteHasAnIdAndADescription() {
        for (JsonNode entry : file) {
            JsonNode body = entry.has("route") ? entry.get("route") : entry.get("routeConfiguration");
            assertTrue(body != null && entry.size() == 1, () -> "neither route nor routeConfiguration: " + entry);
            assertTrue(body.path("id").isTextual(), () -> "no id: " + body);
            String description = body.path("description").asText();
            assertTrue(description.endsWith("."), () -> body.path("id") + " is not described in a sentence");
        }
    }

    @Test
    void whatIsSentToIsAnsweredAndWhatIsAnsweredIsSentTo() {
        Pattern inner = Pattern.compile("(direct|seda):(.*)");
        Set<String> answered = new TreeSet<>();
        Set<String> used = new TreeSet<>();
        for (JsonNode route : routes()) {
            Matcher from = inner.matcher(route.at("/from/uri").asText());
            if (from.matches()) {
                answered.add(from.group());
                assertEquals(route.path("id").asText(), from.group(2), "a route answers to its own name");
            }
        }
        for (JsonNode entry : file) {
            JsonNode body = entry.elements().next();
            JsonNode steps = entry.has("route") ? body.at("/from/steps") : body;
            visit(steps, (key, value) -> {
                if (key.equals("uri") && inner.matcher(value.asText()).matches()) {
                    used.add(value.asText());
                }
            });
        }
        assertEquals(answered, used);
    }

    @Test
    void theRouterHasNineBranchesOfOneShape() {
        JsonNode choice = route("route-event").at("/from/steps/0/choice");
        List<String> transformers = new ArrayList<>();
        for (JsonNode when : choice.path("when")) {
            assertEquals(Set.of("expression", "steps"), names(when));
            assertTrue(when.at("/expression/jq/expression").isTextual(), () -> "not chosen by jq: " + when);
            assertEquals(1, when.path("steps").size());
            assertEquals(Set.of("to"), names(when.at("/steps/0")));
            transformers.add(when.at("/steps/0/to/uri").asText().replaceFirst("^direct:", ""));
        }
        List<String> metrics = Console.METRICS.stream()
                .map(metric -> metric.toLowerCase(Locale.ROOT).replace(' ', '-'))
                .toList();
        assertEquals(metrics, transformers);
        assertEquals("filter-topic", choice.at("/otherwise/steps/0/bean/id").asText());
    }

    @Test
    void everyTransformerIsOneMappingThatIsRecordedAndHasFixtures() {
        for (String metric : Console.METRICS) {
            String name = metric.toLowerCase(Locale.ROOT).replace(' ', '-');
            JsonNode steps = route(name).at("/from/steps");
            String mapping = steps.at("/0/transform/expression/jq/expression").asText();
            assertAll(
                    name,
                    () -> assertEquals(2, steps.size()),
                    () -> assertTrue(mapping.contains("\"metric\": \"" + metric + "\"")),
                    () -> assertTrue(mapping.contains("\"intercom:\\(.workspace):" + name + ":\\(.id)")),
                    () -> assertEquals(
                            "direct:record-event", steps.at("/1/to/uri").asText()),
                    () -> assertTrue(Files.isDirectory(FIXTURES.resolve(name)), "has a folder of fixtures"));
        }
    }

    @Test
    void theSchemaOfCamelsYamlDslAcceptsIt() throws IOException {
        JsonSchema schema;
        try (InputStream stream =
                Objects.requireNonNull(org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader.class.getResourceAsStream(
                        "/schema/camelYamlDsl.json"))) {
            schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(stream);
        }
        Set<ValidationMessage> mistakes = schema.validate(file);

        assertEquals(Set.of(), mistakes);
    }

    /** The schema still allows the short notation, which is deprecated from Camel 4.23 on. */
    @Test
    void theNotationIsCanonical() {
        visit(file, (key, value) -> {
            switch (key) {
                case "to", "toD", "from", "bean", "log", "transform", "setProperty", "split", "filter", "when" ->
                    assertFalse(value.isTextual(), () -> "short notation: " + key + ": " + value);
                case "setBody", "idempotentConsumer" ->
                    assertTrue(value.has("expression"), () -> key + " without expression: " + value);
                default -> {}
            }
            // A bean's method is a text; the language of that name is an object.
            if (LANGUAGES.contains(key) && !(key.equals("method") && value.isTextual())) {
                assertTrue(
                        value.isObject() && (value.has("expression") || value.has("ref")),
                        () -> "short notation: " + key + ": " + value);
            }
        });
        visit(file, (key, value) -> {
            boolean chooses = Set.of("setBody", "setProperty", "setHeader", "transform", "filter", "split")
                    .contains(key);
            if (chooses) {
                LANGUAGES.forEach(
                        language -> assertFalse(value.has(language), () -> language + " stands right under " + key));
            }
        });
        file.forEach(entry -> visit(entry, (key, value) -> {
            if (key.equals("when")) {
                value.forEach(each -> LANGUAGES.forEach(
                        language -> assertFalse(each.has(language), () -> language + " stands right under when")));
            }
        }));
    }

    @Test
    void nothingLooksLikeAKeyOrAHost() {
        Matcher host = Pattern.compile("https?://[^\\s\"/]+").matcher(text);
        while (host.find()) {
            assertEquals("https://app.intercom.com", host.group(), "the console's links are the only addresses");
        }
        assertFalse(Pattern.compile("\\bpk_\\w|\\bBearer\\b|password|[0-9a-fA-F]{32}")
                .matcher(text)
                .find());
        Matcher key = Pattern.compile("Klaviyo-API-Key\\s+(\\S+)").matcher(text);
        while (key.find()) {
            assertTrue(key.group(1).startsWith("{{klaviyo.api-key}}"), "the key comes from the environment");
        }
    }

    @Test
    void nothingThatASenderWroteChoosesADestination() {
        visit(file, (key, value) -> {
            assertFalse(
                    Set.of("toD", "recipientList", "routingSlip", "dynamicRouter")
                            .contains(key),
                    key);
            if (key.equals("uri")) {
                assertFalse(value.asText().contains("${"), value::asText);
            }
        });
    }

    private static Set<String> names(JsonNode node) {
        Set<String> names = new TreeSet<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id: map-profile    | id: map-person      | true",
                "expression: here   | expression: there   | false",
                "method: verify     | method: verified    | false",
                "ref: upkeep        | ref: console        | false",
                "platform-http:/webhooks/intercom | jetty:/webhooks/intercom | false",
                "uri: direct:route-event | uri: platform-http:/more      | false",
                "id: receive-webhook     | id: receive                   | false"
            })
    void whatSendersReachIsComparedWordForWord(String from, String to, boolean same) {
        String bundled = RoutesFile.bundled();
        String edited = bundled.replace(from, to);
        assertFalse(edited.equals(bundled));

        assertEquals(same, !RoutesText.opening(edited, bundled).isEmpty());
    }

    @Test
    void theOpeningHoldsWhatSendersReachAndEveryPolicy() {
        String bundled = RoutesFile.bundled();
        String opening = RoutesText.opening(bundled, bundled);

        assertTrue(bundled.startsWith(opening));
        assertEquals(
                List.of("greet-intercom", "receive-webhook"),
                Pattern.compile("- route:\\s+id: (\\S+)")
                        .matcher(opening)
                        .results()
                        .map(found -> found.group(1))
                        .toList());
        assertEquals("\n# mine\n" + opening, RoutesText.opening("\n# mine\n" + bundled, bundled));
        String mine = bundled.replace("- route:\n    id: process-inbox", "# mine\n- route:\n    id: process-inbox");
        assertEquals(opening, RoutesText.opening(mine, bundled));
        assertEquals("", RoutesText.opening("-\n  route:\n    id: mine\n" + bundled, bundled));
        String policy = "- routeConfiguration:\n    id: mine\n";
        assertEquals("", RoutesText.opening(policy + bundled, bundled));
        assertEquals("", RoutesText.opening(bundled + policy, bundled));
    }
}
