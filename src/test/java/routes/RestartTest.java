package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.sandbox.WebhookSender;

/** Senders who do not stop while the program does: they are told to come again, and what was taken is delivered. */
class RestartTest {

    private static final int SENDERS = 6;
    private static final int EACH = 40;

    /** Sends the same again and again: facts that are known already, but for the first time. */
    private static final class Hammer implements AutoCloseable {

        private final Set<Integer> answers = ConcurrentHashMap.newKeySet();
        private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        private final ExecutorService threads = Executors.newFixedThreadPool(SENDERS);
        private volatile boolean over;

        private Hammer(RunningApplication running) {
            String robin = running.scenes().user("robin@klaviyo-demo.com");
            for (int i = 0; i < SENDERS; i++) {
                List<ObjectNode> notifications = new ArrayList<>();
                for (int n = 0; n < EACH; n++) {
                    notifications.add(running.scenes()
                            .tell()
                            .conversationCreated(running.scenes().conversation(robin)));
                }
                List<String> ids = notifications.stream()
                        .map(each -> running.expected(each).get(0).uniqueId())
                        .toList();
                WebhookSender sender = running.sender();
                threads.execute(() -> {
                    for (int n = 0; !over; n = (n + 1) % EACH) {
                        int answer = sender.sendAndWait(notifications.get(n));
                        answers.add(answer);
                        if (answer == 200) {
                            acknowledged.add(ids.get(n));
                        }
                        answers.add(sender.head());
                    }
                });
            }
        }

        @Override
        public void close() throws InterruptedException {
            over = true;
            threads.shutdown();
            assertTrue(threads.awaitTermination(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
    }

    @Test
    void aSenderIsToldToComeAgainAndNeverThatThereIsNothingHere(@TempDir Path folder) throws Exception {
        Set<Integer> seen = new TreeSet<>();
        try (RunningApplication running = RunningApplication.in(folder)) {
            Hammer hammer = new Hammer(running);
            try (hammer) {
                for (int i = 0; i < 2; i++) {
                    Eventually.holds("it receives", () -> hammer.answers.contains(200));
                    running.restart();
                    seen.addAll(hammer.answers);
                    hammer.answers.clear();
                }
                Eventually.holds("it receives", () -> hammer.answers.contains(200));
            }
            seen.addAll(hammer.answers);
            running.awaitRest();
            Set<String> recorded = running.recordedIds();
            assertEquals(Set.of(), missing(hammer.acknowledged, recorded));
            assertEquals(running.klaviyo().accepted(), recorded.size());
        }
        assertEquals(Set.of(WebhookSender.NO_ANSWER, 200, 503), seen);
    }

    private static Set<String> missing(Set<String> wanted, Set<String> found) {
        Set<String> missing = new TreeSet<>(wanted);
        missing.removeAll(found);
        return missing;
    }
}
