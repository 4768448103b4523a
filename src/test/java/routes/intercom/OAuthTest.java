package routes.intercom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;
import routes.sandbox.IntercomStandIn;
import routes.sandbox.SampleWorkspace;

/** Where a person is asked, and what a code is traded for, against a stand-in that refuses what Intercom refuses. */
class OAuthTest {

    private static final URI REDIRECT = URI.create("https://ops.example.org/connect/intercom");

    private static IntercomStandIn intercom;

    @BeforeAll
    static void start() {
        intercom = IntercomStandIn.builder(SampleWorkspace.small().create(Clock.systemUTC()))
                .app("an-app", "its-secret", REDIRECT)
                .start();
    }

    @AfterAll
    static void stop() {
        intercom.close();
    }

    private static OAuth app(String id, String secret) {
        return new OAuth(intercom.url(), id, secret);
    }

    private static HttpResponse<String> page(URI address) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    }

    private static String code() throws IOException, InterruptedException {
        String page =
                page(app("an-app", "its-secret").page("a state", REDIRECT)).body();
        Matcher allow = Pattern.compile("id=\"allow\" href=\"" + REDIRECT + "\\?state=a\\+state&amp;code=([^\"]+)\"")
                .matcher(page);
        assertTrue(allow.find(), page);
        return allow.group(1);
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.intercom.io, https://app.intercom.com/oauth",
        "https://api.eu.intercom.io, https://app.eu.intercom.com/oauth",
        "https://api.au.intercom.io, https://app.au.intercom.com/oauth",
        "http://127.0.0.1:8099, http://127.0.0.1:8099/oauth"
    })
    void peopleAreAskedWhereTheyWork(URI api, URI desk) {
        assertEquals(desk, OAuth.desk(api));
    }

    @Test
    void allThatIsHandedOverIsEncoded() {
        assertEquals(
                "https://app.intercom.com/oauth?client_id=an+app&redirect_uri=https%3A%2F%2Fops.example.org"
                        + "%2Fconnect%2Fintercom&state=%26%3D%2B",
                new OAuth(URI.create("https://api.intercom.io"), "an app", "its-secret")
                        .page("&=+", REDIRECT)
                        .toString());
    }

    @Test
    void aCodeIsTradedOnce() throws Exception {
        String code = code();
        assertTrue(code.endsWith("="), code);

        String token = app("an-app", "its-secret").token(code);

        assertTrue(intercom.issuedTokens().contains(token));
        CodeRefusedException again = assertThrows(
                CodeRefusedException.class, () -> app("an-app", "its-secret").token(code));
        assertFalse(String.valueOf(again.getMessage()).contains(code));
    }

    @Test
    void theSecretAndTheAppHaveToFit() throws Exception {
        String code = code();

        assertThrows(CodeRefusedException.class, () -> app("an-app", "another-secret")
                .token(code));
        assertThrows(CodeRefusedException.class, () -> app("another-app", "its-secret")
                .token(code));
        String token = app("an-app", "its-secret").token(code);
        assertTrue(intercom.issuedTokens().contains(token), "it was not used up");
    }

    @Test
    void aCodeGetsTooOld() throws Exception {
        Instant[] now = {Instant.now()};
        Clock clock = new Clock() {
            @Override
            public java.time.ZoneId getZone() {
                return java.time.ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now[0];
            }
        };
        try (IntercomStandIn aging = IntercomStandIn.builder(
                        SampleWorkspace.small().create(Clock.systemUTC()))
                .app("an-app", "its-secret", REDIRECT)
                .clock(clock)
                .start()) {
            OAuth app = new OAuth(aging.url(), "an-app", "its-secret");
            Matcher code = Pattern.compile("code=([^\"]+)")
                    .matcher(page(app.page("s", REDIRECT)).body());
            assertTrue(code.find());
            now[0] = now[0].plus(Duration.ofMinutes(6));

            assertThrows(CodeRefusedException.class, () -> app.token(code.group(1)));
        }
    }

    @Test
    void anAppOrAnAddressThatIsNotRegisteredIsRefused() throws Exception {
        assertEquals(404, page(app("another-app", "x").page("s", REDIRECT)).statusCode());
        assertEquals(
                400,
                page(app("an-app", "x").page("s", URI.create("https://elsewhere.example.org/connect/intercom")))
                        .statusCode());
    }

    @ParameterizedTest
    @CsvSource({"429", "500", "503"})
    void whatIsNoAnswerIsToldFromARefusal(int status) throws Exception {
        String code = code();
        intercom.faults(FaultPlan.next(1, Fault.status(status)).onlyFor("/auth"));

        assertThrows(IntercomException.class, () -> app("an-app", "its-secret").token(code));

        intercom.faults(FaultPlan.next(1, new Fault.Empty()).onlyFor("/auth"));
        assertThrows(IntercomException.class, () -> app("an-app", "its-secret").token(code));
        intercom.faults(FaultPlan.none());
        String token = app("an-app", "its-secret").token(code);
        assertTrue(intercom.issuedTokens().contains(token));
    }
}
