package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import routes.sandbox.ExpectedEvent;
import routes.sandbox.RecordedEvent;
import routes.sandbox.SampleWorkspace;
import routes.sandbox.Workspace;

/** What tests of the import ask of a running program. */
record HistoryScenario(RunningApplication program) {

    /** Some 200 objects of 60 days, one of them with more parts than REST shows. */
    static Workspace small() {
        return SampleWorkspace.small().create(Clock.systemUTC());
    }

    /** Some 60 objects of 20 days. */
    static Workspace tiny() {
        return new SampleWorkspace("sandbox2", 2, 30, 40, 20, Duration.ofDays(20)).create(Clock.systemUTC());
    }

    JsonNode start(String asked) {
        AdminClient.Reply reply = program.post("/api/import/start", asked);
        assertEquals(202, reply.status(), () -> reply.body().toString());
        return reply.body();
    }

    int steer(String action) {
        return program.post("/api/import/" + action, "{}").status();
    }

    JsonNode progress() {
        return program.get("/api/import").body();
    }

    JsonNode awaitState(String state) {
        return Eventually.value("the import is " + state, this::progress, run -> run.path("state")
                .asText()
                .equals(state));
    }

    JsonNode importAll() {
        start("{}");
        return awaitState("completed");
    }

    /** Of the workspace as it is now, those that can be delivered. */
    List<ExpectedEvent> expected() {
        return SampleWorkspace.expectedEvents(program.workspace()).stream()
                .filter(ExpectedEvent::identified)
                .toList();
    }

    /** Exactly these events are at Klaviyo, each once and at its time; none was refused or sent twice. */
    void assertAtKlaviyo(Collection<ExpectedEvent> expected) {
        List<RecordedEvent> recorded = program.klaviyo().events();
        Map<String, Instant> times = new HashMap<>();
        recorded.forEach(event -> times.put(event.uniqueId(), event.time()));
        Set<String> ids = expected.stream().map(ExpectedEvent::uniqueId).collect(Collectors.toSet());
        assertEquals(List.of(), minus(ids, times.keySet()), "missing");
        assertEquals(List.of(), minus(times.keySet(), ids), "too many");
        assertEquals(ids.size(), recorded.size(), "each once");
        assertEquals(0, program.klaviyo().repeats(), "sent twice");
        assertEquals(List.of(), program.klaviyo().refusals());
        assertEquals(0, program.klaviyo().dropped());
        for (ExpectedEvent event : expected) {
            assertEquals(event.time(), times.get(event.uniqueId()), event::uniqueId);
        }
    }

    /** As {@link #assertAtKlaviyo}, and all of them as history. */
    void assertImported(Collection<ExpectedEvent> expected) {
        assertAtKlaviyo(expected);
        assertTrue(program.klaviyo().events().stream().allMatch(RecordedEvent::backfill), "history starts no flows");
    }

    private static List<String> minus(Collection<String> all, Collection<String> less) {
        Set<String> left = new HashSet<>(all);
        left.removeAll(less);
        List<String> sorted = new ArrayList<>(left);
        sorted.sort(null);
        return sorted;
    }
}
