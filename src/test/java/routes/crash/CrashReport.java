package routes.crash;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import routes.harness.Percentiles;
import routes.harness.Product;

/** The outcome of a crash test as Markdown. */
final class CrashReport {

    private static final int NAMED = 50;

    private final Checker checker;
    private final Checker.Findings findings;
    private final Sender sender;
    private final JsonNode status;
    private boolean good;

    CrashReport(Checker checker, Sender sender, Product product, String refusedContact) {
        this.checker = checker;
        this.sender = sender;
        findings = checker.findings(refusedContact);
        JsonNode told = product.status();
        if (told == null) {
            throw new IllegalStateException("the program does not tell its status");
        }
        status = told;
    }

    boolean good() {
        return good;
    }

    /**
     * @param accursedFacts facts about the contact that is never answered for and the one that is refused
     * @param others end to end while one contact was never answered for and one profile refused, for all the others
     * @param storm the same while everything failed
     * @param done whether inbox and outbox became empty
     */
    String text(String run, long accursedFacts, Percentiles others, Percentiles storm, boolean done) {
        List<Sender.Acknowledgement> acknowledged = sender.acknowledged();
        Percentiles answers = new Percentiles(acknowledged.stream()
                .mapToDouble(Sender.Acknowledgement::millis)
                .toArray());
        long delivered = sum("delivered");
        long filtered = 0;
        for (JsonNode count : status.path("filtered")) {
            filtered += count.asLong();
        }
        good = done && findings.none() && delivered == checker.inState("delivered");
        List<String> rows = new ArrayList<>();
        rows.add("| | |\n|---|---:|");
        row(rows, "Notifications acknowledged with 200", acknowledged.size());
        row(
                rows,
                "of these once more, as a repeat",
                acknowledged.stream().filter(Sender.Acknowledgement::repeat).count());
        row(rows, "Facts in them", checker.facts());
        row(rows, "of these about the two accursed contacts", accursedFacts);
        row(rows, "recorded at Klaviyo", checker.recorded());
        row(rows, "waiting for an identity", checker.inState("waiting"));
        row(rows, "parked (Klaviyo refuses the profile)", checker.inState("parked"));
        row(rows, "**lost**", findings.lost().size());
        row(rows, "**doubled**", findings.doubled().size());
        row(rows, "never told, yet there", findings.invented().size());
        row(rows, "with another metric or time", findings.changed().size());
        row(rows, "in a state that they should not be in", findings.stranded().size());
        row(rows, "Delivered by the program's own count", delivered);
        row(rows, "Notifications filtered by the program's own count", filtered);
        row(
                rows,
                "Left in inbox and outbox",
                status.path("inbox").asLong() + status.path("outbox").asLong());
        rows.add("| The 200, p50 / p99 | %s / %s |".formatted(answers.text(0.5), answers.text(0.99)));
        rows.add("| 200 to Klaviyo, others than the two accursed contacts, p50 / p99 | %s / %s |"
                .formatted(others.text(0.5), others.text(0.99)));
        rows.add("| 200 to Klaviyo amid crashes and faults, p50 / p99 | %s / %s |"
                .formatted(storm.text(0.5), storm.text(0.99)));
        rows.add("| Answers to the sender by status (0: none) | %s |".formatted(sender.statuses()));
        return "## Crash test, %s: %s\n\n%s\n\n%s\n%s"
                .formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        good ? "nothing lost, nothing doubled" : "FAILED",
                        run,
                        String.join("\n", rows),
                        named());
    }

    private long sum(String count) {
        long sum = 0;
        for (JsonNode metric : status.path("metrics")) {
            sum += metric.path(count).asLong();
        }
        return sum;
    }

    private static void row(List<String> rows, String what, long count) {
        rows.add(String.format(Locale.ROOT, "| %s | %,d |", what, count));
    }

    private String named() {
        StringBuilder text = new StringBuilder();
        name(text, "lost", findings.lost());
        name(text, "doubled", findings.doubled());
        name(text, "never told", findings.invented());
        name(text, "changed", findings.changed());
        name(text, "stranded", findings.stranded());
        return text.toString();
    }

    private static void name(StringBuilder text, String kind, TreeSet<String> ids) {
        ids.stream()
                .limit(NAMED)
                .forEach(id -> text.append("\n- ").append(kind).append(": ").append(id));
    }
}
