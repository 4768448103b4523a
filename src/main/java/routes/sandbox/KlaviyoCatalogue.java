package routes.sandbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What Klaviyo tells of an account and of its metrics. */
final class KlaviyoCatalogue {

    /** The nine metrics of Klaviyo's own Intercom integration. */
    private static final List<String> BUILT_IN = List.of(
            "Created Conversation",
            "Rated Conversation",
            "Read Conversation",
            "Replied to Conversation",
            "Created Ticket",
            "Submitted Ticket",
            "Replied to Ticket",
            "Marked Ticket On Hold",
            "Resolved Ticket");

    private static final Pattern FILTER =
            Pattern.compile("equals\\(\\s*integration\\.(name|category)\\s*,\\s*[\"']([^\"']*)[\"']\\s*\\)");

    private KlaviyoCatalogue() {}

    /** {@code GET /api/accounts}. */
    static ObjectNode account(String id, String name) {
        ObjectNode document = Json.object();
        ObjectNode account = document.putArray("data").addObject();
        account.put("type", "account").put("id", id);
        ObjectNode attributes = account.putObject("attributes").put("test_account", false);
        attributes
                .putObject("contact_information")
                .put("default_sender_name", name)
                .put("default_sender_email", "support@klaviyo-demo.com")
                .put("website_url", "https://www.klaviyo-demo.com")
                .put("organization_name", name);
        attributes
                .put("industry", "Software / SaaS")
                .put("timezone", "US/Eastern")
                .put("preferred_currency", "USD")
                .put("public_api_key", id)
                .put("locale", "en-US");
        return document;
    }

    /**
     * {@code GET /api/metrics}.
     *
     * @param filter by {@code integration.name} or {@code integration.category} with {@code equals}, and no others
     * @param builtIn whether Klaviyo's own Intercom integration is active
     * @param sent metrics that were made by sending events
     */
    static Answer metrics(@Nullable String filter, boolean builtIn, Collection<String> sent) {
        Matcher matcher = FILTER.matcher(filter == null ? "" : filter);
        if (filter != null && !matcher.matches()) {
            return Findings.single(
                    400, "invalid", "Invalid filter provided.", "Invalid filter: " + filter, "parameter", "filter");
        }
        ArrayNode data = Json.array();
        if (builtIn && wanted(filter, matcher, "Intercom", "Support")) {
            BUILT_IN.forEach(name -> data.add(metric(name, "Intercom", "Support")));
        }
        if (wanted(filter, matcher, "API", "API")) {
            new TreeSet<>(sent).forEach(name -> data.add(metric(name, "API", "API")));
        }
        ObjectNode document = Json.object();
        document.set("data", data);
        document.putObject("links")
                .put("self", "https://a.klaviyo.com/api/metrics")
                .putNull("next")
                .putNull("prev");
        return KlaviyoStandIn.vendorJson(200, document);
    }

    private static boolean wanted(@Nullable String filter, Matcher matcher, String name, String category) {
        return filter == null || matcher.group(2).equals(matcher.group(1).equals("name") ? name : category);
    }

    private static ObjectNode metric(String name, String integration, String category) {
        ObjectNode metric = Json.object()
                .put("type", "metric")
                .put("id", Profiles.idOf(integration + name).substring(2, 8));
        metric.putObject("attributes")
                .put("name", name)
                .put("created", "2025-01-15T09:00:00+00:00")
                .put("updated", "2025-01-15T09:00:00+00:00")
                .putObject("integration")
                .put("object", "integration")
                .put("id", Profiles.idOf(integration).substring(2, 8))
                .put("name", integration)
                .put("category", category);
        return metric;
    }
}
