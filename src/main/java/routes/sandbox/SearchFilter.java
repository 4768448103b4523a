package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** One {@code {field, operator, value}} of a search. Immutable. */
final class SearchFilter implements Predicate<Stored> {

    private static final long DAY = 86_400;

    /** Words by which tickets are searched, and words that tickets carry. */
    private static final Map<String, String> CATEGORIES =
            Map.of("Customer", "request", "Back-office", "task", "Tracker", "tracker");

    private final SearchKind kind;
    private final String field;
    private final String operator;
    private final String text;
    private final Set<String> texts = new HashSet<>();
    private final boolean date;
    private final SearchGranularity granularity;
    private final long number;

    SearchFilter(SearchKind kind, String field, String operator, JsonNode value, SearchGranularity granularity) {
        this.kind = kind;
        this.field = field;
        this.operator = operator;
        this.granularity = granularity;
        this.date = field.endsWith("_at") || field.endsWith("_until") || field.endsWith("_since");
        this.text = value.asText();
        value.forEach(item -> texts.add(item.asText()));
        boolean numeric =
                value.isIntegralNumber() || (value.isTextual() && value.asText().matches("-?\\d+"));
        if (!numeric
                && (date || operator.contains(">") || operator.contains("<"))
                && !value.isArray()
                && !value.isNull()) {
            throw new InvalidSearchException("value of '" + field + "' must be a number");
        }
        this.number = numeric ? value.asLong() : 0;
    }

    /** The earliest second that can equal or follow the value. */
    long dayOrSecond() {
        return granularity == SearchGranularity.DAY ? Math.floorDiv(number, DAY) * DAY : number;
    }

    /** The latest second that can equal or precede the value. */
    long endOfDayOrSecond() {
        return granularity == SearchGranularity.DAY ? Math.floorDiv(number, DAY) * DAY + DAY - 1 : number;
    }

    @Override
    public boolean test(Stored stored) {
        List<JsonNode> values = values(stored);
        return switch (operator) {
            case "=" -> values.stream().anyMatch(this::same);
            case "!=" -> values.stream().noneMatch(this::same);
            case "IN" -> values.stream().anyMatch(value -> texts.contains(value.asText()));
            case "NIN" -> values.stream().noneMatch(value -> texts.contains(value.asText()));
            case "~" -> values.stream().anyMatch(value -> lower(value).contains(text.toLowerCase(Locale.ROOT)));
            case "!~" -> values.stream().noneMatch(value -> lower(value).contains(text.toLowerCase(Locale.ROOT)));
            case "^" -> values.stream().anyMatch(value -> lower(value).startsWith(text.toLowerCase(Locale.ROOT)));
            case "$" -> values.stream().anyMatch(value -> lower(value).endsWith(text.toLowerCase(Locale.ROOT)));
            default -> values.stream().anyMatch(this::compares);
        };
    }

    private boolean same(JsonNode value) {
        return date && value.isNumber()
                ? truncated(value.asLong()) == truncated(number)
                : value.asText().equals(text);
    }

    private boolean compares(JsonNode value) {
        if (!value.isNumber()) {
            return false;
        }
        long left = truncated(value.asLong());
        long right = truncated(number);
        return switch (operator) {
            case ">" -> left > right;
            case "<" -> left < right;
            case ">=" -> left >= right;
            default -> left <= right;
        };
    }

    private long truncated(long value) {
        return date && granularity == SearchGranularity.DAY ? Math.floorDiv(value, DAY) : value;
    }

    private static String lower(JsonNode value) {
        return value.asText().toLowerCase(Locale.ROOT);
    }

    private List<JsonNode> values(Stored stored) {
        return switch (field) {
            case "id" -> List.of(TextNode.valueOf(stored.id()));
            case "created_at" -> List.of(LongNode.valueOf(stored.createdAt()));
            case "updated_at" -> List.of(LongNode.valueOf(stored.updatedAt()));
            case "state" -> List.of(TextNode.valueOf(stored.state()));
            case "conversation_rating.score" -> present(stored.score() > 0, IntNode.valueOf(stored.score()));
            case "conversation_rating.requested_at" -> time(stored.ratingRequestedAt());
            case "conversation_rating.replied_at" -> time(stored.ratingRepliedAt());
            default -> inside(Json.parse(stored.head()));
        };
    }

    private static List<JsonNode> time(long seconds) {
        return present(seconds > 0, LongNode.valueOf(seconds));
    }

    private static List<JsonNode> present(boolean present, JsonNode value) {
        return present ? List.of(value) : List.of();
    }

    private List<JsonNode> inside(JsonNode node) {
        return switch (field) {
            case "contact_ids" -> ids(node.path("contacts").path("contacts"));
            case "teammate_ids" -> ids(node.path("teammates").path("admins"));
            case "tag_ids" -> ids(node.path("tags").path("tags"));
            case "tag_id" -> ids(node.path("tags").path("data"));
            case "ticket_type_id" -> List.of(node.path("ticket_type").path("id"));
            case "category" ->
                List.of(TextNode.valueOf(
                        CATEGORIES.getOrDefault(node.path("category").asText(), "request")));
            case "title" -> List.of(node.path("ticket_attributes").path("_default_title_"));
            case "description" -> List.of(node.path("ticket_attributes").path("_default_description_"));
            case "email_domain" -> {
                String email = node.path("email").asText("");
                yield List.of(TextNode.valueOf(email.substring(email.indexOf('@') + 1)));
            }
            case "conversation_rating.contact_id" ->
                List.of(node.path("conversation_rating").path("contact").path("id"));
            case "conversation_rating.admin_d" ->
                List.of(node.path("conversation_rating").path("teammate").path("id"));
            default -> List.of(at(node));
        };
    }

    /** A dotted path, read as it stands; ticket attributes are named after the first dot. */
    private JsonNode at(JsonNode node) {
        if (kind == SearchKind.TICKETS && field.startsWith("ticket_attribute.")) {
            return node.path("ticket_attributes").path(field.substring("ticket_attribute.".length()));
        }
        JsonNode value = node;
        for (String name : field.split("\\.")) {
            value = value.path(name);
        }
        return value instanceof MissingNode ? TextNode.valueOf("") : value;
    }

    private static List<JsonNode> ids(JsonNode list) {
        List<JsonNode> ids = new ArrayList<>();
        list.forEach(item -> ids.add(item.path("id")));
        return ids;
    }
}
