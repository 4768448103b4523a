package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What Klaviyo accepts as the attributes of an event, the same in single requests and in bulk jobs. */
final class EventRules {

    private static final Set<String> FIELDS =
            Set.of("properties", "metric", "time", "value", "value_currency", "unique_id", "backfill");
    private static final Instant SINCE_1990 = Instant.parse("1990-01-01T00:00:00Z");
    private static final Instant SINCE_2000 = Instant.parse("2000-01-01T00:00:00Z");

    private final Clock clock;

    EventRules(Clock clock) {
        this.clock = clock;
    }

    /** @param withProfile whether {@code profile} is one of the attributes (single) or stands with the group (bulk) */
    void check(JsonNode attributes, String pointer, boolean withProfile, Revision revision, Findings findings) {
        for (Map.Entry<String, JsonNode> field : attributes.properties()) {
            String name = field.getKey();
            if (!FIELDS.contains(name) && !(withProfile && name.equals("profile"))) {
                findings.invalid(pointer + "/" + name, "'" + name + "' is not a valid field for the resource 'event'.");
            }
        }
        if (attributes.has("properties")) {
            PropertyRules.checkEvent(attributes.get("properties"), pointer + "/properties", findings);
        } else {
            findings.missing(pointer, "properties", "event");
        }
        checkMetric(attributes.path("metric"), pointer, findings);
        checkTime(attributes.path("time"), pointer + "/time", revision, findings);
        checkUniqueId(attributes.path("unique_id"), pointer + "/unique_id", findings);
        checkValue(attributes, pointer, findings);
        JsonNode backfill = attributes.path("backfill");
        if (revision.knowsBackfill() && !backfill.isMissingNode() && !backfill.isBoolean()) {
            findings.invalid(pointer + "/backfill", "'backfill' must be a boolean.");
        }
    }

    private static void checkMetric(JsonNode metric, String pointer, Findings findings) {
        if (metric.isMissingNode()) {
            findings.missing(pointer, "metric", "event");
            return;
        }
        JsonNode data = metric.path("data");
        if (!data.path("type").asText().equals("metric")) {
            findings.invalid(pointer + "/metric/data/type", "'type' must be 'metric'.");
        }
        JsonNode name = data.path("attributes").path("name");
        if (!name.isTextual() || name.textValue().isBlank()) {
            findings.missing(pointer + "/metric/data/attributes", "name", "metric");
        } else if (name.textValue().length() >= 128) {
            findings.invalid(
                    pointer + "/metric/data/attributes/name",
                    "The name of a metric must have less than 128 characters.");
        }
    }

    private void checkTime(JsonNode time, String pointer, Revision revision, Findings findings) {
        if (time.isMissingNode() || time.isNull()) {
            return;
        }
        Instant parsed = time.isTextual() ? parse(time.textValue()) : null;
        if (parsed == null) {
            findings.invalid(pointer, "'time' must be an ISO 8601 date and time.");
            return;
        }
        // Until revision 2026-07-15 the earliest year was 2000.
        Instant earliest = revision.atLeast("2026-07-15") ? SINCE_1990 : SINCE_2000;
        if (parsed.isBefore(earliest) || parsed.isAfter(clock.instant().plus(Duration.ofDays(365)))) {
            findings.invalid(pointer, "'time' must be after " + earliest + " and at most one year ahead.");
        }
    }

    /** Reads an RFC 3339 time; null when it is none. A time without an offset is refused: it would be a guess. */
    static @Nullable Instant parse(String time) {
        try {
            return OffsetDateTime.parse(time).toInstant();
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static void checkUniqueId(JsonNode id, String pointer, Findings findings) {
        if (id.isMissingNode() || id.isNull()) {
            return;
        }
        int length = id.isTextual() ? id.textValue().length() : 0;
        if (length < 1 || length > 255) {
            findings.invalid(pointer, "'unique_id' must be a string of 1 to 255 characters.");
        }
    }

    private static void checkValue(JsonNode attributes, String pointer, Findings findings) {
        JsonNode value = attributes.path("value");
        if (!value.isMissingNode() && !value.isNull() && !value.isNumber()) {
            findings.invalid(pointer + "/value", "'value' must be a number.");
        }
        JsonNode currency = attributes.path("value_currency");
        if (!currency.isMissingNode()
                && !currency.isNull()
                && !currency.asText().matches("[A-Z]{3}")) {
            findings.invalid(pointer + "/value_currency", "'value_currency' must be an ISO 4217 code.");
        }
    }
}
