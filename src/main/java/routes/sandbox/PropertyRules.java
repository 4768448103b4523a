package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Klaviyo's ingestion limits for custom properties ("Rate limits, status codes, and errors", section on ingestion).
 * Kilobytes are counted as 1,000 bytes, the stricter reading.
 */
final class PropertyRules {

    static final int MAX_PROPERTIES = 400;
    static final int MAX_STRING_BYTES = 100_000;
    static final int MAX_ITEMS = 4_000;
    static final int MAX_NESTING = 10;

    private PropertyRules() {}

    /** Checks the properties of an event: they must be an object, of at most {@link #MAX_PROPERTIES}. */
    static void checkEvent(JsonNode properties, String pointer, Findings findings) {
        if (!properties.isObject()) {
            findings.invalid(pointer, "'properties' must be an object.");
            return;
        }
        if (properties.size() > MAX_PROPERTIES) {
            findings.invalid(pointer, "An event can have at most " + MAX_PROPERTIES + " properties.");
        }
        checkValue(properties, pointer, 0, findings);
    }

    /** Checks the custom properties of a profile: as an event's, but for their number. */
    static void checkProfile(JsonNode properties, String pointer, Findings findings) {
        if (properties.isObject()) {
            checkValue(properties, pointer, 0, findings);
        } else if (!properties.isNull()) {
            findings.invalid(pointer, "'properties' must be an object.");
        }
    }

    private static void checkValue(JsonNode value, String pointer, int depth, Findings findings) {
        if (value.isTextual()) {
            checkText(value.textValue(), pointer, findings);
        } else if (value.isContainerNode()) {
            if (depth > MAX_NESTING) {
                findings.invalid(pointer, "Objects can be nested at most " + MAX_NESTING + " levels deep.");
                return;
            }
            checkContainer(value, pointer, depth, findings);
        } else if (value.isBigInteger()) {
            findings.invalid(pointer, "Integers must fit into 64 bits.");
        }
    }

    private static void checkContainer(JsonNode value, String pointer, int depth, Findings findings) {
        if (value.isArray()) {
            if (value.size() > MAX_ITEMS) {
                findings.invalid(pointer, "Arrays can have at most " + MAX_ITEMS + " items.");
                return;
            }
            for (int i = 0; i < value.size(); i++) {
                checkValue(value.get(i), pointer, depth + 1, findings);
            }
        } else {
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                JsonNode inner = field.getValue();
                if (inner.isTextual()) {
                    checkText(inner.textValue(), pointer, findings);
                } else {
                    checkValue(inner, pointer, depth + 1, findings);
                }
            }
        }
    }

    private static void checkText(String text, String pointer, Findings findings) {
        // Three bytes at most for a char: most strings need no counting.
        if (text.length() * 3L > MAX_STRING_BYTES && text.getBytes(StandardCharsets.UTF_8).length > MAX_STRING_BYTES) {
            findings.invalid(pointer, "A string can have at most 100 KB.");
        }
    }
}
