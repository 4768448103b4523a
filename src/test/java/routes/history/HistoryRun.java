package routes.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import routes.harness.Child;
import routes.harness.Deadline;
import routes.harness.Product;
import routes.sandbox.StandInMain;

/**
 * The import at scale, {@code ./mvnw verify -Phistory}: the jar imports a large workspace from stand-ins that keep to both
 * services' documented rate limits. In parts, each with a fresh store:
 *
 * <ul>
 *   <li>{@code undisturbed}
 *   <li>{@code killed} with -9 at random instants
 *   <li>{@code webhooks}, while notifications tell of a part of the same objects, see {@link WebhooksRun}
 * </ul>
 *
 * Then what Klaviyo has is compared with what history proves, and the time with what the limits allow.
 *
 * <p>Properties: {@code parts} (those wanted, with commas), {@code conversations}, {@code tickets}, {@code contacts},
 * {@code days} (how far back), {@code kills}, {@code faults} (share of requests, while it is killed), {@code seed},
 * {@code patience} (minutes for each import).
 */
public final class HistoryRun {

    private static final Path TARGET = Path.of("target");
    private static final Duration READY = Duration.ofSeconds(120);
    /** Intercom: 10,000 requests a minute. */
    private static final double REQUESTS_A_SECOND = 10_000 / 60.0;
    /** Klaviyo: 150 bulk requests a minute. */
    private static final double BULKS_A_SECOND = 150 / 60.0;

    private final int conversations = Integer.getInteger("conversations", 20_000);
    private final int tickets = Integer.getInteger("tickets", 8_000);
    private final int contacts = Integer.getInteger("contacts", 6_000);
    private final int days = Integer.getInteger("days", 365);
    private final int kills = Integer.getInteger("kills", 20);
    private final String faults = System.getProperty("faults", "0");
    private final long seed = Long.getLong("seed", 1);
    private final Duration patience = Duration.ofMinutes(Integer.getInteger("patience", 30));
    private final Random random = new Random(seed);
    private final JsonMapper json = JsonMapper.builder().build();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;

    private HistoryRun(Path folder) {
        this.folder = folder;
    }

    /** Ends with 1 when anything is not as it must be. */
    public static void main(String[] args) throws Exception {
        Files.createDirectories(TARGET);
        HistoryRun run = new HistoryRun(Files.createTempDirectory(TARGET, "history"));
        boolean good = true;
        for (String part :
                System.getProperty("parts", "undisturbed,killed,webhooks").split(",")) {
            Path own = Files.createDirectory(run.folder.resolve(part));
            good &= switch (part) {
                case "undisturbed" -> run.run(part, own, 0, "0");
                case "killed" -> run.run(part, own, run.kills, run.faults);
                case "webhooks" -> new WebhooksRun(own).run();
                default -> throw new IllegalArgumentException("no such part: " + part);
            };
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(String name, Path own, int deaths, String share) throws IOException, InterruptedException {
        Path log = own.resolve("log.txt");
        try (Child intercom = Child.ofClass(
                        StandInMain.class,
                        "1500m",
                        log,
                        List.of(
                                "intercom",
                                "conversations=" + conversations,
                                "tickets=" + tickets,
                                "contacts=" + contacts,
                                "days=" + days,
                                "faults=" + share,
                                "seed=" + seed));
                Child klaviyo = Child.ofClass(
                        StandInMain.class, "512m", log, List.of("klaviyo", "faults=" + share, "seed=" + seed))) {
            URI intercomUrl = URI.create(intercom.readLine());
            URI klaviyoUrl = URI.create(klaviyo.readLine());
            Path jar = TARGET.resolve("intercom-klaviyo.jar");
            try (Product product = new Product(jar, List.of("-Xmx1g"), own, log, intercomUrl, klaviyoUrl)) {
                Child life = product.start();
                Deadline.await("the program is ready", READY, product::isReady);
                long begin = System.nanoTime();
                if (product.post("/api/import/start", "{}") != 202) {
                    throw new IllegalStateException("the import does not start");
                }
                for (int i = 0; i < deaths; i++) {
                    // From amid its start to far into its work.
                    Deadline.await("the instant has come", READY, lived(life, 1_000 + random.nextInt(12_000)));
                    life.kill();
                    life = product.start();
                }
                Deadline.await("the import is completed", patience, () -> {
                    JsonNode run = product.get("/api/import");
                    return run != null && !run.path("state").asText().equals("running");
                });
                double seconds = (System.nanoTime() - begin) / 1e9;
                JsonNode run = Objects.requireNonNull(product.get("/api/import"));
                return report(name, deaths, seconds, run, intercomUrl, klaviyoUrl);
            }
        }
    }

    private static java.util.function.BooleanSupplier lived(Child life, long millis) {
        return () -> life.age().toMillis() >= millis;
    }

    private boolean report(String name, int deaths, double seconds, JsonNode run, URI intercom, URI klaviyo)
            throws IOException, InterruptedException {
        JsonNode asked = json.readTree(text(intercom, "/__stand-in"));
        JsonNode sent = json.readTree(text(klaviyo, "/__stand-in"));
        Set<String> expected = text(intercom, "/__stand-in/expected").lines().collect(Collectors.toSet());
        Map<String, Integer> times = new HashMap<>();
        long live = 0;
        for (String line : text(klaviyo, "/__stand-in/events").lines().toList()) {
            String[] columns = line.split("\t");
            times.merge(columns[0], 1, Integer::sum);
            live += columns[4].equals("true") ? 0 : 1;
        }
        Set<String> missing = new HashSet<>(expected);
        missing.removeAll(times.keySet());
        Set<String> foreign = new HashSet<>(times.keySet());
        foreign.removeAll(expected);
        long doubled = times.values().stream().filter(count -> count > 1).count();
        long requests = asked.at("/statuses/200").asLong();
        long bulks =
                sent.path("endpoints").path("POST /api/event-bulk-create-jobs").asLong();
        double allowed = Math.max(requests / REQUESTS_A_SECOND, bulks / BULKS_A_SECOND);
        System.out.printf(
                Locale.ROOT,
                "%s: %d conversations, %d tickets, %d kills%n"
                        + "  %s; %d of %d objects, %d events expected, missing %d, foreign %d, doubled %d, live %d%n"
                        + "  Intercom: %d requests answered 200 (%s), statuses %s; Klaviyo: %d bulk requests, repeats %d,"
                        + " statuses %s%n"
                        + "  %.0f s; the limits allow %.0f s (Intercom %.0f, Klaviyo %.0f): ratio %.2f%n",
                name,
                conversations,
                tickets,
                deaths,
                run.path("state").asText(),
                run.path("done").asLong(),
                run.path("total").asLong(),
                expected.size(),
                missing.size(),
                foreign.size(),
                doubled,
                live,
                requests,
                asked.path("endpoints"),
                asked.path("statuses"),
                bulks,
                sent.path("repeats").asLong(),
                sent.path("statuses"),
                seconds,
                allowed,
                requests / REQUESTS_A_SECOND,
                bulks / BULKS_A_SECOND,
                seconds / allowed);
        System.out.flush();
        return run.path("state").asText().equals("completed")
                && run.path("done").asLong() == conversations + tickets
                && missing.isEmpty()
                && foreign.isEmpty()
                && doubled == 0
                && live == 0
                && sent.at("/statuses/400").asLong() == 0;
    }

    private String text(URI service, String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(service.resolve(path)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
