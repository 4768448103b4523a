package routes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import routes.store.Inbox;
import routes.store.LogView;

/**
 * What routes.yaml says with {@code bean: statusView}: how the program is doing, in counts, by the hour, and in sentences
 * where somebody has to do something. Thread-safe.
 */
public final class StatusView {

    /** A day has 25 hours once a year. */
    private static final int HOURS = 25;

    private final Inbox inbox;
    private final LogView view;
    private final RoutesFile routes;
    private final Workspace workspace;
    private final Account account;
    private final Attention attention;
    private final Clock clock;

    StatusView(
            Inbox inbox,
            LogView view,
            RoutesFile routes,
            Workspace workspace,
            Account account,
            Attention attention,
            Clock clock) {
        this.inbox = inbox;
        this.view = view;
        this.routes = routes;
        this.workspace = workspace;
        this.account = account;
        this.attention = attention;
        this.clock = clock;
    }

    /** {@code GET /api/status}. */
    public void status(Exchange exchange) {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("workspace", workspace.name());
        status.put("account", account.name());
        Map<String, ObjectNode> metrics = new TreeMap<>();
        ObjectNode shown = status.putObject("metrics");
        Console.METRICS.forEach(name -> metrics.put(name, metric(shown, name)));
        ObjectNode filtered = JsonNodeFactory.instance.objectNode();
        // In the order of an event's way: what moves on while this reads is seen twice at most, never not at all. Of
        // many
        // thousands both counts may be two seconds old.
        long inInbox = inbox.size();
        List<LogView.Open> notSettled = view.open();
        for (LogView.Count count : view.counts()) {
            switch (count.kind()) {
                case "received", "delivered", "duplicate" -> {
                    ObjectNode metric = metrics.computeIfAbsent(count.name(), name -> metric(shown, name));
                    metric.put(count.kind(), count.amount());
                    if (count.kind().equals("received")) {
                        metric.put("lastEventAt", count.lastAt().toString());
                    }
                }
                case "filtered" -> filtered.put(count.name(), count.amount());
                default -> {}
            }
        }
        Map<String, Long> open = new TreeMap<>(Map.of("pending", 0L, "parked", 0L, "waiting", 0L));
        long parkedNotifications = 0;
        Instant oldest = null;
        for (LogView.Open each : notSettled) {
            open.merge(each.state(), each.amount(), Long::sum);
            if (each.state().equals("pending")) {
                oldest = oldest == null || each.oldest().isBefore(oldest) ? each.oldest() : oldest;
            }
            if (each.metric() == null) {
                parkedNotifications += each.amount();
            } else {
                metrics.computeIfAbsent(each.metric(), name -> metric(shown, name))
                        .put(each.state(), each.amount());
            }
        }
        Instant oldestInInbox = view.oldestInInbox();
        long parked = open.getOrDefault("parked", 0L);
        status.put("inbox", inInbox);
        status.put("outbox", open.get("pending"));
        status.put("parked", parked);
        status.put("waiting", open.get("waiting"));
        status.put("oldestInboxAt", Console.text(oldestInInbox));
        status.put("oldestPendingAt", Console.text(oldest));
        status.put("parkedNotifications", parkedNotifications);
        status.set("filtered", filtered);
        ObjectNode file = status.putObject("routes");
        file.put("file", routes.name());
        file.put("loadedAt", Console.text(routes.loadedAt()));
        file.put("error", routes.error());
        ArrayNode sentences = status.putArray("attention");
        attention.sentences(parked, oldestInInbox).forEach(sentences::add);
        Console.answer(exchange, 200, status);
    }

    private static ObjectNode metric(ObjectNode shown, String name) {
        ObjectNode metric = shown.putObject(name);
        for (String count : List.of("received", "delivered", "pending", "parked", "duplicate", "waiting")) {
            metric.put(count, 0);
        }
        metric.putNull("lastEventAt");
        return metric;
    }

    /** {@code GET /api/activity}: what was received and delivered in each of the last hours, the current one last. */
    public void activity(Exchange exchange) {
        Instant last = clock.instant().truncatedTo(ChronoUnit.HOURS);
        Instant first = last.minus(HOURS - 1, ChronoUnit.HOURS);
        ObjectNode activity = JsonNodeFactory.instance.objectNode();
        ArrayNode hours = activity.putArray("hours");
        for (int hour = 0; hour < HOURS; hour++) {
            hours.add(first.plus(hour, ChronoUnit.HOURS).toString());
        }
        Map<String, ObjectNode> metrics = new TreeMap<>();
        ObjectNode shown = activity.putObject("metrics");
        Console.METRICS.forEach(name -> metrics.put(name, byHour(shown, name)));
        for (LogView.HourCount count : view.hourly(first)) {
            int hour = (int) ChronoUnit.HOURS.between(first, count.hour());
            if ((count.kind().equals("received") || count.kind().equals("delivered")) && hour < HOURS) {
                ArrayNode amounts = (ArrayNode) metrics.computeIfAbsent(count.name(), name -> byHour(shown, name))
                        .get(count.kind());
                amounts.set(hour, count.amount());
            }
        }
        Console.answer(exchange, 200, activity);
    }

    private static ObjectNode byHour(ObjectNode shown, String name) {
        ObjectNode metric = shown.putObject(name);
        for (String kind : List.of("received", "delivered")) {
            ArrayNode amounts = metric.putArray(kind);
            for (int hour = 0; hour < HOURS; hour++) {
                amounts.add(0);
            }
        }
        return metric;
    }
}
