package routes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.intercom.NotANotificationException;
import routes.intercom.Notification;
import routes.klaviyo.Event;
import routes.store.DeliveryLog;
import routes.store.Inbox;
import routes.store.InboxEntry;
import routes.store.LogView;
import routes.store.LogView.Row;
import routes.store.Origin;
import routes.store.StoreException;

/** What routes.yaml says with {@code bean: console}: the answers of the admin port's API, as JSON. Thread-safe. */
public final class Console {

    /** The nine; a metric that an operator adds appears when its first event does. */
    static final List<String> METRICS = List.of(
            "Created Conversation",
            "Rated Conversation",
            "Read Conversation",
            "Replied to Conversation",
            "Created Ticket",
            "Submitted Ticket",
            "Replied to Ticket",
            "Marked Ticket On Hold",
            "Resolved Ticket");

    private static final Logger LOG = LoggerFactory.getLogger(Console.class);
    private static final Set<String> STATES = Set.of("pending", "delivered", "parked", "waiting", "duplicate");
    /** Texts that people wrote are not shown: the log is to tell what happened, not what was said. */
    private static final Set<String> HIDDEN = Set.of("body", "subject", "_default_description_", "remark");

    private static final int REPLAYED_AT_ONCE = 500;

    private final ObjectMapper json = JsonMapper.builder().build();
    private final Readings readings;
    private final Inbox inbox;
    private final DeliveryLog log;
    private final LogView view;
    private final RoutesFile routes;
    private final Workspace workspace;
    private final Account account;
    private final Clock clock;

    Console(
            Readings readings,
            Inbox inbox,
            DeliveryLog log,
            LogView view,
            RoutesFile routes,
            Workspace workspace,
            Account account,
            Clock clock) {
        this.readings = readings;
        this.inbox = inbox;
        this.log = log;
        this.view = view;
        this.routes = routes;
        this.workspace = workspace;
        this.account = account;
        this.clock = clock;
    }

    /** The request cannot be answered; the status says why. */
    static final class RequestException extends RuntimeException {

        private final int status;

