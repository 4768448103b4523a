package routes.crash;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import routes.harness.Child;
import routes.harness.Deadline;
import routes.harness.Product;

/**
 * The crash test, {@code ./mvnw verify -Pcrash}: the jar is killed with -9 at random instants while notifications come
 * in and both services fail in every way they are known to; then all that was acknowledged is accounted for.
 *
 * <p>Properties: {@code notifications}, {@code kills}, {@code seed}, {@code faults} (share of requests), {@code limits}
 * (Klaviyo's, on or off), {@code patience} (minutes for all to be done at the end), {@code instances} (more than one
 * share a PostgreSQL, get the notifications by turns, and are killed by lot).
 */
public final class CrashRun {

    private static final Path TARGET = Path.of("target");
    private static final Duration READY = Duration.ofSeconds(90);

    private final int notifications = Integer.getInteger("notifications", 5_000);
    private final int kills = Integer.getInteger("kills", 15);
    private final int instances = Integer.getInteger("instances", 1);
    private final long seed = Long.getLong("seed", 1);
    private final String faults = System.getProperty("faults", "0.15");
    private final String limits = System.getProperty("limits", "on");
    private final Duration patience = Duration.ofMinutes(Integer.getInteger("patience", 20));
    private final Random random = new Random(seed);
    private final Path folder;
    private final Path log;
    private final Instant toldAt = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final Story story = new Story(notifications, seed, toldAt);
    private final String refused = story.refusedContact().path("id").asText();
    private final List<String> accursed = List.of(story.silentContact(), refused);
    private final Map<Moment, Integer> killed = new TreeMap<>();

    /** When a life ends, seen from its beginning. */
    private enum Moment {
        DURING_START,
        AMID_RECEIVING,
        AMID_DELIVERING
    }

    private CrashRun(Path folder) {
        this.folder = folder;
        log = folder.resolve("log.txt");
    }

    /** Ends with 1 when anything is not as it must be. */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createDirectories(TARGET.resolve("crash"))
                .resolve(Long.toString(System.currentTimeMillis()))
                .toAbsolutePath();
        boolean good = new CrashRun(Files.createDirectories(folder)).run();
        System.exit(good ? 0 : 1);
    }

    private boolean run() throws IOException {
        JsonNode contact = story.refusedContact();
        try (Child klaviyo = Child.ofClass(
                        KlaviyoProcess.class,
                        "512m",
                        log,
                        List.of(
                                limits,
                                Long.toString(seed),
                                faults,
                                contact.path("email").asText(),
                                contact.path("phone").asText()));
                Child intercom = Child.ofClass(
                        IntercomProcess.class,
                        "2g",
                        log,
                        List.of(Integer.toString(notifications), Long.toString(seed), toldAt.toString(), faults))) {
            URI klaviyoUrl = URI.create(klaviyo.readLine());
            String[] ready = intercom.readLine().split(" ");
            if (Integer.parseInt(ready[1]) != story.workspace().contactIds().hashCode()) {
                throw new IllegalStateException("the two processes tell different stories");
            }
            try (Fleet fleet = new Fleet(instances, folder, log, URI.create(ready[0]), klaviyoUrl);
                    Sender sender = new Sender(fleet.webhooks(), story.told(), seed)) {
                return run(fleet, sender, klaviyo, intercom, klaviyoUrl);
            }
        }
    }

    private boolean run(Fleet fleet, Sender sender, Child klaviyo, Child intercom, URI klaviyoUrl) throws IOException {
        Instant begin = Instant.now();
        fleet.start();
        Product product = fleet.first();
        headOfLine(sender, klaviyoUrl);
        Instant calm = Instant.now();
        say("nobody waits for the two accursed contacts; now the storm");
        klaviyo.ask("storm");
        intercom.ask("storm");
        for (int kill = 1; kill <= kills; kill++) {
            sender.release((notifications - notifications / 10) / kills, 1_500);
            kill(fleet, random.nextInt(instances), sender);
            if (kill % 10 == 0) {
                say("killed " + kill + " times, acknowledged " + sender.count());
            }
        }
        sender.release(notifications, 1_000);
        Deadline.await("all is acknowledged", patience, () -> sender.open() == 0);
        klaviyo.ask("clear");
        intercom.ask("clear");
        say("all is acknowledged, the weather is clear; waiting for inbox and outbox");
        boolean done = Deadline.holdsWithin(patience, product::isIdle);
        Instant end = Instant.now();
        Checker checker = new Checker(sender.acknowledged(), klaviyoUrl, product);
        CrashReport report = new CrashReport(checker, sender, product, refused);
        String text = report.text(
                "Seed %d, %d notifications, %d instance(s), kill -9: %s. Faults: %s of requests, Klaviyo's limits %s. %d s."
                        .formatted(
                                seed,
                                notifications,
                                instances,
                                killed,
                                faults,
                                limits,
                                Duration.between(begin, end).toSeconds()),
                checker.about(accursed),
                checker.endToEnd(begin, calm, accursed),
                checker.endToEnd(calm, end, accursed),
                done);
        Files.writeString(TARGET.resolve("crash-report.md"), text);
        System.out.println(text);
        if (!report.good()) {
            System.out.println("Log and database: " + folder);
        }
        return report.good();
    }

    /** One contact is never answered for, one profile always refused: all others go their way, and are seen to. */
    private void headOfLine(Sender sender, URI klaviyoUrl) {
        sender.release(notifications / 10, Math.max(5_000, notifications / 10 * 4L));
        Deadline.await("the first notifications are acknowledged", patience, () -> sender.open() == 0);
        FactsAt klaviyo = new FactsAt(klaviyoUrl);
        List<String> wanted = new ArrayList<>();
        for (Sender.Acknowledgement each : sender.acknowledged()) {
            each.told().expected().stream()
                    .filter(event -> event.identified() && !accursed.contains(event.contactId()))
                    .forEach(event -> wanted.add(event.uniqueId()));
        }
        Deadline.await(
                "facts of others are recorded while one contact is not answered for and one refused",
                Duration.ofMinutes(3),
                () -> klaviyo.uniqueIds().containsAll(wanted));
    }

    private void kill(Fleet fleet, int victim, Sender sender) {
        Child life = fleet.life(victim);
        Moment moment = random.nextInt(5) == 0
                ? Moment.DURING_START
                : random.nextBoolean() ? Moment.AMID_RECEIVING : Moment.AMID_DELIVERING;
        killed.merge(moment, 1, Integer::sum);
        if (moment != Moment.DURING_START) {
            int before = sender.count();
            Deadline.await("a first 200 after a start", READY, () -> sender.count() > before || !life.isAlive());
        }
        Duration more = Duration.ofMillis(
                switch (moment) {
                    case DURING_START -> random.nextInt(3_000);
                    case AMID_RECEIVING -> random.nextInt(500);
                    case AMID_DELIVERING -> 300 + random.nextInt(4_000);
                });
        if (life.endsWithin(more)) {
            throw new IllegalStateException("it ended by itself with " + life.exitValue() + ", see " + log);
        }
        life.kill();
        fleet.startAgain(victim);
    }

    private static void say(String what) {
        System.out.println(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + what);
    }
}
