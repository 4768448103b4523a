package routes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import routes.Console.RequestException;
import routes.history.Importer;
import routes.history.Reconciler;
import routes.store.History.Reconciliation;
import routes.store.ImportRun;
import routes.store.ImportRun.Status;
import routes.store.LogView;

/** What routes.yaml says with {@code bean: historyView}: import and reconciliation on the admin port. Thread-safe. */
public final class HistoryView {

    /** Klaviyo takes 150 bulk requests of 1,000 events a minute. */
    private static final double DELIVERED_A_SECOND = 2_500;

    private final ObjectMapper json = JsonMapper.builder().build();
    private final Importer importer;
    private final Reconciler reconciler;
    private final LogView view;

    HistoryView(Importer importer, Reconciler reconciler, LogView view) {
        this.importer = importer;
        this.reconciler = reconciler;
        this.view = view;
    }

    /** {@code GET /api/import}. */
    public void progress(Exchange exchange) {
        Console.answer(exchange, 200, progress());
    }

    private ObjectNode progress() {
        ObjectNode shown = json.createObjectNode();
        ImportRun run = importer.current();
        if (run == null) {
            shown.put("state", "idle")
                    .put("total", 0)
                    .put("done", 0)
                    .put("events", 0)
                    .put("percent", 0);
            shown.put("ratePerSecond", 0)
                    .putNull("etaSeconds")
                    .putNull("startedAt")
                    .putNull("finishedAt");
            return shown.putNull("error");
        }
        boolean completed = run.status() == Status.COMPLETED;
        long done = importer.done(run);
        // Objects that come in while an import runs can make it more than was counted at the start.
        long total = completed ? done : Math.max(Math.max(run.total(), 0), run.done());
        double rate = run.status() == Status.RUNNING ? importer.ratePerSecond(run) : 0;
        shown.put("state", run.status().word());
        shown.put("total", total);
        shown.put("done", done);
        shown.put("events", importer.events(run));
        shown.put("percent", completed ? 100 : total == 0 ? 0 : Math.min(99, Math.floorDiv(100 * done, total)));
        shown.put("ratePerSecond", Math.round(rate * 10) / 10.0);
        long undelivered = run.status() == Status.RUNNING ? importer.undelivered() : 0;
        boolean canTell = rate > 0 || (run.total() >= 0 && done >= total);
        double left = (done >= total ? 0 : (total - done) / rate) + undelivered / DELIVERED_A_SECOND;
        shown.put("etaSeconds", run.status() == Status.RUNNING && canTell ? Math.round(left) : null);
        shown.put("undelivered", undelivered);
        shown.put("startedAt", run.startedAt().toString());
        Instant finished = run.finishedAt();
        shown.put("finishedAt", finished == null ? null : finished.toString());
        shown.put("error", run.error());
        shown.put("since", run.since().toString());
        shown.put("until", run.until().toString());
        run.metrics().forEach(shown.putArray("metrics")::add);
        shown.put("reading", run.kind());
        shown.put("incomplete", run.incomplete());
        shown.put("approximate", run.approximate());
        shown.put("unreadable", run.unreadable());
        return shown;
    }

    /** {@code POST /api/import/start} with {@code {"since", "until", "metrics"}}, all optional. */
    public void start(@Body byte @Nullable [] body, Exchange exchange) {
        JsonNode asked = parse(body);
        Set<String> metrics = new LinkedHashSet<>();
        for (JsonNode metric : asked.path("metrics")) {
            if (!Importer.METRICS.contains(metric.asText())) {
                throw new RequestException(
                        400,
                        metric.asText() + " cannot be imported; these can: " + String.join(", ", Importer.METRICS));
            }
            metrics.add(metric.asText());
        }
        Instant since = instant(asked.get("since"));
        Instant until = instant(asked.get("until"));
        if (since != null && until != null && !since.isBefore(until)) {
            throw new RequestException(400, "since must be before until");
        }
        accept(exchange, importer.start(since, until, metrics), "an import is running or paused already");
    }

    /** {@code POST /api/import/pause}. */
    public void pause(Exchange exchange) {
        accept(exchange, importer.pause(), "no import is running");
    }

    /** {@code POST /api/import/resume}. */
    public void resume(Exchange exchange) {
        accept(exchange, importer.resume(), "no import is paused or failed");
    }

    /** {@code POST /api/import/restart}. */
    public void restart(Exchange exchange) {
        accept(exchange, importer.restart(), "there was no import to restart");
    }

    private void accept(Exchange exchange, boolean done, String otherwise) {
        if (!done) {
            throw new RequestException(409, otherwise);
        }
        Console.answer(exchange, 202, progress());
    }

    /** {@code GET /api/reconcile}. */
    public void reconciliation(Exchange exchange) {
        Reconciliation state = reconciler.state();
        ObjectNode shown = json.createObjectNode();
        Instant last = state.lastRunAt();
        shown.put("lastRunAt", last == null ? null : last.toString());
        shown.put("watermark", state.watermark().toString());
        shown.put("looked", state.lastChanged());
        shown.put("error", state.error());
        long found = 0;
        long repaired = 0;
        ObjectNode metrics = shown.putObject("metrics");
        for (LogView.Count count : view.counts()) {
            if (count.kind().equals("gap")) {
                found += count.amount();
                metrics.withObjectProperty(count.name()).put("found", count.amount());
            } else if (count.kind().equals("repaired")) {
                repaired += count.amount();
                metrics.withObjectProperty(count.name()).put("repaired", count.amount());
            }
        }
        shown.put("gapsFound", found);
        shown.put("gapsRepaired", repaired);
        Console.answer(exchange, 200, shown);
    }

    private JsonNode parse(byte @Nullable [] body) {
        try {
            JsonNode asked = body == null || body.length == 0
                    ? json.createObjectNode()
                    : json.readTree(new String(body, StandardCharsets.UTF_8));
            if (asked.isObject()) {
                return asked;
            }
        } catch (JsonProcessingException e) {
            // Said below, as for any JSON that is no object.
        }
        throw new RequestException(400, "a JSON object is expected");
    }

    private static @Nullable Instant instant(@Nullable JsonNode node) {
        if (node == null || node.isNull() || node.asText().isBlank()) {
            return null;
        }
        String text = node.asText();
        try {
            return text.contains("T") ? OffsetDateTime.parse(text).toInstant() : Instant.parse(text + "T00:00:00Z");
        } catch (DateTimeParseException e) {
            throw new RequestException(400, text + " is no date such as 2025-01-01 or 2025-01-01T00:00:00Z");
        }
    }
}