        RequestException(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    /** {@code GET /api/status}. */
    public void status(Exchange exchange) {
        ObjectNode status = json.createObjectNode();
        status.put("workspace", workspace.name());
        status.put("account", account.name());
        Map<String, ObjectNode> metrics = new TreeMap<>();
        ObjectNode shown = status.putObject("metrics");
        METRICS.forEach(name -> metrics.put(name, metric(shown, name)));
        ObjectNode filtered = json.createObjectNode();
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
        long outbox = 0;
        long parkedNotifications = 0;
        Instant oldest = null;
        for (LogView.Open open : view.open()) {
            if (open.state().equals("pending")) {
                outbox += open.amount();
                oldest = oldest == null || open.oldest().isBefore(oldest) ? open.oldest() : oldest;
            }
            if (open.metric() == null) {
                parkedNotifications += open.amount();
            } else {
                metrics.computeIfAbsent(open.metric(), name -> metric(shown, name))
                        .put(open.state(), open.amount());
            }
        }
        status.put("inbox", inbox.size());
        status.put("outbox", outbox);
        status.put("oldestPendingAt", oldest == null ? null : oldest.toString());
        status.put("parkedNotifications", parkedNotifications);
        status.set("filtered", filtered);
        ObjectNode file = status.putObject("routes");
        file.put("file", routes.name());
        Instant loadedAt = routes.loadedAt();
        file.put("loadedAt", loadedAt == null ? null : loadedAt.toString());
        file.put("error", routes.error());
        answer(exchange, 200, status);
    }

    private static ObjectNode metric(ObjectNode shown, String name) {
        ObjectNode metric = shown.putObject(name);
        for (String count : List.of("received", "delivered", "pending", "parked", "duplicate", "waiting")) {
            metric.put(count, 0);
        }
        metric.putNull("lastEventAt");
        return metric;
    }

    /** {@code GET /api/events?state=&metric=&profile=&since=&until=&limit=&after=}. */
    public void events(Exchange exchange) {
        Message request = exchange.getMessage();
        String state = request.getHeader("state", String.class);
        if (state != null && !state.isEmpty() && !STATES.contains(state)) {
            throw new RequestException(
                    400,
                    "state is one of "
                            + String.join(", ", STATES.stream().sorted().toList()));
        }
        List<Row> rows = view.events(filter(request, 100));
        ArrayNode events = json.createArrayNode();
        rows.forEach(row -> events.add(row(row)));
        ObjectNode answer = json.createObjectNode();
        answer.set("events", events);
        answer.put("next", rows.isEmpty() ? null : rows.get(rows.size() - 1).text("id"));
        answer(exchange, 200, answer);
    }

    private static LogView.Filter filter(Message request, int limit) {
        try {
            return new LogView.Filter(
                    parameter(request, "state"),
                    parameter(request, "metric"),
                    parameter(request, "profile"),
                    instant(parameter(request, "since")),
                    instant(parameter(request, "until")),
                    number(parameter(request, "after")),
                    parameter(request, "limit") == null
                            ? limit
                            : Integer.parseInt(String.valueOf(parameter(request, "limit"))));
        } catch (NumberFormatException | DateTimeParseException e) {
            throw new RequestException(
                    400, "a number or a date such as 2026-11-22T10:00:00Z is expected: " + e.getMessage());
        }
    }

    private static @Nullable Instant instant(@Nullable String text) {
        return text == null ? null : Instant.parse(text.contains("T") ? text : text + "T00:00:00Z");
    }

    private static @Nullable Long number(@Nullable String text) {
        return text == null ? null : Long.valueOf(text);
    }

    private static @Nullable String parameter(Message request, String name) {
        String value = request.getHeader(name, String.class);
        return value == null || value.isBlank() ? null : value;
    }

    private ObjectNode row(Row row) {
        ObjectNode event = json.createObjectNode();
        event.put("id", row.text("id"));
        event.put("unique_id", row.text("unique_id"));
        event.put("metric", row.text("metric"));
        event.put("profile", row.text("profile"));
        event.put("time", text(row.instant("event_time")));
        event.put("origin", row.text("origin"));
        event.put("state", row.text("state"));
        event.put("attempts", row.number("attempts"));
        event.put("recordedAt", text(row.instant("recorded_at")));
        event.put("settledAt", text(row.instant("settled_at")));
        event.put("dueAt", text(row.instant("due_at")));
        event.put("lastStatus", row.text("last_status"));
        event.put("lastAnswer", row.text("last_answer"));
        return event;
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    /** {@code GET /api/events/{unique_id}}. */
    public void event(@Header("uniqueId") String uniqueId, Exchange exchange) throws JsonProcessingException {
        Row row = view.event(uniqueId);
        if (row == null) {
            throw new RequestException(404, "there is no such event in the delivery log");
        }
        ObjectNode event = row(row);
        String request = row.text("request");
        event.set("request", request == null ? null : withoutTexts(Event.single((ObjectNode) json.readTree(request))));
        Row notification = view.notification(row.number("notification"));
        if (notification != null) {
            ObjectNode shown = event.putObject("notification");
            shown.put("topic", notification.text("topic"));
            shown.put("id", notification.text("notification_id"));
            shown.put("receivedAt", text(notification.instant("received_at")));
            shown.set("body", withoutTexts(json.readTree(notification.text("body"))));
        }
        ArrayNode attempts = event.putArray("attempts");
        for (Row attempt : view.attempts(row.number("id"))) {
            attempts.addObject()
                    .put("at", text(attempt.instant("attempted_at")))
                    .put("status", attempt.number("status"))
                    .put("answer", attempt.text("answer"));
        }
        if (attempts.isEmpty() && "delivered".equals(row.text("state"))) {
            attempts.addObject()
                    .put("at", text(row.instant("settled_at")))
                    .put("status", row.number("last_status"))
                    .put("answer", "");
        }
        answer(exchange, 200, event);
    }

    private static JsonNode withoutTexts(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.fields().forEachRemaining(member -> {
                if (HIDDEN.contains(member.getKey()) && member.getValue().isTextual()) {
                    member.setValue(object.textNode("(not shown)"));
                } else {
                    withoutTexts(member.getValue());
                }
            });
        } else if (node instanceof ArrayNode array) {
            array.forEach(Console::withoutTexts);
        }
        return node;
    }

    /** {@code POST /api/events/{unique_id}/replay}. */
    public void replay(@Header("uniqueId") String uniqueId, Exchange exchange) {
        if (view.event(uniqueId) == null) {
            throw new RequestException(404, "there is no such event in the delivery log");
        }
        if (!log.replay(uniqueId)) {
            throw new RequestException(409, "only a parked or waiting event can be replayed");
        }
        answer(exchange, 202, json.createObjectNode().put("replayed", 1));
    }

    /** {@code POST /api/replay} with {@code {"state", "metric", "profile", "since", "until"}}, all optional: parked events. */
    public void replayAll(@Body byte @Nullable [] body, Exchange exchange) {
        Message request = exchange.getMessage();
        JsonNode given = object(body);
        given.fields()
                .forEachRemaining(member ->
                        request.setHeader(member.getKey(), member.getValue().asText()));
        if (parameter(request, "state") == null) {
            request.setHeader("state", "parked");
        }
        request.removeHeader("after");
        long replayed = 0;
        Long after = null;
        while (true) {
            LogView.Filter filter = filter(request, REPLAYED_AT_ONCE);
            List<Row> rows = view.events(new LogView.Filter(
                    filter.state(),
                    filter.metric(),
                    filter.profile(),
                    filter.since(),
                    filter.until(),
                    after,
                    REPLAYED_AT_ONCE));
            for (Row row : rows) {
                replayed += log.replay(String.valueOf(row.text("unique_id"))) ? 1 : 0;
                after = row.number("id");
            }
            if (rows.size() < REPLAYED_AT_ONCE) {
                break;
            }
        }
        answer(exchange, 202, json.createObjectNode().put("replayed", replayed));
    }

    private ObjectNode object(byte @Nullable [] body) {
        try {
            return body == null || body.length == 0
                    ? json.createObjectNode()
                    : (ObjectNode) json.readTree(new String(body, StandardCharsets.UTF_8));
        } catch (JsonProcessingException | ClassCastException e) {
            throw new RequestException(400, "a JSON object is expected");
        }
    }

    /** {@code POST /api/preview}: the readings of the notification in the body. */
    public List<Reading> read(@Body byte @Nullable [] body, Exchange exchange) {
        exchange.getMessage().removeHeaders("*");
        try {
            byte[] raw = body == null ? new byte[0] : body;
            Notification notification = Notification.read(raw);
            return readings.read(List.of(new InboxEntry(
                    0,
                    0,
                    Origin.WEBHOOK,
                    notification.topic(),
                    notification.id(),
                    clock.instant(),
                    0,
                    null,
                    new String(raw, StandardCharsets.UTF_8))));
        } catch (NotANotificationException e) {
            throw new RequestException(400, "not a notification: " + e.getMessage());
        }
    }

    /** What the readings have become: a request to Klaviyo for each event, or why there is none. */
    public void preview(@Body List<Reading> told, Exchange exchange) {
        answer(exchange, 200, preview(told));
    }

    /** @return {@code {"requests": [...]}}, with a reason where nothing would be sent */
    static ObjectNode preview(List<Reading> told) {
        ObjectNode answer = JsonMapper.builder().build().createObjectNode();
        ArrayNode requests = answer.putArray("requests");
        ArrayNode events = answer.putArray("events");
        for (Reading reading : told) {
            Event event = reading.event();
            boolean shared = told.size() > 1 && reading.outcome() == Reading.Outcome.FILTERED;
            if (event != null) {
                requests.add(event.request());
            }
            if (!shared || told.stream().allMatch(each -> each.event() == null)) {
                events.addObject()
                        .put("outcome", reading.outcome().name().toLowerCase(Locale.ROOT))
                        .put("unique_id", event == null ? null : event.uniqueId())
                        .put("reason", reading.reason());
            }
        }
        if (requests.size() == 1) {
            answer.set("request", requests.get(0));
        }
        if (requests.isEmpty()) {
            answer.put(
                    "reason", told.isEmpty() ? "nothing is told" : told.get(0).reason());
        }
        return answer;
    }

    /** Says in one line what could not be done. */
    public void failed(Exchange exchange) {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        int status = failure instanceof RequestException request
                ? request.status
                : failure instanceof StoreException ? 503 : 500;
        String message = String.valueOf(failure == null ? "" : failure.getMessage());
        if (status == 500) {
            LOG.error("The console could not answer", failure);
            message = "this could not be done; the log says more";
        }
        answer(exchange, status, json.createObjectNode().put("error", message));
    }

    static void answer(Exchange exchange, int status, JsonNode body) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setHeader("Cache-Control", "no-store");
        message.setBody(body.toString());
    }
}
