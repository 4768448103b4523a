package routes.console;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What routes.yaml says with {@code bean: metrics}: all metrics, for Prometheus. Camel's own page of them would answer
 * before the guard is in its place. Thread-safe.
 */
public final class Metrics {

    private final PrometheusMeterRegistry meters;

    public Metrics(PrometheusMeterRegistry meters) {
        this.meters = meters;
    }

    /** {@code GET /observe/metrics}. */
    public void scrape(Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
        message.setBody(meters.scrape());
    }
}
