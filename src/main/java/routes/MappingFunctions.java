package routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import net.thisptr.jackson.jq.Function;
import org.apache.camel.spi.Registry;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeTraversor;
import org.jsoup.select.NodeVisitor;
import org.jspecify.annotations.Nullable;
import routes.intercom.Json;

/**
 * The words that mappings in routes.yaml have beyond jq's own. None of them fails, whatever it is given; none does I/O.
 *
 * <pre>
 * iso         Unix seconds, milliseconds or a date  →  "2026-11-22T10:15:30Z", null where there is none
 * plain       HTML or text                          →  text without mark-up
 * number      number or numeric string              →  number, else null
 * text        string or number                      →  string, else null
 * present     object                                →  the object without its null members, else null
 * attributes  object                                →  {"Attribute: name": value} for its plain values
 * </pre>
 */
public final class MappingFunctions {

    private static final Map<String, UnaryOperator<JsonNode>> WORDS = Map.of(
            "iso", MappingFunctions::iso,
            "plain", MappingFunctions::plain,
            "number", MappingFunctions::number,
            "text", node -> orNull(Json.text(node)),
            "present", MappingFunctions::present,
            "attributes", MappingFunctions::attributes);

    private static final Set<String> BLOCKS = Set.of("p", "div", "li", "h1", "h2", "h3");
    /** Klaviyo takes 100 KB of a text; reading megabytes of mark-up would hold up the others. */
    private static final int HTML_MAX = 400_000;

    private MappingFunctions() {}

    /** Makes the words known to Camel's jq language, which looks for functions in the registry. */
    static void bind(Registry registry) {
        WORDS.forEach((name, word) -> {
            Function function = (scope, args, in, path, output, version) -> output.emit(word.apply(in), null);
            registry.bind(name + "/0", Function.class, function);
        });
    }

    private static JsonNode iso(JsonNode node) {
        Instant instant = Json.instant(node);
        return instant == null
                ? NullNode.getInstance()
                : JsonNodeFactory.instance.textNode(
                        Instant.ofEpochSecond(instant.getEpochSecond()).toString());
    }

    private static JsonNode plain(JsonNode node) {
        String text = Json.text(node);
        if (text == null) {
            return NullNode.getInstance();
        }
        if (text.indexOf('<') < 0 && text.indexOf('&') < 0) {
            return JsonNodeFactory.instance.textNode(text);
        }
        StringBuilder plain = new StringBuilder();
        String read = text.length() > HTML_MAX ? text.substring(0, HTML_MAX) : text;
        NodeTraversor.traverse(
                new NodeVisitor() {
                    @Override
                    public void head(Node node, int depth) {
                        if (node instanceof TextNode words) {
                            plain.append(words.getWholeText());
                        } else if (node.nameIs("br")) {
                            plain.append('\n');
                        }
                    }

                    @Override
                    public void tail(Node node, int depth) {
                        if (node instanceof Element block
                                && BLOCKS.contains(block.normalName())
                                && block.nextElementSibling() != null) {
                            plain.append('\n');
                        }
                    }
                },
                Jsoup.parseBodyFragment(read).body());
        return JsonNodeFactory.instance.textNode(plain.toString().strip());
    }

    private static JsonNode number(JsonNode node) {
        if (node.isNumber()) {
            return Double.isInfinite(node.doubleValue()) ? NullNode.getInstance() : node;
        }
        String text = Json.text(node);
        try {
            return text == null || text.length() > 30 ? NullNode.getInstance() : numeric(new BigDecimal(text));
        } catch (NumberFormatException e) {
            return NullNode.getInstance();
        }
    }

    private static JsonNode numeric(BigDecimal number) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        try {
            return nodes.numberNode(number.intValueExact());
        } catch (ArithmeticException e) {
            double value = number.doubleValue();
            return Double.isInfinite(value) ? NullNode.getInstance() : nodes.numberNode(value);
        }
    }

    private static JsonNode present(JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            return NullNode.getInstance();
        }
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        object.fields().forEachRemaining(member -> {
            if (!member.getValue().isNull()) {
                kept.set(member.getKey(), member.getValue());
            }
        });
        return kept;
    }

    private static JsonNode attributes(JsonNode node) {
        ObjectNode plain = JsonNodeFactory.instance.objectNode();
        if (node instanceof ObjectNode object) {
            object.fields().forEachRemaining(member -> {
                if (member.getValue().isValueNode() && !member.getValue().isNull()) {
                    plain.set("Attribute: " + member.getKey(), member.getValue());
                }
            });
        }
        return plain;
    }

    private static JsonNode orNull(@Nullable String text) {
        return text == null ? NullNode.getInstance() : JsonNodeFactory.instance.textNode(text);
    }
}
