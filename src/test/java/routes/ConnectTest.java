package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;

/** A public Intercom app is connected, disconnected and connected again, as a browser would do it. */
class ConnectTest {

    private static final SecretKey KEY = key(1);
    private static final SecretKey ANOTHER = key(2);
    private static final ShiftedClock CLOCK = new ShiftedClock();

    private static Path folder;
    private static RunningApplication running;
    private static final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeAll
    static void start(@TempDir Path given) {
        folder = given;
        log.start();
        root().addAppender(log);
        running =
                RunningApplication.with(folder).clock(CLOCK).toBeConnected(KEY).start();
    }

    @AfterAll
    static void stop() {
        running.close();
        root().detachAppender(log);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    @BeforeEach
    void disconnected() {
        running.reset();
        assertEquals(200, delete().statusCode());
        assertEquals("disconnected", state());
    }

    private static SecretKey key(int fill) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) fill);
        return new SecretKeySpec(bytes, "AES");
    }

    private static String console() {
        return running.application().consoleUrl();
    }

    private static HttpResponse<String> delete() {
        return running.http(HttpRequest.newBuilder(URI.create(console() + "api/connection"))
                .DELETE()
                .build());
    }

    private static JsonNode connection() {
        return running.get("/api/connection").body();
    }

    private static String state() {
        return connection().path("state").asText();
    }

    private static HttpResponse<String> begin(String redirect, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(console() + "api/connection"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"redirect\":\"" + redirect + "\"}"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return running.http(request.build());
    }

    /** What a browser has when it comes back from Intercom. */
    private record Return(String cookie, String state, String code) {

        Return withCookie(String other) {
            return new Return(other, state, code);
        }

        Return withState(String other) {
            return new Return(cookie, other, code);
        }

        Return withCode(String other) {
            return new Return(cookie, state, other);
        }

        /** @return where the program sends the browser on to */
        String arrive() {
            String query = Stream.of(state.isEmpty() ? "" : "state=" + state, code.isEmpty() ? "" : "code=" + code)
                    .filter(each -> !each.isEmpty())
                    .reduce((one, other) -> one + "&" + other)
                    .orElse("");
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(console() + "connect/intercom?" + query))
                    .header("Sec-Fetch-Site", "cross-site");
            if (!cookie.isEmpty()) {
                request.header("Cookie", cookie);
            }
            HttpResponse<String> answer = running.http(request.build());
            assertEquals(303, answer.statusCode(), answer::body);
            return answer.headers().firstValue("Location").orElseThrow();
        }
    }

    /** Begins in one browser, and agrees at Intercom. */
    private static Return agreed() {
        HttpResponse<String> begun = begin(console() + "connect/intercom");
        assertEquals(200, begun.statusCode(), begun::body);
        String cookie = begun.headers().firstValue("Set-Cookie").orElseThrow();
        for (String wanted : List.of("Path=/connect/intercom", "HttpOnly", "SameSite=Lax", "Max-Age=600")) {
            assertTrue(cookie.contains("; " + wanted), cookie);
        }
        assertFalse(cookie.contains("Secure"), cookie);
        String page = running.http(
                        HttpRequest.newBuilder(URI.create(location(begun))).build())
                .body();
        Matcher allow = Pattern.compile("id=\"allow\" href=\"[^\"]*\\?state=([^\"&]+)&amp;code=([^\"]+)\"")
                .matcher(page);
        assertTrue(allow.find(), page);
        return new Return(cookie.split(";", 2)[0], allow.group(1), allow.group(2));
    }

    private static String location(HttpResponse<String> begun) {
        Matcher location = Pattern.compile("\"location\":\"([^\"]+)\"").matcher(begun.body());
        assertTrue(location.find(), begun::body);
        return location.group(1);
    }

    private static void connect() {
        assertEquals("../#connect?connected", agreed().arrive());
        assertEquals("connected", state());
    }

    private static boolean attention(String words) {
        for (JsonNode sentence : running.status().path("attention")) {
            if (sentence.asText().contains(words)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable String check() {
        for (JsonNode check : running.get("/api/checks").body().path("checks")) {
            if (check.path("what").asText().equals("Intercom")) {
                return check.path("result").asText() + " " + check.path("text").asText();
            }
        }
        return null;
    }

    private static String converse(String email) {
        String conversation = running.scenes().conversation(running.scenes().user(email));
        return running.sendOne(running.scenes().tell().conversationCreated(conversation));
    }

    @Test
    void notificationsWaitUntilItIsConnected() {
        String uniqueId = converse("ada.early@klaviyo-demo.com");

        Eventually.holds("it waits", () -> running.status().path("inbox").asInt() == 1);
        assertTrue(attention("Intercom is not connected yet"));
        assertEquals("failed is not connected yet: press Connect to Intercom on the console's page Connect", check());

        connect();
        running.awaitState("delivered", uniqueId);
        assertEquals("Sandbox Garden Tools", connection().path("workspace").asText());
        assertFalse(connection().path("connectedAt").isNull());
        assertEquals("ok workspace Sandbox Garden Tools (" + running.workspace().idCode() + ")", check());
        assertFalse(attention("Intercom"));
    }

    @Test
    void whatGoesToIntercomHoldsNoSecret() {
        String location = location(begin(console() + "connect/intercom"));

        assertTrue(location.startsWith(running.intercom().url() + "/oauth?client_id="), location);
        assertFalse(location.contains(RunningApplication.SECRET), location);
        assertTrue(URLDecoder.decode(location, StandardCharsets.UTF_8).contains(console() + "connect/intercom"));
        assertNotEquals(location, location(begin(console() + "connect/intercom")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "connect/intercom",
                "javascript:alert(1)//connect/intercom",
                "ftp://127.0.0.1/connect/intercom",
                "http://127.0.0.1/elsewhere",
                "http://somebody@127.0.0.1/connect/intercom",
                "http://127.0.0.1/connect/intercom?more=1",
                "http://127.0.0.1/connect/intercom#more",
                "http://127.0.0.1/a;Path=b/connect/intercom"
            })
    void onlyAnAddressOfTheConsoleIsComeBackTo(String redirect) {
        assertEquals(400, begin(redirect).statusCode());
    }

    @Test
    void behindAProxyTheCookieIsForItsPathAndItsTls() {
        String cookie = begin("https://ops.example.org/intercom/connect/intercom")
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow();

        assertTrue(cookie.contains("; Path=/intercom/connect/intercom; "), cookie);
        assertTrue(cookie.endsWith("; Secure"), cookie);
    }

    @Test
    void aForeignPageNeitherBeginsNorDisconnects() {
        connect();

        assertEquals(
                403,
                begin(console() + "connect/intercom", "Origin", "https://example.org")
                        .statusCode());
        HttpRequest.Builder foreign = HttpRequest.newBuilder(URI.create(console() + "api/connection"))
                .header("Sec-Fetch-Site", "cross-site")
                .DELETE();
        assertEquals(403, running.http(foreign.build()).statusCode());
        assertEquals("connected", state());
    }

    @Test
    void aStateHasToBeThere() {
        assertEquals("../#connect?refused=state", agreed().withState("").arrive());
        assertEquals("disconnected", state());
    }

    @Test
    void aStateHasToBeOurs() {
        assertEquals("../#connect?refused=state", agreed().withState("guessed").arrive());
        assertEquals("disconnected", state());
    }

    @Test
    void aStateIsOfOneBrowser() {
        Return mine = agreed();
        Return theirs = agreed();

        assertEquals("../#connect?refused=state", theirs.withCookie("").arrive());
        assertEquals(
                "../#connect?refused=state", theirs.withCookie(mine.cookie()).arrive());
        assertEquals("disconnected", state());
        assertEquals("../#connect?connected", theirs.arrive(), "the browser that began is not kept from it");
    }

    @Test
    void aStateIsUsedOnce() {
        Return once = agreed();
        assertEquals("../#connect?connected", once.arrive());

        assertEquals("../#connect?refused=state", once.arrive());
        assertEquals("../#connect?refused=state", once.withCode(agreed().code()).arrive());
        assertEquals("connected", state(), "what was connected stays");
    }

    @Test
    void aStateExpires() {
        Return late = agreed();
        CLOCK.forward(Duration.ofMinutes(11));

        assertEquals("../#connect?refused=expired", late.arrive());
        assertEquals("../#connect?refused=state", late.arrive());
        assertEquals("disconnected", state());
    }

    @Test
    void whoDoesNotAgreeIsNotConnected() {
        assertEquals("../#connect?refused=denied", agreed().withCode("").arrive());
        assertEquals("disconnected", state());
    }

    @Test
    void aCodeThatIntercomDoesNotKnowIsRefused() {
        assertEquals("../#connect?refused=code", agreed().withCode("made-up==").arrive());
        assertEquals("disconnected", state());
    }

    @Test
    void intercomMayBeAway() {
        Return waiting = agreed();
        running.intercom().faults(FaultPlan.next(1, Fault.status(503)).onlyFor("/auth"));

        assertEquals("../#connect?refused=unreachable", waiting.arrive());
        assertEquals("disconnected", state());
        connect();
    }

    @Test
    void itStaysConnectedOverARestartAndAStateDoesToo() {
        Return underWay = agreed();
        connect();

        running.restart();

        assertEquals("connected", state());
        assertEquals("Sandbox Garden Tools", connection().path("workspace").asText());
        assertEquals("../#connect?connected", underWay.arrive());
    }

    @Test
    void aTokenThatIsWorthNothingAnyMoreAsksForAPerson() {
        connect();
        running.intercom().uninstall();
        String uniqueId = converse("bo.refused@klaviyo-demo.com");

        Eventually.holds("it is noticed", () -> attention("Intercom refuses the access token since"));
        assertTrue(attention("connect again under Connect"));
        assertEquals("refused", state());
        assertTrue(String.valueOf(check()).contains("connect again"), ConnectTest::check);

        connect();
        running.awaitState("delivered", uniqueId);
        assertFalse(attention("refuses"));
    }

    @Test
    void anotherKeyIsSaidAndNothingIsLost() {
        connect();
        running.restart(ANOTHER);

        assertEquals("unreadable", state());
        assertTrue(attention("INTERCOM_TOKEN_KEY does not open the stored access token"));
        assertTrue(String.valueOf(check()).startsWith("failed INTERCOM_TOKEN_KEY"), ConnectTest::check);
        String uniqueId = converse("cy.locked@klaviyo-demo.com");
        assertTrue(
                log.list.stream()
                        .anyMatch(line -> line.getLevel().toString().equals("ERROR")
                                && line.getFormattedMessage().startsWith("INTERCOM_TOKEN_KEY does not open")),
                "the log says so");

        running.restart(KEY);
        assertEquals("connected", state());
        running.awaitState("delivered", uniqueId);
    }

    @Test
    void aKeyIsReplaced() {
        connect();

        running.restart(ANOTHER, KEY);
        assertEquals("connected", state());
        running.restart(ANOTHER);
        assertEquals("connected", state(), "it was encrypted anew");
        running.restart(KEY);
        assertEquals("unreadable", state(), "the old key opens it no more");
        connect();
    }

    @Test
    void aTokenStandsNowhereInClear() throws IOException {
        connect();
        for (String path : List.of("/api/connection", "/api/status", "/api/checks", "/observe/metrics")) {
            assertNoToken(path, running.text(path));
        }
        running.restart();
        assertEquals("connected", state());

        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> written = files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".lock"))
                    .toList();
            for (Path file : written) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertNoToken(file.toString(), text);
            }
            assertFalse(written.isEmpty());
        }
        log.list.forEach(line -> assertNoToken("log", line.getFormattedMessage()));
    }

    private static void assertNoToken(String where, String text) {
        assertFalse(running.intercom().issuedTokens().isEmpty());
        running.intercom()
                .issuedTokens()
                .forEach(token -> assertFalse(text.contains(token), () -> "the token stands in " + where));
        assertFalse(text.contains(RunningApplication.SECRET), () -> "the secret stands in " + where);
    }

    @Test
    void aTokenOfTheSettingsIsNotTouched(@TempDir Path other) {
        try (RunningApplication given = RunningApplication.in(other)) {
            JsonNode shown = given.get("/api/connection").body();
            assertEquals("token", shown.path("by").asText());
            assertEquals("connected", shown.path("state").asText());
            assertEquals("Sandbox Garden Tools", shown.path("workspace").asText());
            assertEquals(
                    409,
                    given.post("/api/connection", "{\"redirect\":\"" + console() + "connect/intercom\"}")
                            .status());
        }
    }
}
