package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.history.Reconciler;
import routes.klaviyo.Identity;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;

/** How many cases a contact has open, from what webhooks and history tell to what the profile shows at Klaviyo. */
class OpenCasesTest {

    private static final String IMPORT = "POST /api/profile-import";

    private static final ShiftedClock clock = new ShiftedClock();
    private static final AtomicInteger others = new AtomicInteger();
    private static RunningApplication shared;

    private final Path folder;
    /** For tests that want another than that which the others share. */
    private @Nullable RunningApplication started;

    OpenCasesTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeAll
    static void start(@TempDir Path folder) {
        shared = RunningApplication.with(folder).clock(clock).openCases().start();
    }

    @AfterAll
    static void stopShared() {
        if (shared != null) {
            shared.close();
        }
    }

    /** Nothing of the test before is left to be told. */
    @BeforeEach
    void rest() {
        shared.reset();
        shared.awaitRest();
        awaitTold();
        shared.awaitRest();
        shared.klaviyo().forget();
    }

    private RunningApplication running() {
        RunningApplication own = started;
        return own == null ? shared : own;
    }

    @AfterEach
    void stop() {
        if (started != null) {
            started.close();
        }
    }

    private String user(String email) {
        return running().scenes().user(email);
    }

    private String conversation(String contact) {
        String id = running().scenes().conversation(contact);
        running().send(running().scenes().tell().conversationCreated(id));
        return id;
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }

    private void tell(String topic, JsonNode item) {
        running().send(running().scenes().tell().notification(topic, item));
    }

    /** The conversation as it is from then on. */
    private ObjectNode conversationIn(String state, String id, long updatedAt) {
        running().scenes().changeConversation(id, conversation -> conversation
                .put("state", state)
                .put("open", !state.equals("closed"))
                .put("updated_at", updatedAt));
        return Objects.requireNonNull(running().workspace().conversation(id));
    }

    private void close(String id) {
        tell("conversation.admin.closed", conversationIn("closed", id, now()));
    }

    private @Nullable JsonNode shown(String profile, String property) {
        JsonNode attributes = running().klaviyo().profiles().get(profile);
        JsonNode value =
                attributes == null ? null : attributes.path("properties").get(property);
        return value;
    }

    private void awaitShown(String profile, int conversations, int tickets) {
        Eventually.holds(
                profile + " shows " + conversations + " conversations and " + tickets + " tickets",
                () -> number(shown(profile, "Intercom Open Conversations")) == conversations
                        && number(shown(profile, "Intercom Open Tickets")) == tickets);
    }

    private static int number(@Nullable JsonNode value) {
        return value == null ? -1 : value.asInt();
    }

    private long imports() {
        return running().klaviyo().endpoints().getOrDefault(IMPORT, 0L);
    }

    /**
     * Everything that is to be told was told: shown by a later case of somebody else, which comes after it.
     *
     * @return their e-mail address
     */
    private String awaitTold() {
        String email = "last." + others.incrementAndGet() + "@klaviyo-demo.com";
        conversation(user(email));
        awaitShown(email, 1, 0);
        return email;
    }

