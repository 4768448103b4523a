package routes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.klaviyo.Event;
import routes.store.DeliveryLog;
import routes.store.InboxEntry;
import routes.store.LogView;
import routes.store.LogView.Row;
import routes.store.Origin;
import routes.store.RecordedEvent;

/**
 * What routes.yaml says with {@code bean: eventsView}: the delivery log to be looked at, and what a person does with what
 * is in it. Thread-safe.
 */
public final class EventsView {

    private static final Logger LOG = LoggerFactory.getLogger(EventsView.class);
    private static final Set<String> STATES = Set.of("pending", "delivered", "parked", "waiting", "duplicate");
    /** Texts that people wrote are not shown: the log is to tell what happened, not what was said. */
    private static final Set<String> HIDDEN = Set.of(
            "body", "subject", "_default_description_", "remark", "Subject", "Ticket description", "Rating Remark");

    private static final int REPLAYED_AT_ONCE = 500;

    private final ObjectMapper json = JsonMapper.builder().build();
    private final Person person = new Person();
    private final Readings readings;
    private final DeliveryLog log;
    private final LogView view;

    EventsView(Readings readings, DeliveryLog log, LogView view) {
        this.readings = readings;
        this.log = log;
        this.view = view;
    }

    /** {@code GET /api/events?state=&metric=&profile=&since=&until=&limit=&after=}. */
    public void events(Exchange exchange) {
        Message request = exchange.getMessage();
        String state = request.getHeader("state", String.class);
        if (state != null && !state.isEmpty() && !STATES.contains(state)) {
            throw new Console.RequestException(
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
        Console.answer(exchange, 200, answer);
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
            throw new Console.RequestException(
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
        event.put("time", Console.text(row.instant("event_time")));
        event.put("origin", row.text("origin"));
        event.put("state", row.text("state"));
        event.put("attempts", row.number("attempts"));
        event.put("recordedAt", Console.text(row.instant("recorded_at")));
        event.put("settledAt", Console.text(row.instant("settled_at")));
        event.put("dueAt", Console.text(row.instant("due_at")));
        event.put("lastStatus", row.text("last_status"));
        event.put("lastAnswer", row.text("last_answer"));
        event.put("advice", Advice.on(row));
        return event;
    }

    /** {@code GET /api/events/{unique_id}}. */
    public void event(@Header("uniqueId") String uniqueId, Exchange exchange) throws JsonProcessingException {
        Row row = view.event(uniqueId);
        if (row == null) {
            throw new Console.RequestException(404, "there is no such event in the delivery log");
        }
        ObjectNode event = row(row);
        String request = row.text("body");
        event.set("request", request == null ? null : withoutTexts(Event.single((ObjectNode) json.readTree(request))));
        Row notification = view.notification(row.number("notification"));
        if (notification != null) {
            ObjectNode shown = event.putObject("notification");
            shown.put("topic", notification.text("topic"));
            shown.put("id", notification.text("notification_id"));
            shown.put("receivedAt", Console.text(notification.instant("received_at")));
            shown.set("body", withoutTexts(json.readTree(notification.text("body"))));
        }
        ArrayNode attempts = event.putArray("attempts");
        for (Row attempt : view.attempts(row.number("id"))) {
            attempts.addObject()
                    .put("at", Console.text(attempt.instant("attempted_at")))
                    .put("status", attempt.number("status"))
                    .put("answer", Objects.requireNonNullElse(attempt.text("answer"), ""));
        }
        Console.answer(exchange, 200, event);
    }

    private static JsonNode withoutTexts(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.fields().forEachRemaining(member -> {
                if (HIDDEN.contains(member.getKey()) && member.getValue().isTextual()) {
                    member.setValue(object.textNode(
                            "(not shown, " + member.getValue().textValue().length() + " characters)"));
                } else {
                    withoutTexts(member.getValue());
                }
            });
        } else if (node instanceof ArrayNode array) {
            array.forEach(EventsView::withoutTexts);
        }
        return node;
    }

    /** {@code POST /api/events/{unique_id}/replay}. */
    public void replay(@Header("uniqueId") String uniqueId, Exchange exchange) {
        if (view.event(uniqueId) == null) {
            throw new Console.RequestException(404, "there is no such event in the delivery log");
        }
        if (!log.replay(uniqueId)) {
            throw new Console.RequestException(409, "only a parked or waiting event can be replayed");
        }
        Console.answer(exchange, 202, json.createObjectNode().put("replayed", 1));
    }

    /** {@code POST /api/replay} with {@code {"state", "metric", "profile", "since", "until"}}, all optional: parked events. */
    public void replayAll(@Body byte @Nullable [] body, Exchange exchange) {
        Message request = exchange.getMessage();
        JsonNode given = Console.object(body);
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
        Console.answer(exchange, 202, json.createObjectNode().put("replayed", replayed));
    }

    /**
     * {@code GET /api/events/{unique_id}/preview}: the readings of the event's notification, as if it came today.
     *
     * @throws Console.RequestException when there is no such event
     */
    public List<Reading> reread(@Header("uniqueId") String uniqueId, Exchange exchange) {
        Row row = view.event(uniqueId);
        Row notification = row == null ? null : view.notification(row.number("notification"));
        if (row == null || notification == null) {
            throw new Console.RequestException(404, "there is no such event in the delivery log");
        }
        exchange.setProperty("uniqueId", uniqueId);
        exchange.getMessage().removeHeaders("*");
        return readings.read(List.of(new InboxEntry(
                0,
                row.number("notification"),
                Origin.of(String.valueOf(row.text("origin"))),
                String.valueOf(notification.text("topic")),
                String.valueOf(notification.text("notification_id")),
                Instant.ofEpochMilli(notification.number("received_at")),
                0,
                uniqueId,
                String.valueOf(notification.text("body")).getBytes(StandardCharsets.UTF_8))));
    }

    /** The event's request as it is stored, and as today's routes would make it, or why they would not. */
    public void compare(@ExchangeProperty("uniqueId") String uniqueId, @Body List<Reading> told, Exchange exchange)
            throws JsonProcessingException {
        Row row = view.event(uniqueId);
        String stored = row == null ? null : row.text("body");
        boolean whole = uniqueId.startsWith(RecordedEvent.WHOLE_NOTIFICATION);
        List<Event> made = told.stream()
                .map(Reading::event)
                .flatMap(Stream::ofNullable)
                .filter(event -> whole || event.uniqueId().equals(uniqueId))
                .toList();
        ObjectNode answer = json.createObjectNode();
        answer.set("before", stored == null ? null : withoutTexts(Event.single((ObjectNode) json.readTree(stored))));
        ArrayNode after = answer.putArray("after");
        made.forEach(event -> after.add(withoutTexts(event.request().deepCopy())));
        answer.put("reason", made.isEmpty() ? reason(told) : null);
        answer.put("waits", made.stream().anyMatch(event -> !event.hasIdentity()));
        Console.answer(exchange, 200, answer);
    }

    private static String reason(List<Reading> told) {
        return told.stream()
                .map(Reading::reason)
                .flatMap(Stream::ofNullable)
                .findFirst()
                .orElse("its notification now tells something else");
    }

    /** {@code DELETE /api/profiles/{person}}: an e-mail address, a phone number or a contact id. */
    public void forget(@Header("person") String name, Exchange exchange) {
        int deleted = log.forget(name.strip(), person::actsIn);
        if (deleted == 0) {
            throw new Console.RequestException(404, "nothing is stored about this person");
        }
        // Not whom: the log must not keep what was just deleted.
        LOG.info("Deleted {} rows about one person, as asked for", deleted);
        Console.answer(exchange, 202, json.createObjectNode().put("deleted", deleted));
    }
}
