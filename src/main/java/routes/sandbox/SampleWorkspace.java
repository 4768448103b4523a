package routes.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * A workspace full of invented history: the same for the same parameters and the same end.
 *
 * @param idCode the workspace's id
 * @param seed of all that is left to chance
 * @param contacts how many, those merged not counted
 * @param conversations how many
 * @param tickets how many, of which every third was one of the conversations
 * @param span how far back it goes
 */
public record SampleWorkspace(String idCode, long seed, int contacts, int conversations, int tickets, Duration span) {

    /** Enough to see everything once: 80 contacts, 160 conversations and 48 tickets of 60 days. */
    public static SampleWorkspace small() {
        return new SampleWorkspace("sandbox1", 1, 80, 160, 48, Duration.ofDays(60));
    }

    /** The workspace as it is at {@code clock}'s now. */
    public Workspace create(Clock clock) {
        Workspace workspace = new Workspace(idCode, "Sandbox Garden Tools");
        RandomGenerator random = new SplittableRandom(seed);
        long now = clock.instant().getEpochSecond();
        long from = now - span.toSeconds();
        teammates(workspace);
        SampleContacts people = new SampleContacts(workspace, random);
        people.fill(contacts, from - 30 * 86_400, from);
        SampleConversations talks = new SampleConversations(workspace, people, random, now);
        for (int i = 0; i < conversations; i++) {
            talks.play(i, evenly(from, now, i, conversations));
        }
        // Some teammates leave, while what they were assigned keeps their ids.
        workspace.removeAdmin("9608004");
        SampleTickets work = new SampleTickets(workspace, people, random, now);
        List<String> made = workspace.conversationIds();
        for (int i = 0; i < tickets; i++) {
            boolean converted = i % 3 == 0 && i / 3 < made.size() / 2;
            work.play(i, evenly(from, now, i, tickets), converted ? made.get(i / 3 * 2) : null);
        }
        return workspace;
    }

    /** All events that a complete import of {@code workspace} yields, those that wait for an identity too. */
    public static List<ExpectedEvent> expectedEvents(Workspace workspace) {
        return ExpectedHistory.of(workspace);
    }

    /**
     * The {@code unique_id}s that Klaviyo has after a complete import of {@code workspace} without a default region for
     * phones. Worked out from metrics.md, section "History".
     */
    public static Set<String> expectedUniqueIds(Workspace workspace) {
        return ExpectedHistory.of(workspace).stream()
                .filter(ExpectedEvent::identified)
                .map(ExpectedEvent::uniqueId)
                .collect(Collectors.toSet());
    }

    /** Spread over all of the span but its last hour, so that something can follow each beginning. */
    private static long evenly(long from, long now, int i, int count) {
        return from + Math.max(0, now - from - 3_600) * i / Math.max(1, count);
    }

    private static void teammates(Workspace workspace) {
        String[] names = {"Ada Trellis", "Ben Compost", "Cleo Mulch", "Dan Gone"};
        for (int i = 0; i < names.length; i++) {
            ObjectNode admin = Json.object()
                    .put("type", "admin")
                    .put("id", Integer.toString(9_608_001 + i))
                    .put("name", names[i])
                    .put("email", names[i].split(" ")[0].toLowerCase(java.util.Locale.ROOT) + "@klaviyo-demo.com")
                    .put("job_title", "Support")
                    .put("away_mode_enabled", false)
                    .put("has_inbox_seat", true);
            admin.putArray("team_ids").add(4_001 + i % 2);
            workspace.putAdmin(admin);
        }
        team(workspace, 4_001, "Front desk", 9_608_001, 9_608_003);
        team(workspace, 4_002, "Warehouse", 9_608_002);
        String[] tags = {
            "VIP",
            "Return",
            "Wholesale",
            "Spring sale",
            "Complaint",
            "Newsletter",
            "Press",
            "B2B",
            "Repair",
            "Seeds",
            "Tools",
            "Slow delivery"
        };
        for (int i = 0; i < tags.length; i++) {
            workspace.putTag(Json.object()
                    .put("type", "tag")
                    .put("id", Integer.toString(17_500 + i))
                    .put("name", tags[i]));
        }
    }

    private static void team(Workspace workspace, int id, String name, int... members) {
        ObjectNode team = Json.object()
                .put("type", "team")
                .put("id", Integer.toString(id))
                .put("name", name);
        for (int member : members) {
            team.withArrayProperty("admin_ids").add(member);
        }
        workspace.putTeam(team);
    }
}