    private boolean attention(String words) {
        for (JsonNode sentence : running().status().path("attention")) {
            if (sentence.asText().contains(words)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void casesAreCountedWhileTheyAreOpen() {
        int closed =
                running().status().at("/filtered/conversation.admin.closed").asInt();
        String contact = user("ann.cases@klaviyo-demo.com");
        String first = conversation(contact);
        awaitShown("ann.cases@klaviyo-demo.com", 1, 0);
        String second = conversation(contact);
        String ticket = running().scenes().ticket(contact);
        running().send(running().scenes().tell().ticketCreated(ticket));
        awaitShown("ann.cases@klaviyo-demo.com", 2, 1);

        tell("conversation.admin.snoozed", conversationIn("snoozed", first, now()));
        close(second);
        running().scenes().moveTicket(ticket, "waiting_on_customer");
        running().send(running().scenes().tell().ticketStateUpdated(ticket));
        awaitShown("ann.cases@klaviyo-demo.com", 1, 1);

        tell("conversation.deleted", JsonNodeFactory.instance.objectNode().put("id", first));
        running().scenes().moveTicket(ticket, "resolved");
        running().send(running().scenes().tell().ticketResolved(ticket));
        awaitShown("ann.cases@klaviyo-demo.com", 0, 0);

        tell("conversation.admin.opened", conversationIn("open", second, now() + 1));
        awaitShown("ann.cases@klaviyo-demo.com", 1, 0);
        running()
                .klaviyo()
                .events()
                .forEach(event -> assertFalse(
                        event.toString().contains("Intercom Open"), "events and their profile stay as they were"));
        assertEquals(
                closed + 1,
                running().status().at("/filtered/conversation.admin.closed").asInt());
    }

    @Test
    void anOlderStateDoesNotOverwriteANewerOne() {
        String contact = user("ben.order@klaviyo-demo.com");
        String id = running().scenes().conversation(contact);
        ObjectNode open = conversationIn("open", id, now() - 20);
        ObjectNode closed = conversationIn("closed", id, now() - 10);
        tell("conversation.admin.closed", closed);
        running().awaitRest();
        tell("conversation.user.replied", open);
        running().awaitRest();

        awaitTold();
        assertNull(shown("ben.order@klaviyo-demo.com", "Intercom Open Conversations"));
    }

    @Test
    void theSameCountsAreToldOnce() {
        String contact = user("cam.same@klaviyo-demo.com");
        String id = conversation(contact);
        awaitShown("cam.same@klaviyo-demo.com", 1, 0);
        long told = imports();

        running().scenes().replyToConversation(id);
        running().send(running().scenes().tell().conversationReplied(id));
        running().awaitRest();
        awaitTold();

        assertEquals(told + 1, imports(), "only somebody else's");
    }

    @Test
    void whoHasNoAddressWaitsForOne() {
        String stranger = running().scenes().stranger();
        String id = conversation(stranger);
        running().awaitRest();
        awaitTold();
        assertEquals(1, imports());

        running().scenes().changeContact(stranger, contact -> contact.put("email", "dee.late@klaviyo-demo.com"));
        running().send(running().scenes().tell().contact("contact.lead.added_email", stranger));
        awaitShown("dee.late@klaviyo-demo.com", 1, 0);
        close(id);
        awaitShown("dee.late@klaviyo-demo.com", 0, 0);
    }

    @Test
    void aPhoneNumberIsAnAddressToo() {
        String contact = running().scenes().contact(lead -> lead.put("phone", "+12015550166"));
        conversation(contact);

        awaitShown("+12015550166", 1, 0);
    }

    @Test
    void whoWasMergedTakesTheCasesAlong() {
        String lead = user("eve.old@klaviyo-demo.com");
        String known = user("eve.new@klaviyo-demo.com");
        conversation(lead);
        conversation(known);
        awaitShown("eve.old@klaviyo-demo.com", 1, 0);
        awaitShown("eve.new@klaviyo-demo.com", 1, 0);

        running().workspace().mergeContact(lead, known);
        ObjectNode merged = running().scenes().tell().contact("contact.merged", known);
        ((ObjectNode) merged.at("/data/item")).putObject("merged_from").put("id", lead);
        running().send(merged);

        awaitShown("eve.new@klaviyo-demo.com", 2, 0);
        awaitShown("eve.old@klaviyo-demo.com", 0, 0);
    }

    @Test
    void aMergerThatNobodyToldIsFoundOut() {
        String lead = user("fin.old@klaviyo-demo.com");
        String known = user("fin.new@klaviyo-demo.com");
        String id = running().scenes().conversation(lead);
        running().workspace().mergeContact(lead, known);
        running().send(running().scenes().tell().conversationCreated(id));

        awaitShown("fin.new@klaviyo-demo.com", 1, 0);
        assertNull(running().klaviyo().profiles().get("fin.old@klaviyo-demo.com"));
    }

    @Test
    void whoIsDeletedIsForgotten() {
        String contact = user("gil.gone@klaviyo-demo.com");
        String id = conversation(contact);
        String other = conversation(user("gus.gone@klaviyo-demo.com"));
        awaitShown("gil.gone@klaviyo-demo.com", 1, 0);
        awaitShown("gus.gone@klaviyo-demo.com", 1, 0);
        running().awaitRest();
        long told = imports();

        running().send(running().scenes().tell().contact("contact.deleted", contact));
        URI api = URI.create(running().application().consoleUrl() + "api/profiles/gus.gone@klaviyo-demo.com");
        assertEquals(
                202,
                running().http(HttpRequest.newBuilder(api).DELETE().build()).statusCode());
        running().awaitRest();
        // Nothing is known of them any more, so there is nothing to take back.
        close(id);
        close(other);
        running().awaitRest();
        awaitTold();
        assertEquals(told + 1, imports());
        awaitShown("gil.gone@klaviyo-demo.com", 1, 0);
    }

    @Test
    void aKeyThatMayNotWriteProfilesIsSaidAndTriedEveryHour() {
        ShiftedClock later = new ShiftedClock();
        started = RunningApplication.with(folder)
                .clock(later)
                .openCases()
                .klaviyo(klaviyo -> klaviyo.withoutScope("profiles:write"))
                .start();
        String first = conversation(user("hal.scope@klaviyo-demo.com"));
        Eventually.holds("it is said", () -> attention("give it the scope profiles:write"));
        assertEquals(1, imports());
        conversation(user("hel.scope@klaviyo-demo.com"));
        running().awaitRest();
        assertEquals(0, running().status().path("parked").asInt());
        assertFalse(attention("Klaviyo refuses the key"));
        assertTrue(running().get("/api/checks").body().toString().contains("the scope profiles:write"));

        later.forward(Duration.ofMinutes(61));
        Eventually.holds("it is tried again", () -> imports() >= 3);
        assertFalse(first.isEmpty());
    }

    @Test
    void whatKlaviyoIsTooBusyForIsToldLater() {
        running().klaviyo().faults(FaultPlan.next(2, Fault.status(503)).onlyFor("/api/profile-import"));
        conversation(user("ida.busy@klaviyo-demo.com"));

        awaitShown("ida.busy@klaviyo-demo.com", 1, 0);
        assertEquals(3, imports());
    }

    @Test
    void whatWasNotToldBeforeARestartIsToldAfterIt() {
        running()
                .klaviyo()
                .faults(FaultPlan.random(new Random(4), 1, Fault.status(503)).onlyFor("/api/profile-import"));
        conversation(user("jan.restart@klaviyo-demo.com"));
        Eventually.holds("it was tried", () -> imports() > 0);
        running().awaitRest();

        running().klaviyo().faults(FaultPlan.none());
        running().restart();
        awaitShown("jan.restart@klaviyo-demo.com", 1, 0);
    }

    @Test
    void oneLineSwitchesItOff() throws IOException {
        String text = RoutesFile.bundled();
        String step = "            uri: direct:record-open-case\n";
        assertTrue(text.contains(step));
        Path routes = Files.writeString(
                folder.resolve("routes.yaml"), text.replace(step, step + "            disabled: true\n"));
        started = RunningApplication.with(folder).routes(routes).openCases().start();
        String id = running().scenes().conversation(user("kim.off@klaviyo-demo.com"));
        String uniqueId = running().sendOne(running().scenes().tell().conversationCreated(id));
        running().awaitState("delivered", uniqueId);
        assertEquals(0, imports());

        Files.writeString(routes, text);
        Eventually.holds(
                "the edit is taken over",
                () -> !running().status().at("/routes/loadedAt").asText().isEmpty()
                        && conversationShows("kim.off@klaviyo-demo.com", id));
        awaitShown("kim.off@klaviyo-demo.com", 1, 0);
    }

    /** Tells of the conversation once more, until somebody listens. */
    private boolean conversationShows(String email, String id) {
        running().scenes().replyToConversation(id);
        running().send(running().scenes().tell().conversationReplied(id));
        return number(shown(email, "Intercom Open Conversations")) == 1;
    }

    @Test
    void reconciliationSeesWhatNoWebhookTold() throws Exception {
        Reconciler reconciler = Objects.requireNonNull(
                running().application().context().getRegistry().lookupByNameAndType("reconciler", Reconciler.class));
        reconciler.look();
        String id = conversation(user("lea.missed@klaviyo-demo.com"));
        String other = running().scenes().conversation(user("lou.missed@klaviyo-demo.com"));
        awaitShown("lea.missed@klaviyo-demo.com", 1, 0);
        clock.forward(Duration.ofMinutes(3));
        ObjectNode closed = conversationIn("closed", id, now());
        assertEquals("closed", closed.path("state").asText());
        ObjectNode opened = conversationIn("open", other, now());
        assertEquals("open", opened.path("state").asText());

        clock.forward(Duration.ofMinutes(3));
        reconciler.look();

        awaitShown("lea.missed@klaviyo-demo.com", 0, 0);
        awaitShown("lou.missed@klaviyo-demo.com", 1, 0);
    }

    @Test
    void historyFillsInWhatIsOpenAndNothingElse() {
        started = RunningApplication.with(folder).openCases().start();
        Map<String, List<Integer>> expected = new TreeMap<>();
        routes.sandbox.Workspace workspace = running().workspace();
        for (String id : workspace.conversationIds()) {
            ObjectNode conversation = Objects.requireNonNull(workspace.conversation(id));
            boolean open = !conversation.path("state").asText().equals("closed")
                    && !conversation.path("ticket").isObject();
            expect(expected, conversation, open, 0);
        }
        for (String id : workspace.ticketIds()) {
            ObjectNode ticket = Objects.requireNonNull(workspace.ticket(id));
            boolean open = !ticket.at("/ticket_state/category").asText().equals("resolved");
            expect(expected, ticket, open, 1);
        }
        assertFalse(expected.isEmpty());

        assertEquals(202, running().post("/api/import/start", "{}").status());
        var unused = Eventually.value(
                "the import is complete",
                () -> running().get("/api/import").body(),
                run -> run.path("state").asText().equals("completed"));
        running().awaitRest();

        Eventually.holds("all is told", () -> shown().equals(expected));
        expected.put(awaitTold(), List.of(1, 0));
        assertEquals(expected, shown(), "nobody is told of nothing");
    }

    private void expect(Map<String, List<Integer>> expected, ObjectNode object, boolean open, int kind) {
        String first = object.at("/contacts/contacts/0/id").asText();
        String survivor = running().workspace().survivorOf(first);
        ObjectNode contact = running().workspace().contact(survivor == null ? first : survivor);
        String email =
                contact == null ? null : Identity.email(contact.path("email").textValue());
        String phone = contact == null
                ? null
                : new Identity(null).phone(contact.path("phone").textValue());
        String profile = email == null ? phone : email.toLowerCase(Locale.ROOT);
        if (open && profile != null) {
            List<Integer> counts = expected.computeIfAbsent(profile, key -> new ArrayList<>(List.of(0, 0)));
            counts.set(kind, counts.get(kind) + 1);
        }
    }

    /** Profiles that show counts at Klaviyo. */
    private Map<String, List<Integer>> shown() {
        Map<String, List<Integer>> shown = new TreeMap<>();
        running().klaviyo().profiles().forEach((profile, attributes) -> {
            JsonNode properties = attributes.path("properties");
            if (properties.has("Intercom Open Conversations")) {
                shown.put(
                        profile,
                        List.of(
                                properties.path("Intercom Open Conversations").asInt(),
                                properties.path("Intercom Open Tickets").asInt()));
            }
        });
        return shown;
    }
}
