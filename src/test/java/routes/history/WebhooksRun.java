package routes.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.harness.Child;
import routes.harness.Deadline;
import routes.harness.Product;
import routes.sandbox.StandInMain;
import routes.sandbox.WebhookSender;

/**
 * An import while notifications tell of the same objects: of a quarter of them before it begins, of a quarter while it
 * runs, of a quarter when it is completed, of a quarter never. Klaviyo must have each event once; live what was told before
 * the import, as history what was not told before its end.
 *
 * <p>Properties: {@code live-conversations}, {@code live-tickets}, {@code contacts}, {@code days}, {@code seed}, {@code
 * patience} as in {@link HistoryRun}.
 */
final class WebhooksRun {

    private static final Duration READY = Duration.ofSeconds(120);
    private static final int BEFORE = 0;
    private static final int DURING = 1;
    private static final int AFTER = 2;
    private static final int QUARTERS = 4;
    /** What Klaviyo takes in single requests, so that the import is accompanied for some time. */
    private static final int TOLD_A_SECOND = 50;

    private final String conversations = System.getProperty("live-conversations", "2000");
    private final String tickets = System.getProperty("live-tickets", "800");
    private final String contacts = System.getProperty("contacts", "6000");
    private final String days = System.getProperty("days", "365");
    private final String seed = System.getProperty("seed", "1");
    private final Duration patience = Duration.ofMinutes(Integer.getInteger("patience", 30));
    private final JsonMapper json = JsonMapper.builder().build();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;

    /** A notification, and the events that Klaviyo must have of it. */
    private record Told(Set<String> events, byte[] notification) {}

    WebhooksRun(Path folder) {
        this.folder = folder;
    }

    /** @return whether all is as it must be */
    boolean run() throws IOException, InterruptedException {
        Path log = folder.resolve("log.txt");
        try (Child intercom = Child.ofClass(
                        StandInMain.class,
                        "1g",
                        log,
                        List.of(
                                "intercom",
                                "conversations=" + conversations,
                                "tickets=" + tickets,
                                "contacts=" + contacts,
                                "days=" + days,
                                "seed=" + seed));
                Child klaviyo = Child.ofClass(StandInMain.class, "512m", log, List.of("klaviyo"))) {
            URI intercomUrl = URI.create(intercom.readLine());
            URI klaviyoUrl = URI.create(klaviyo.readLine());
            Path jar = Path.of("target", "intercom-klaviyo.jar");
            try (Product product = new Product(jar, List.of("-Xmx1g"), folder, log, intercomUrl, klaviyoUrl)) {
                product.start();
                Deadline.await("the program is ready", READY, product::isReady);
                WebhookSender sender = new WebhookSender(product.webhooks(), Product.CLIENT_SECRET);
                Set<String> before = send(sender, quarter(intercomUrl, BEFORE), 0);
                if (product.post("/api/import/start", "{}") != 202) {
                    throw new IllegalStateException("the import does not start");
                }
                List<Told> accompanying = quarter(intercomUrl, DURING);
                Set<String> during = new HashSet<>();
                int sent = 0;
                while (sent < accompanying.size() && isRunning(product)) {
                    int next = Math.min(sent + TOLD_A_SECOND / 2, accompanying.size());
                    during.addAll(send(sender, accompanying.subList(sent, next), TOLD_A_SECOND));
                    sent = next;
                }
                Deadline.await("the import is completed", patience, () -> !isRunning(product));
                Set<String> after = send(sender, accompanying.subList(sent, accompanying.size()), 0);
                after.addAll(send(sender, quarter(intercomUrl, AFTER), 0));
                Deadline.await("all is delivered", patience, product::isIdle);
                String state = String.valueOf(product.get("/api/import"));
                return report(state, before, during, after, intercomUrl, klaviyoUrl);
            }
        }
    }

    private static boolean isRunning(Product product) {
        JsonNode run = product.get("/api/import");
        return run == null || run.path("state").asText().equals("running");
    }

    private List<Told> quarter(URI intercom, int which) throws IOException, InterruptedException {
        return lines(intercom, "/__stand-in/notifications?every=" + QUARTERS + "&first=" + which)
                .map(line -> line.split("\t", 2))
                .map(columns -> new Told(
                        columns[0].isEmpty() ? Set.of() : Set.of(columns[0].split(",")),
                        columns[1].getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    /**
     * @param perSecond 0: one as soon as the one before is answered
     * @return the events that were told
     */
    private static Set<String> send(WebhookSender sender, List<Told> notifications, int perSecond) {
        Set<String> events = new HashSet<>();
        for (Told told : notifications) {
            int status = sender.send(told.notification).join();
            if (status != 200) {
                throw new IllegalStateException("a notification was answered " + status);
            }
            events.addAll(told.events);
            if (perSecond > 0) {
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1) / perSecond);
            }
        }
        return events;
    }

    private boolean report(
            String state, Set<String> before, Set<String> during, Set<String> after, URI intercom, URI klaviyo)
            throws IOException, InterruptedException {
        Set<String> imported = lines(intercom, "/__stand-in/expected").collect(Collectors.toSet());
        Set<String> expected = new HashSet<>(imported);
        expected.addAll(before);
        expected.addAll(during);
        expected.addAll(after);
        Map<String, Boolean> arrived = new HashMap<>();
        long doubled = 0;
        for (String line : lines(klaviyo, "/__stand-in/events").toList()) {
            String[] columns = line.split("\t");
            doubled += arrived.put(columns[0], columns[4].equals("true")) == null ? 0 : 1;
        }
        long missing = expected.stream().filter(id -> !arrived.containsKey(id)).count();
        long foreign =
                arrived.keySet().stream().filter(id -> !expected.contains(id)).count();
        long historyOfTold = before.stream()
                .filter(id -> Boolean.TRUE.equals(arrived.get(id)))
                .count();
        long liveOfUntold = imported.stream()
                .filter(id -> !before.contains(id) && !during.contains(id))
                .filter(id -> Boolean.FALSE.equals(arrived.get(id)))
                .count();
        long liveOfDuring = during.stream()
                .filter(id -> imported.contains(id) && Boolean.FALSE.equals(arrived.get(id)))
                .count();
        JsonNode counts = json.readTree(lines(klaviyo, "/__stand-in").collect(Collectors.joining()));
        long repeats = counts.path("repeats").asLong();
        long refused = counts.at("/statuses/400").asLong();
        String run = json.readTree(state).path("state").asText();
        System.out.printf(
                Locale.ROOT,
                "webhooks: %s conversations, %s tickets, three quarters of them told by webhooks too%n"
                        + "  %s; %d events expected, of which history tells %d, webhooks before the import %d, during %d"
                        + " (%d of history's came live), after %d%n"
                        + "  missing %d, foreign %d, doubled %d, repeats at Klaviyo %d, refused %d, told before but sent"
                        + " as history %d, not told but live %d%n",
                conversations,
                tickets,
                run,
                expected.size(),
                imported.size(),
                before.size(),
                during.size(),
                liveOfDuring,
                after.size(),
                missing,
                foreign,
                doubled,
                repeats,
                refused,
                historyOfTold,
                liveOfUntold);
        System.out.flush();
        return run.equals("completed")
                && !before.isEmpty()
                && !during.isEmpty()
                && !after.isEmpty()
                && missing + foreign + doubled + repeats + refused + historyOfTold + liveOfUntold == 0;
    }

    private Stream<String> lines(URI service, String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(service.resolve(path)).build(), HttpResponse.BodyHandlers.ofLines())
                .body();
    }
}
