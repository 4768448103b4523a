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
import java.util.List;
import java.util.Locale;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.intercom.NotANotificationException;
import routes.intercom.Notification;
import routes.klaviyo.Event;
import routes.store.InboxEntry;
import routes.store.Origin;
import routes.store.StoreException;

/**
 * What routes.yaml says with {@code bean: console}: the preview of a notification, and what a request is told that cannot
 * be answered. What can be looked at is told by the views. Thread-safe.
 */
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
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Readings readings;
    private final Clock clock;

    Console(Readings readings, Clock clock) {
        this.readings = readings;
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

    /** {@code POST /api/preview}: the readings of the notification in the body. */
    public List<Reading> read(@Body byte @Nullable [] body, Exchange exchange) {
        exchange.getMessage().removeHeaders("*");
        try {
            byte[] raw = body == null ? new byte[0] : body;
            Notification notification = Notification.read(raw);
            return readings.read(List.of(new InboxEntry(
                    0, 0, Origin.WEBHOOK, notification.topic(), notification.id(), clock.instant(), 0, null, raw)));
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
        ObjectNode answer = JSON.createObjectNode();
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
        answer(exchange, status, JSON.createObjectNode().put("error", message));
    }

    /** @throws RequestException when the body is neither empty nor a JSON object */
    static ObjectNode object(byte @Nullable [] body) {
        try {
            return body == null || body.length == 0
                    ? JSON.createObjectNode()
                    : (ObjectNode) JSON.readTree(new String(body, StandardCharsets.UTF_8));
        } catch (JsonProcessingException | ClassCastException e) {
            throw new RequestException(400, "a JSON object is expected");
        }
    }

    static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    /** Answers with JSON, and with no header of the request. */
    static void answer(Exchange exchange, int status, JsonNode body) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setBody(body.toString());
    }
}
