package routes.crash;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.harness.Deadline;
import routes.harness.Product;
import routes.sandbox.IntercomStandIn;
import routes.sandbox.KlaviyoStandIn;

/** The jar itself: what the build leaves out of it is needed by nothing. */
class JarIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Test
    void carriesWhatIsAcknowledgedToKlaviyo(@TempDir Path folder) throws IOException {
        Story story = new Story(200, 5, Instant.now());
        Path log = folder.resolve("log.txt");
        try (KlaviyoStandIn klaviyo = KlaviyoStandIn.builder().start();
                IntercomStandIn intercom =
                        IntercomStandIn.builder(story.workspace()).start();
                Product product = new Product(
                        Path.of("target", "intercom-klaviyo.jar").toAbsolutePath(),
                        List.of("-Xmx300m"),
                        folder,
                        log,
                        intercom.url(),
                        klaviyo.url());
                Sender sender = new Sender(List.of(product.webhooks()), story.told(), 5)) {
            var unused = product.start();
            Deadline.await("the program is ready", PATIENCE, product::isReady);
            sender.release(200, 500);
            Deadline.await("all is acknowledged", PATIENCE, () -> sender.open() == 0);
            Deadline.await("inbox and outbox are empty", PATIENCE, product::isIdle);

            Checker.Findings findings =
                    new Checker(sender.acknowledged(), klaviyo.url(), product).findings("nobody is refused");
            assertTrue(findings.none(), findings::toString);
            String said = Files.readString(log);
            assertFalse(said.contains("NoClassDefFoundError") || said.contains("ClassNotFoundException"), said);
        }
    }
}
