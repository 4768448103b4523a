package routes;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.intercom.NotANotificationException;
import routes.intercom.Notification;
import routes.intercom.Signature;
import routes.intercom.UnsignedException;
import routes.store.Inbox;

/** What routes.yaml says with {@code bean: webhook}: from a request to an answer. Thread-safe. */
public final class Webhook {

    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);

    private final Signature signature;
    private final Supplier<Inbox> inbox;
    private final MeterRegistry meters;
    private final Timer stored;
    private final Map<Integer, Counter> answers = new ConcurrentHashMap<>();

    /** @param inbox is asked for by each notification: the routes are there before it */
    Webhook(Signature signature, Supplier<Inbox> inbox, MeterRegistry meters) {
        this.signature = signature;
        this.inbox = inbox;
        this.meters = meters;
        stored = Timer.builder("intercom_klaviyo_store")
                .description("Time from a verified notification to its commit")
                .publishPercentiles(0.5, 0.99)
                .register(meters);
        // There from the start: a rate over a series that begins with its first increment misses that one.
        List.of(200, 400, 401, 503).forEach(this::answers);
    }

    private Counter answers(int status) {
        return answers.computeIfAbsent(status, this::counter);
    }

    private Counter counter(int status) {
        return Counter.builder("intercom_klaviyo_answers")
                .description("Answers to Intercom by status")
                .tag("status", String.valueOf(status))
                .register(meters);
    }

    /**
     * Leaves the raw bytes as the body, and no header of the sender's.
     *
     * @throws UnsignedException when none of our secrets signed them
     */
    public void verify(Exchange exchange) throws UnsignedException {
        Message message = exchange.getMessage();
        byte[] body = message.getBody(byte[].class);
        // Camel's headers also hold query parameters: only the request itself tells which is which.
        List<String> signatures = message instanceof HttpMessage http
                ? http.getRequest().headers().getAll(Signature.HEADER)
                : List.of();
        message.removeHeaders("*");
        byte[] raw = body == null ? new byte[0] : body;
        if (!signature.accepts(signatures, raw)) {
            throw new UnsignedException();
        }
        message.setBody(raw);
    }

    /**
     * Answers 200 when the notification is on disk; nobody waits for it.
     *
     * @throws NotANotificationException when it is none
     */
    public CompletionStage<Void> store(Exchange exchange) throws NotANotificationException {
        Message message = exchange.getMessage();
        byte[] body = message.getBody(byte[].class);
        Notification notification = Notification.read(body);
        if (notification.topic().equals(Notification.PING)) {
            answer(message, 200, "pong");
            return CompletableFuture.completedFuture(null);
        }
        long start = System.nanoTime();
        return inbox.get().store(notification.topic(), notification.id(), body).thenRun(() -> {
            stored.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            answer(message, 200, "stored");
        });
    }

    /** Answers with a status and the reason. */
    public void refused(int status, Exchange exchange) {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        String reason = failure == null ? "" : reason(failure);
        if (status == 400) {
            LOG.warn("A signed request is not a notification: {}", reason);
        } else if (status == 503) {
            LOG.error("A notification could not be stored, Intercom is told to come again: {}", reason);
        }
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        answer(message, status, status == 503 ? "not stored" : reason);
    }

    private static String reason(Throwable failure) {
        if (failure instanceof CompletionException && failure.getCause() != null) {
            return reason(failure.getCause());
        }
        return failure instanceof TimeoutException ? "storing takes too long" : String.valueOf(failure.getMessage());
    }

    private void answer(Message message, int status, String text) {
        answers(status).increment();
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, "text/plain");
        message.setBody(text);
    }
}
