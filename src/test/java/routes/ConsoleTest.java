package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;
import routes.sandbox.WebhookSender;
import routes.sandbox.WebhookStream;

/** Walks through the console in a real browser, against the program and both stand-ins. */
class ConsoleTest {

    private static final String BROKEN = "\"profile\": (.profile + {\"email\": \"nobody\"}),";

    private static Browser browser;
    private static RunningApplication running;
    private static Path routes;
    private static final AtomicInteger edits = new AtomicInteger();

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        Optional<Browser> found = Browser.start(folder.resolve("profile"));
        assumeTrue(
                found.isPresent(),
                "the console is tested where chromium and chromedriver are on the PATH (apt-get install chromium"
                        + " chromium-driver)");
        browser = found.get();
        routes = Files.writeString(folder.resolve("routes.yaml"), RoutesFile.bundled());
        SecretKey key = new SecretKeySpec(new byte[32], "AES");
        running = RunningApplication.with(folder)
                .routes(routes)
                .toBeConnected(key)
                .start();
        running.application().connect("stand-in-token");
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (running != null) {
            running.close();
        }
    }

    @BeforeEach
    void asSomebodyWithADesk() {
        browser.width(1200);
        browser.scheme("light");
        open("overview");
    }

    @AfterEach
    void nothingWentWrongInTheBrowser() {
        assertEquals(List.of(), browser.complaints());
    }

    private static void open(String page) {
        browser.open(URI.create("about:blank"));
        browser.open(URI.create(running.application().consoleUrl() + "#" + page));
        browser.find("h1");
    }

    /** Keeps three pictures: light, dark, and at the width of a phone, where nothing may stick out. */
    private static void pictures(String name) {
        browser.picture(name + "-light");
        browser.scheme("dark");
        browser.picture(name + "-dark");
        browser.scheme("light");
        browser.width(360);
        assertEquals(
                360L,
                browser.run("return Math.max(360, document.documentElement.scrollWidth)"),
                () -> name + " is wider than a phone");
        browser.picture(name + "-phone");
        browser.width(1200);
    }

    /** Saves an edit, and waits until it is taken over or refused. */
    private static void edit(String text) throws IOException {
        String before = running.status().path("routes").toString();
        // Each edit differs from the one before, as a person's does.
        Files.writeString(routes, text + "# edit " + edits.incrementAndGet() + "\n");
        Eventually.holds(
                "the edit is decided on",
                () -> !running.status().path("routes").toString().equals(before));
    }

    private static int today(String metric) {
        String css = "[data-metric=\"" + metric + "\"] .today";
        return browser.texts(css).stream()
                .findFirst()
                .map(text -> Integer.valueOf(text.replace(",", "")))
                .orElse(0);
    }

    @Test
    void nineMetricsMove() {
        browser.awaitText("#connection", "Sandbox Garden Tools → Klaviyo stand-in");
        try (WebhookStream stream = WebhookStream.builder(
                        running.workspace(),
                        new WebhookSender(running.webhooks(), RunningApplication.SECRET),
                        Clock.systemUTC(),
                        new Random(4))
                .perSecond(40)
                .malformed(0)
                .start()) {
            for (String metric : Console.METRICS) {
                Eventually.holds(metric + " is delivered", () -> today(metric) > 0);
            }
            int seen = today("Read Conversation");
            Eventually.holds("the page moves by itself", () -> today("Read Conversation") > seen);
            assertEquals(0, stream.lost());
        }
        assertEquals(9, browser.texts(".metric").size());
        browser.awaitText(".metric", "Last event");
        running.awaitRest();
        pictures("overview");
    }

    @Test
    void aParkedEventIsFoundMendedPreviewedReplayedAndDelivered() throws IOException {
        edit(breakRatings());
        String conversation = running.scenes().conversation(running.scenes().user("dana.parked@klaviyo-demo.com"));
        running.scenes().rateConversation(conversation, 4, null);
        String uniqueId = running.sendOne(running.scenes().tell().conversationRated(conversation));
        running.awaitState("parked", uniqueId);

        open("overview");
        browser.awaitText(".attention", "One event is parked");
        pictures("overview-attention");
        browser.click(".figure a[href='#events?state=parked']");
        browser.awaitText(".events tbody tr", "Rated Conversation");
        pictures("events-parked");
        browser.click(".events tbody a");

        browser.awaitText(".advice", "Klaviyo refuses a value: mend its mapping");
        browser.awaitText(".timeline", "Klaviyo answered 400");
        pictures("event-parked");

        edit(RoutesFile.bundled());
        browser.press("Preview with today's routes");
        browser.awaitText(".differences", "dana.parked@klaviyo-demo.com");
        browser.awaitText(".differences", "nobody");
        pictures("event-preview");
        assertTrue(running.recorded(uniqueId).isEmpty(), "a preview sends nothing");

        browser.press("Replay");
        browser.awaitText("h2 .badge", "delivered");
        browser.awaitText(".timeline", "Klaviyo took it");
        pictures("event-delivered");
        assertEquals(1, running.recorded(uniqueId).size());
    }

    private static String breakRatings() {
        String text = RoutesFile.bundled();
        int at = text.indexOf("\"profile\": .profile,", text.indexOf("id: map-rated-conversation"));
        return text.substring(0, at) + BROKEN + text.substring(at + "\"profile\": .profile,".length());
    }

    @Test
    void allThatMatchAreReplayed() throws IOException {
        edit(breakRatings());
        List<String> uniqueIds = List.of("lee.first@klaviyo-demo.com", "lee.second@klaviyo-demo.com").stream()
                .map(email -> {
                    String conversation =
                            running.scenes().conversation(running.scenes().user(email));
                    running.scenes().rateConversation(conversation, 5, null);
                    return running.sendOne(running.scenes().tell().conversationRated(conversation));
                })
                .toList();
        uniqueIds.forEach(uniqueId -> running.awaitState("parked", uniqueId));
        edit(RoutesFile.bundled());

        open("events?state=parked&metric=Rated+Conversation");
        browser.press("Replay all that match");
        browser.awaitText("dialog", "Replay all parked events?");
        browser.picture("events-replay-all");
        browser.press("Replay all");
        browser.awaitText("#said", "2 events are replayed.");

        browser.awaitText("main", "No event matches.");
        uniqueIds.forEach(uniqueId -> running.awaitState("delivered", uniqueId));
    }

    @Test
    void theLogIsFiltered() {
        String conversation = running.scenes().conversation(running.scenes().user("kim.filter@klaviyo-demo.com"));
        String uniqueId = running.sendOne(running.scenes().tell().conversationCreated(conversation));
        running.awaitState("delivered", uniqueId);

        open("events");
        browser.find("[name=profile]").sendKeys("kim.filter@klaviyo-demo.com", Keys.ENTER);
        Eventually.holds(
                "one event is left", () -> browser.texts(".events tbody tr").size() == 1);
        browser.awaitText(".events tbody tr", "Created Conversation");
        browser.find("[name=metric]").sendKeys("Resolved Ticket");
        browser.press("Show");
        browser.awaitText("main", "No event matches.");
    }

    @Test
    void aPersonIsDeleted() {
        String conversation = running.scenes().conversation(running.scenes().user("sam.leaves@klaviyo-demo.com"));
        String uniqueId = running.sendOne(running.scenes().tell().conversationCreated(conversation));
        running.awaitState("delivered", uniqueId);

        open("events");
        browser.click("details.card summary");
        browser.find("[name=person]").sendKeys("sam.leaves@klaviyo-demo.com");
        browser.press("Delete");
        browser.awaitText("dialog", "This cannot be taken back");
        browser.click("dialog button.main");
        browser.awaitText("#said", "1 rows are deleted.");

        assertEquals(
                404, running.get("/api/events/" + AdminClient.encode(uniqueId)).status());
    }

    @Test
    void theRunningRoutesAreDrawnAndANotificationIsTried() {
        String conversation = running.scenes().conversation(running.scenes().user("jo.tries@klaviyo-demo.com"));
        String uniqueId = running.sendOne(running.scenes().tell().conversationCreated(conversation));
        running.awaitState("delivered", uniqueId);

        open("routes");
        browser.find("[data-node='end:klaviyo']");
        pictures("routes");
        List<String> way = List.of(
                "start:intercom",
                "receive-webhook",
                "store:inbox",
                "process-inbox",
                "transform-notification",
                "route-event",
                "created-conversation",
                "record-event",
                "store:delivery log",
                "deliver-events",
                "deliver-event",
                "end:klaviyo");
        double above = -1;
        for (String node : way) {
            int top = browser.find("[data-node='" + node + "']").getLocation().getY();
            assertTrue(top > above, () -> node + " stands below the one before it");
            above = top;
        }
        assertTrue(browser.has(".wires path"));
        Eventually.holds(
                "the transformer counts", () -> browser.texts("[data-node='created-conversation'] .count").stream()
                        .anyMatch(count -> count.matches("[1-9].*")));
        browser.find("textarea").sendKeys("{\"topic\": 1}");
        browser.press("Try it");
        browser.awaitText("#said", "not a notification");
        assertEquals(1, browser.complaints().size(), "the answer 400 is one");
        browser.find("textarea").clear();
        browser.run("document.querySelector('textarea').value = arguments0; return true;"
                .replace(
                        "arguments0",
                        quoted(running.scenes()
                                .tell()
                                .conversationCreated(conversation)
                                .toString())));
        browser.press("Try it");
        browser.awaitText("pre", uniqueId);
        pictures("routes-try");
    }

    private static String quoted(String json) {
        return "'" + json.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    @Test
    void aRefusedEditIsTold() throws IOException {
        edit(RoutesFile.bundled().replaceFirst("uri: direct:route-event", "uri: direct:nowhere"));

        open("routes");
        browser.awaitText(".attention", "The last edit was refused");
        browser.awaitText(".attention", "direct:nowhere, which no route answers");
        pictures("routes-refused");
        open("overview");
        browser.awaitText(".attention", "An edit of the routes file was refused");
        edit(RoutesFile.bundled());
        browser.awaitText("main", "All is well");
    }

    @Test
    void historyIsImportedPausedResumedAndComplete() {
        running.intercom().faults(FaultPlan.random(new Random(4), 1, Fault.slow(250)));
        open("import");
        browser.awaitText("main", "Nothing was imported yet.");
        browser.press("Review");
        browser.awaitText("#review", "8 of 9 metrics");
        pictures("import-review");

        browser.press("Start import");
        browser.awaitText("#import-state", "The import is running.");
        browser.press("Pause");
        browser.awaitText("#import-state", "The import is paused");
        pictures("import-paused");
        assertFalse(browser.texts(".percent").contains("100 %"));
        browser.press("Resume");
        browser.awaitText("#import-state", "The import is running.");
        Eventually.holds("the bar moves", () -> browser.texts(".percent").stream()
                .anyMatch(percent -> percent.matches("[1-9]\\d? %")));
        browser.picture("import-running");
        running.intercom().faults(FaultPlan.none());

        browser.awaitText("#import-state", "The import is complete.");
        assertEquals(List.of("100 %"), browser.texts(".percent"));
        pictures("import-complete");
    }

    @Test
    void theConnectionIsChecked() {
        open("connect");
        browser.awaitText(".checks", "workspace Sandbox Garden Tools");
        browser.awaitText(".checks", "the key may write events");
        assertEquals(List.of(), browser.texts(".checks .failed"));
        pictures("connect");
    }

    @Test
    void anIntercomAppIsDisconnectedAndConnected() {
        String console = running.application().consoleUrl();
        open("connect");
        browser.awaitText("#intercom-state", "Connected to the workspace Sandbox Garden Tools");
        pictures("connect-connected");
        browser.press("Disconnect");
        browser.awaitText("dialog", "The access token is deleted here");
        browser.click("dialog button.main");
        browser.awaitText("#said", "Intercom is disconnected.");
        browser.awaitText("#intercom-state", "Intercom is not connected yet");
        browser.awaitText(".checks", "is not connected yet");
        pictures("connect-disconnected");
        open("overview");
        browser.awaitText(".attention", "Intercom is not connected yet");

        open("connect");
        browser.press("Connect to Intercom");
        browser.awaitText("#consent", "Before you go: which data goes where");
        browser.awaitText("#consent", "To Klaviyo (Klaviyo stand-in) go nine metrics");
        browser.awaitText("#consent", console + "connect/intercom");
        pictures("connect-consent");
        browser.press("Continue to Intercom");
        browser.awaitText("h1", "May the app read Sandbox Garden Tools?");
        browser.click("#deny");
        browser.awaitText(".attention", "Intercom says that access was not granted");
        browser.awaitText("#intercom-state", "Intercom is not connected yet");

        browser.press("Connect to Intercom");
        browser.press("Continue to Intercom");
        browser.click("#allow");
        browser.awaitText(".well", "Intercom has said yes");
        browser.awaitText("#intercom-state", "Connected to the workspace Sandbox Garden Tools");
        browser.awaitText(".checks", "workspace Sandbox Garden Tools");
        assertEquals(console + "#connect", browser.run("return location.href"));
    }

    @Test
    void theKeyboardIsEnough() {
        browser.find("body").sendKeys(Keys.TAB);
        assertEquals("Skip to content", browser.run("return document.activeElement.textContent"));
        for (int i = 0; i < 3; i++) {
            browser.run("return true");
            focused().sendKeys(Keys.TAB);
        }
        assertEquals("Events", browser.run("return document.activeElement.textContent"));
        focused().sendKeys(Keys.ENTER);
        browser.awaitText("h1", "Events");
        assertEquals("main", browser.run("return document.activeElement.id"), "what is new is read out");
        assertEquals("Events", browser.texts("nav [aria-current=page]").get(0));
        assertFalse(browser.has("#trouble:not([hidden])"));
    }

    private static org.openqa.selenium.WebElement focused() {
        return (org.openqa.selenium.WebElement) browser.run("return document.activeElement");
    }
}
