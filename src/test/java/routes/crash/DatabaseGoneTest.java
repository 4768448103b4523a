package routes.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import routes.harness.Deadline;
import routes.harness.Product;
import routes.sandbox.IntercomStandIn;
import routes.sandbox.KlaviyoStandIn;

/** PostgreSQL is stopped and started again under load. */
class DatabaseGoneTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Test
    void isToldWith503AndOvercomeWithoutLossOnceItIsBack() throws IOException {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target", "instances")), "gone")
                .toAbsolutePath();
        Path data = folder.resolve("postgresql");
        Story story = new Story(900, 11, Instant.now());
        EmbeddedPostgres database = start(data, 0);
        int port = database.getPort();
        try (KlaviyoStandIn klaviyo =
                        KlaviyoStandIn.builder().latency(Duration.ofMillis(100)).start();
                IntercomStandIn intercom =
                        IntercomStandIn.builder(story.workspace()).start();
                Product product = new Product(
                                null,
                                List.of("-Xmx300m", "-XX:TieredStopAtLevel=1"),
                                folder,
                                folder.resolve("log.txt"),
                                intercom.url(),
                                klaviyo.url())
                        .with("DATABASE_URL", database.getJdbcUrl("postgres", "postgres"))
                        .with("DATABASE_USER", "postgres");
                Sender sender = new Sender(List.of(product.webhooks()), story.told(), 11)) {
            var unused = product.start();
            Deadline.await("the program is ready", PATIENCE, product::isReady);
            sender.release(400, 2_000);
            Deadline.await("it is at work", PATIENCE, () -> sender.count() > 200);

            database.close();
            Deadline.await("health tells it", PATIENCE, () -> product.health().startsWith("503"));
            Deadline.await("senders are told to come again", PATIENCE, () -> refused(sender) > 20);
            long acknowledged = stored(sender);
            sender.release(200, 500);
            Deadline.await("new ones too", PATIENCE, () -> refused(sender) > 60);
            assertTrue(product.health().contains("the database does not answer"), product::health);
            assertEquals(acknowledged, stored(sender), "nothing is acknowledged that cannot be stored");

            database = start(data, port);
            Deadline.await("it is ready again by itself", PATIENCE, product::isReady);
            sender.release(300, 500);
            Deadline.await("all is acknowledged", PATIENCE, () -> sender.open() == 0);
            Deadline.await("inbox and outbox are empty", PATIENCE, product::isIdle);

            Checker checker = new Checker(sender.acknowledged(), klaviyo.url(), product);
            Checker.Findings findings = checker.findings("nobody is refused");
            assertTrue(findings.none(), findings::toString);
            assertFalse(
                    Files.readString(folder.resolve("log.txt")).contains("VALUES ("),
                    "what is stored about people does not get into the log with the failure");
            assertTrue(checker.recorded() > 500, () -> checker.recorded() + " recorded");
            // 0 is no answer within Intercom's five seconds: as good as a 503, and possible on a busy machine.
            assertTrue(Set.of(0, 200, 503).containsAll(sender.statuses().keySet()), () -> "" + sender.statuses());
        } finally {
            database.close();
        }
    }

    /** A ping is answered without being stored. */
    private static long stored(Sender sender) {
        return sender.acknowledged().stream()
                .filter(each -> !each.told().expected().isEmpty())
                .count();
    }

    private static long refused(Sender sender) {
        return sender.statuses().getOrDefault(503, 0L);
    }

    /** @param port 0: any */
    private static EmbeddedPostgres start(Path data, int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .start();
    }
}
