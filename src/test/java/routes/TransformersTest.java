package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The nine transformers against their fixtures: {@code fixtures/<metric>/<case>/}. A new metric is a folder of JSON
 * files, red; a route, green. This class needs no change for it.
 */
class TransformersTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private static DryRun dryRun;
    private static GivenWorkspace workspace;

    @BeforeAll
    static void loadRoutes() throws IOException {
        workspace = new GivenWorkspace(read(FIXTURES.resolve("workspace.json")));
        dryRun = DryRun.open(null, workspace, "US");
    }

    @AfterAll
    static void close() {
        dryRun.close();
    }

    @TestFactory
    Stream<DynamicNode> everyMetricHasCases() {
        return Console.METRICS.stream()
                .map(metric -> DynamicTest.dynamicTest(
                        metric,
                        () -> assertTrue(
                                folders(FIXTURES.resolve(metric.toLowerCase(Locale.ROOT)
                                                        .replace(' ', '-')))
                                                .size()
                                        > 2,
                                "typical, sparse, oldest and newest are expected")));
    }

    @TestFactory
    Stream<DynamicNode> everyCaseYieldsItsEvent() throws IOException {
        return folders(FIXTURES).stream()
                .flatMap(metric -> folders(metric).stream())
                .map(each -> DynamicTest.dynamicTest(FIXTURES.relativize(each).toString(), () -> transform(each)));
    }

    private static void transform(Path folder) throws IOException {
        String notification = Files.readString(folder.resolve("notification.json"));
        JsonNode expected = read(folder.resolve("klaviyo-event.json"));
        workspace.contact = read(folder.resolve("contact.json"));
        String topic = JSON.readTree(notification).path("topic").asText();

        ObjectNode preview = dryRun.transform(topic, "notif_" + folder.getFileName(), notification);

        String metric = FIXTURES.relativize(folder).getName(0).toString();
        if (expected.path("data").isMissingNode()) {
            String outcome = expected.fieldNames().next();
            for (JsonNode event : preview.path("events")) {
                if (event.path("unique_id").isNull()
                        || event.path("unique_id").asText().contains(":" + metric + ":")) {
                    assertEquals(outcome, event.path("outcome").asText(), preview::toPrettyString);
                }
            }
            assertFalse(preview.path("events").isEmpty());
            return;
        }
        JsonNode request = null;
        for (JsonNode each : preview.path("requests")) {
            if (each.at("/data/attributes/unique_id").asText().contains(":" + metric + ":")) {
                request = each;
            }
        }
        assertEquals(expected.toPrettyString(), sortedLike(expected, request), preview::toPrettyString);
    }

    /** Members in the order of what is expected, so that a difference shows as a difference of few lines. */
    private static String sortedLike(JsonNode expected, @Nullable JsonNode actual) {
        return actual == null ? "no request" : sort(expected, actual).toPrettyString();
    }

    private static JsonNode sort(JsonNode expected, JsonNode actual) {
        if (!(expected instanceof ObjectNode) || !(actual instanceof ObjectNode given)) {
            return actual;
        }
        ObjectNode sorted = JSON.createObjectNode();
        expected.fields().forEachRemaining(member -> {
            if (given.has(member.getKey())) {
                sorted.set(member.getKey(), sort(member.getValue(), given.get(member.getKey())));
            }
        });
        given.fields().forEachRemaining(member -> {
            if (!expected.has(member.getKey())) {
                sorted.set(member.getKey(), member.getValue());
            }
        });
        return sorted;
    }

    private static JsonNode read(Path file) throws IOException {
        return JSON.readTree(file.toFile());
    }

    private static List<Path> folders(Path parent) {
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Intercom as the fixtures describe it. */
    private static final class GivenWorkspace implements Enricher.Source {

        private final JsonNode lists;
        private JsonNode contact = JsonNodeFactory.instance.nullNode();

        GivenWorkspace(JsonNode lists) {
            this.lists = lists;
        }

        @Override
        public Enricher.Lookup contacts(List<Reading> readings) {
            return id -> {
                if (!(contact instanceof ObjectNode given)) {
                    return null;
                }
                ObjectNode complete = given.deepCopy();
                ArrayNode names = JSON.createArrayNode();
                for (JsonNode tag : given.path("tags").path("data")) {
                    ObjectNode known = find("tags", tag.path("id").asText());
                    if (known != null) {
                        names.add(known.path("name").asText());
                    }
                }
                complete.set("tags", names);
                return complete;
            };
        }

        @Override
        public Enricher.Lookup lookup(List<String> ids) {
            return contacts(List.of());
        }

        @Override
        public @Nullable ObjectNode admin(@Nullable String id) {
            return find("admins", id);
        }

        @Override
        public @Nullable ObjectNode team(@Nullable String id) {
            return find("teams", id);
        }

        private @Nullable ObjectNode find(String list, @Nullable String id) {
            for (JsonNode each : lists.path(list)) {
                if (each.path("id").asText().equals(id)) {
                    return (ObjectNode) each;
                }
            }
            return null;
        }
    }
}
