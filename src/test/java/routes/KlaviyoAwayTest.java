package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;
import routes.sandbox.Scenes;

/** While Klaviyo is away, single probes find out when it is back; what piles up meanwhile is not put off by attempts of its own. */
@ExtendWith(ApplicationExtension.class)
class KlaviyoAwayTest {

    private static final int BACKLOG = 300;
    /** A few failures are needed to see that it is away. */
    private static final int SEEN = 4;

    private final RunningApplication program;
    private final Scenes scenes;

    KlaviyoAwayTest(RunningApplication program) {
        this.program = program;
        scenes = program.scenes();
    }

    @Test
    void whatPilesUpWhileKlaviyoIsAwayGoesOutAtOnceWhenItIsBack() {
        program.klaviyo()
                .faults(FaultPlan.next(Integer.MAX_VALUE, Fault.status(503)).onlyFor("/api/event"));
        String contact = scenes.user("away@klaviyo-demo.com");
        Set<String> told = new HashSet<>();
        told.add(program.sendOne(scenes.tell().conversationCreated(scenes.conversation(contact))));
        Eventually.holds("it is seen that Klaviyo is away", () -> failures() >= SEEN);

        for (int i = 0; i < BACKLOG; i++) {
            told.add(program.sendOne(scenes.tell().conversationCreated(scenes.conversation(contact))));
        }
        var unused = Eventually.value(
                "all " + told.size() + " wait in the outbox",
                program::status,
                status -> status.path("inbox").asInt() == 0
                        && status.path("outbox").asInt() == told.size());
        long before = failures();
        Eventually.holds("probes go on", () -> failures() >= before + 2);
        assertTrue(failures() < BACKLOG / 5, () -> "requests that failed: " + failures());

        program.klaviyo().faults(FaultPlan.none());
        Eventually.holds("all are at Klaviyo", () -> program.klaviyo().accepted() == told.size());
        assertEquals(told, program.recordedIds());
        assertEquals(0, program.klaviyo().repeats());
    }

    private long failures() {
        return program.klaviyo().statuses().getOrDefault(503, 0L);
    }
}
