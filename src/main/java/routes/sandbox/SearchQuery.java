package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * {@code query} of a search, read and checked as Intercom documents it: groups of AND or OR nested at most two levels
 * deep with at most 15 filters each, and single filters.
 *
 * @param matches what the query asks for
 * @param createdFrom no match was created before this second: lets the index do most of the work
 * @param createdTo no match was created after this second
 */
record SearchQuery(Predicate<Stored> matches, long createdFrom, long createdTo) {

    private static final int MAX_LEVELS = 2;
    private static final int MAX_FILTERS = 15;
    private static final Set<String> OPERATORS =
            Set.of("=", "!=", ">", "<", ">=", "<=", "IN", "NIN", "~", "!~", "^", "$");

    static final SearchQuery ALL = new SearchQuery(stored -> true, Long.MIN_VALUE, Long.MAX_VALUE);

    /** @throws InvalidSearchException when Intercom would refuse it */
    static SearchQuery of(JsonNode query, SearchKind kind, SearchGranularity granularity) {
        if (!query.isObject()) {
            throw new InvalidSearchException("query is required");
        }
        return read(query, kind, granularity, 0);
    }

    private static SearchQuery read(JsonNode node, SearchKind kind, SearchGranularity granularity, int level) {
        String operator = node.path("operator").asText();
        if (!operator.equals("AND") && !operator.equals("OR")) {
            return filter(node, kind, granularity);
        }
        JsonNode value = node.path("value");
        if (!value.isArray() || value.isEmpty()) {
            throw new InvalidSearchException("value of a group must be a list of filters");
        }
        if (level >= MAX_LEVELS) {
            throw new InvalidSearchException("groups can be nested at most " + MAX_LEVELS + " levels deep");
        }
        if (value.size() > MAX_FILTERS) {
            throw new InvalidSearchException("a group can have at most " + MAX_FILTERS + " filters");
        }
        List<SearchQuery> members = new ArrayList<>();
        value.forEach(member -> members.add(read(member, kind, granularity, level + 1)));
        return operator.equals("AND") ? all(members) : any(members);
    }

    private static SearchQuery all(List<SearchQuery> members) {
        return new SearchQuery(
                stored -> members.stream().allMatch(member -> member.matches.test(stored)),
                members.stream().mapToLong(SearchQuery::createdFrom).max().orElse(Long.MIN_VALUE),
                members.stream().mapToLong(SearchQuery::createdTo).min().orElse(Long.MAX_VALUE));
    }

    private static SearchQuery any(List<SearchQuery> members) {
        return new SearchQuery(
                stored -> members.stream().anyMatch(member -> member.matches.test(stored)),
                members.stream().mapToLong(SearchQuery::createdFrom).min().orElse(Long.MIN_VALUE),
                members.stream().mapToLong(SearchQuery::createdTo).max().orElse(Long.MAX_VALUE));
    }

    private static SearchQuery filter(JsonNode node, SearchKind kind, SearchGranularity granularity) {
        String field = node.path("field").asText("");
        String operator = node.path("operator").asText("");
        if (!kind.knows(field)) {
            throw new InvalidSearchException("field '" + field + "' is not searchable");
        }
        if (!OPERATORS.contains(operator)) {
            throw new InvalidSearchException("operator '" + operator + "' is not known");
        }
        boolean inclusive = operator.equals(">=") || operator.equals("<=");
        // Documented for created_at of tickets alone.
        if (inclusive && !(kind == SearchKind.TICKETS && field.equals("created_at"))) {
            throw new InvalidSearchException("operator '" + operator + "' is not valid for field '" + field + "'");
        }
        JsonNode value = node.path("value");
        boolean list = operator.equals("IN") || operator.equals("NIN");
        if (value.isMissingNode() || list != value.isArray()) {
            throw new InvalidSearchException("value of '" + field + "' does not fit operator '" + operator + "'");
        }
        SearchFilter filter = new SearchFilter(kind, field, operator, value, granularity);
        if (!field.equals("created_at") || list || operator.equals("!=")) {
            return new SearchQuery(filter, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        return new SearchQuery(
                filter,
                operator.startsWith("<") ? Long.MIN_VALUE : filter.dayOrSecond(),
                operator.startsWith(">") ? Long.MAX_VALUE : filter.endOfDayOrSecond());
    }
}
