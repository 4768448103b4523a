package routes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Notifications that nobody at Intercom would send: the fixtures with one field spoilt, and JSON of any kind. */
final class HostileJson {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    /** In place of a value while a notification is spoilt; stands nowhere in a fixture. */
    private static final String HERE = "\u0001here\u0001";

    private static final String HERE_AS_JSON = "\"\\u0001here\\u0001\"";

    /** What stands where something else belongs, as JSON text: what a parser makes of it is part of the question. */
    static final List<String> KINDS = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1.5",
            "1e308",
            "1e400",
            "-1e400",
            "9007199254740993",
            "92233720368547758070",
            "9".repeat(999),
            "9".repeat(1_500),
            "1e999999999",
            "\"\"",
            "\" \"",
            "\"text\"",
            "\"1732528800\"",
            "\"2026-11-22T10:15:30Z\"",
            "\"9999999999999999-99-99T99:99:99Z\"",
            "\"NaN\"",
            "\"1e999999999\"",
            "\"\\u0000\"",
            "\"\\r\\nX-Injected: 1\\r\\n\\r\\n\"",
            "\"../../etc/passwd\"",
            "\"..\"",
            "\"?x=1#y\"",
            "\"${bean:inbox} {{klaviyo.api-key}} #{1+1}\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800 \\ufffe\\uffff\"",
            "\"\\ud83d\\ude00\"",
            "\"\\u202e\\u0085\\u2028\\u009f\"",
            "\"" + "long ".repeat(100) + "\"",
            "[]",
            "{}",
            "[null]",
            "[[[]]]",
            "[1,\"a\",{},[],null,true]",
            "{\"id\":{\"id\":[]}}",
            "{\"type\":\"contact\",\"id\":\"x\",\"email\":\"a@klaviyo-demo.com\"}",
            "{\"\":\"\",\"\\u0000\":1,\"a\\r\\nb\":\"c\",\"\\ud800\":\"\\udfff\"}",
            "{\"data\":7,\"tags\":7,\"contacts\":7,\"conversation_parts\":7,\"ticket_parts\":7}",
            "[".repeat(150) + "]".repeat(150),
            "[".repeat(500) + "]".repeat(500));

    /** Topics that routes.yaml knows, and some that it does not. */
    private static final List<String> TOPICS = List.of(
            "conversation.user.created",
            "conversation.rating.added",
            "conversation.read",
            "conversation.user.replied",
            "ticket.created",
            "ticket.state.updated",
            "ticket.contact.replied",
            "ticket.resolved",
            "ticket.closed",
            "contact.user.updated",
            "contact.merged",
            "conversation.",
            "ticket.",
            "history.conversation",
            "history.ticket",
            "company.created",
            "...");

    /** Names that are asked for somewhere on the way. */
    private static final List<String> NAMES = List.of(
            "type",
            "id",
            "topic",
            "app_id",
            "created_at",
            "updated_at",
            "data",
            "item",
            "ticket",
            "ticket_part",
            "ticket_parts",
            "ticket_state",
            "category",
            "conversation_parts",
            "conversation_rating",
            "rating",
            "contact",
            "contacts",
            "source",
            "author",
            "email",
            "phone",
            "name",
            "body",
            "part_type",
            "tags",
            "custom_attributes",
            "ticket_attributes",
            "_default_title_",
            "admin_assignee_id",
            "team_assignee_id",
            "statistics",
            "sla_applied",
            "merged_from",
            "metrics",
            "since");

    private static final Pattern ID = Pattern.compile("\"(\\d{12,18})\"");
    private static final AtomicLong NUMBER = new AtomicLong(100);

    private HostileJson() {}

    /** So that not all that is made of a fixture tells the same fact. */
    static byte[] withOwnIds(byte[] notification) {
        String text = new String(notification, StandardCharsets.UTF_8);
        Matcher ids = ID.matcher(text);
        return ids.find()
                ? ids.replaceAll("\"$1" + NUMBER.incrementAndGet() + "\"").getBytes(StandardCharsets.UTF_8)
                : notification;
    }

    /** @return a typical notification of each metric */
    static List<ObjectNode> fixtures() {
        List<ObjectNode> fixtures = new ArrayList<>();
        for (Path metric : folders(FIXTURES)) {
            for (Path given : folders(metric)) {
                if (given.endsWith("typical")) {
                    fixtures.add(read(given.resolve("notification.json")));
                }
            }
        }
        return fixtures;
    }

    private static ObjectNode read(Path file) {
        try {
            return (ObjectNode) JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> folders(Path parent) {
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the notification with its n-th value replaced, for each value in it, by this JSON text */
    static List<String> spoilt(ObjectNode notification, String kind) {
        List<String> spoilt = new ArrayList<>();
        spoil(notification, notification, kind, spoilt);
        return spoilt;
    }

    private static void spoil(JsonNode root, JsonNode parent, String kind, List<String> spoilt) {
        if (parent instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                JsonNode kept = object.get(name);
                object.put(name, HERE);
                spoilt.add(text(root, kind));
                object.set(name, kept);
                spoil(root, kept, kind, spoilt);
            }
        } else if (parent instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                JsonNode kept = array.get(i);
                array.set(i, JSON.getNodeFactory().textNode(HERE));
                spoilt.add(text(root, kind));
                array.set(i, kept);
                spoil(root, kept, kind, spoilt);
            }
        }
    }

    /** One of those that {@link #spoilt} makes, counted round; the others are not written. */
    private static String spoiltOnce(ObjectNode notification, String kind, int which) {
        List<Consumer<JsonNode>> places = new ArrayList<>();
        addPlaces(notification, places);
        places.get(which % places.size()).accept(JSON.getNodeFactory().textNode(HERE));
        return text(notification, kind);
    }

    /** In the order of {@link #spoil}. */
    private static void addPlaces(JsonNode parent, List<Consumer<JsonNode>> places) {
        if (parent instanceof ObjectNode object) {
            object.properties().forEach(member -> {
                places.add(value -> object.replace(member.getKey(), value));
                addPlaces(member.getValue(), places);
            });
        } else if (parent instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                int at = i;
                places.add(value -> array.set(at, value));
                addPlaces(array.get(i), places);
            }
        }
    }

    private static String text(JsonNode root, String kind) {
        try {
            return JSON.writeValueAsString(root).replace(HERE_AS_JSON, kind);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One of the fixtures with one value spoilt. */
    static Arbitrary<String> spoiltFixture() {
        return Combinators.combine(
                        Arbitraries.of(fixtures()),
                        Arbitraries.oneOf(Arbitraries.of(KINDS), value(2)),
                        Arbitraries.integers().between(0, Integer.MAX_VALUE))
                .as((fixture, kind, which) -> spoiltOnce(fixture.deepCopy(), kind, which));
    }

    /** A notification whose item is JSON of any kind, with names that are looked for. */
    static Arbitrary<String> anyNotification() {
        return Combinators.combine(Arbitraries.of(TOPICS), value(4), value(2), value(1), value(1))
                .as((topic, item, data, at, workspace) -> "{\"type\":\"notification_event\",\"topic\":\"" + topic
                        + "\",\"created_at\":" + at + ",\"app_id\":" + workspace + ",\"data\":"
                        + (data.length() % 4 == 0 ? data : "{\"item\":" + item + "}") + "}");
    }

    /** Items of nearly five megabytes, by what is so large in them. */
    static Map<String, String> giants() {
        int size = 4_900_000;
        Map<String, String> giants = new LinkedHashMap<>();
        for (String member : List.of("id", "title", "created_at", "admin_assignee_id", "state", "waiting_since")) {
            giants.put("a long " + member, "{\"" + member + "\":\"" + "x".repeat(size) + "\"}");
        }
        for (String html :
                List.of("<p>", "<b>", "<div>", "<p>x</p>", "<br>", "<table><td>", "&lt;", "<a href=x>", "<!--", "< ")) {
            String text = html.repeat(size / html.length());
            giants.put("mark-up of " + html, "{\"id\":\"1\",\"source\":{\"subject\":\"" + text + "\"}}");
        }
        giants.put(
                "an e-mail",
                "{\"contacts\":{\"contacts\":[{\"type\":\"user\",\"id\":\"a\",\"email\":\"" + "a.".repeat(size / 2)
                        + "@x\"}]}}");
        giants.put(
                "a name",
                "{\"contacts\":{\"contacts\":[{\"type\":\"user\",\"id\":\"a\",\"email\":\"a@klaviyo-demo.com\",\"name\":\""
                        + " ".repeat(size) + "x\"}]}}");
        giants.put(
                "a phone number",
                "{\"contacts\":{\"contacts\":[{\"type\":\"user\",\"id\":\"a\",\"phone\":\"+" + "1".repeat(size)
                        + "\"}]}}");
        giants.put("contacts", "{\"contacts\":{\"contacts\":[" + "{\"id\":1},".repeat(size / 9) + "{}]}}");
        giants.put(
                "parts",
                "{\"conversation_parts\":{\"conversation_parts\":[" + "{\"id\":1},".repeat(size / 9)
                        + "{}]},\"ticket_parts\":{}}");
        giants.put("tags", "{\"tags\":{\"tags\":[" + "{\"name\":1},".repeat(size / 11) + "{}]}}");
        StringBuilder attributes = new StringBuilder("{\"id\":\"1\",\"custom_attributes\":{");
        for (int i = 0; attributes.length() < size; i++) {
            attributes.append("\"").append(i).append("\":1,");
        }
        giants.put("attributes", attributes.append("\"\":1}}").toString());
        giants.put("lists in lists", "{\"id\":\"1\",\"title\":[" + "[],".repeat(size / 3) + "[]]}");
        return giants;
    }

    /** @return a notification of this topic and item, of a contact who has an e-mail */
    static String notification(String topic, String item) {
        String contacts =
                "\"contacts\":{\"contacts\":[{\"type\":\"user\",\"id\":\"a\",\"email\":\"a@klaviyo-demo.com\"}]}";
        // Of two members of a name the last one counts: an item that has contacts keeps them.
        return "{\"type\":\"notification_event\",\"topic\":\"" + topic
                + "\",\"created_at\":1732528800,\"app_id\":\"ab1cd2ef\",\"data\":{\"item\":{" + contacts + ","
                + item.substring(1) + "}}";
    }

    /** JSON text of any kind. */
    static Arbitrary<String> value(int depth) {
        Arbitrary<String> leaf = Arbitraries.oneOf(Arbitraries.of(KINDS), string(), number());
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<String> inner = value(depth - 1);
        Arbitrary<String> array = inner.list().ofMaxSize(4).map(elements -> "[" + String.join(",", elements) + "]");
        Arbitrary<String> member = Combinators.combine(
                        Arbitraries.frequencyOf(
                                Tuple.of(9, Arbitraries.of(NAMES).map(name -> "\"" + name + "\"")),
                                Tuple.of(1, string())),
                        inner)
                .as((name, value) -> name + ":" + value);
        Arbitrary<String> object = member.list().ofMaxSize(8).map(members -> "{" + String.join(",", members) + "}");
        return Arbitraries.frequencyOf(Tuple.of(1, leaf), Tuple.of(1, array), Tuple.of(3, object));
    }

    /** Any UTF-16, halves of pairs included, every character escaped. */
    private static Arbitrary<String> string() {
        return Arbitraries.strings().ofMaxLength(12).map(text -> {
            StringBuilder json = new StringBuilder("\"");
            text.chars().forEach(each -> json.append(String.format("\\u%04x", each)));
            return json.append('"').toString();
        });
    }

    private static Arbitrary<String> number() {
        return Arbitraries.oneOf(
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.bigDecimals().map(String::valueOf),
                Arbitraries.longs().between(1_500_000_000L, 2_000_000_000L).map(String::valueOf));
    }
}
