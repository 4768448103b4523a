package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import routes.Connection.State;
import routes.store.Authorizations;
import routes.store.Authorizations.Outcome;
import routes.store.Database;
import routes.store.TestDatabase;

/** The token in the database, seen by two instances, and attempts to get one, on both databases. */
class ConnectionTest {

    private static final String KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    private final ShiftedClock clock = new ShiftedClock();
    private final Path folder;
    private @Nullable Database opened;

    ConnectionTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private Database open(TestDatabase kind) {
        Database database = Database.open(kind.url(folder), kind.user(), "");
        opened = database;
        return database;
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private static Settings settings(Map<String, String> more) {
        Map<String, String> environment = new java.util.HashMap<>(more);
        environment.put("INTERCOM_CLIENT_SECRET", "a-client-secret");
        environment.put("KLAVIYO_API_KEY", "pk_a_private_key");
        return Settings.read(environment, Path.of("no-such-file"));
    }

    @ParameterizedTest
    @EnumSource
    void anotherInstanceSeesWhatOneConnectsAndDisconnects(TestDatabase kind) {
        Database database = open(kind);
        Settings settings = settings(Map.of("INTERCOM_CLIENT_ID", "an-app", "INTERCOM_TOKEN_KEY", KEY));
        Connection one = Connection.of(settings, database, clock);
        Connection other = Connection.of(settings, database, clock);
        AtomicInteger changes = new AtomicInteger();
        other.onChange(changes::incrementAndGet);
        assertNull(other.get());

        one.keep("a token");
        assertEquals("a token", one.get());
        assertNull(other.get(), "it does not ask each time");
        clock.forward(Duration.ofSeconds(11));
        assertEquals("a token", other.get());
        assertEquals(State.KNOWN, other.state());
        assertEquals(1, changes.get());

        one.keep("another token");
        clock.forward(Duration.ofSeconds(11));
        assertEquals("another token", other.get());
        one.forget();
        clock.forward(Duration.ofSeconds(11));
        assertEquals(State.NONE, other.state());
        assertNull(other.get());
        assertEquals(3, changes.get());
    }

    @ParameterizedTest
    @EnumSource
    void aTokenOfTheSettingsWins(TestDatabase kind) {
        Database database = open(kind);
        Map<String, String> app = Map.of("INTERCOM_CLIENT_ID", "an-app", "INTERCOM_TOKEN_KEY", KEY);
        Connection.of(settings(app), database, clock).keep("a token");
        Map<String, String> both = new java.util.HashMap<>(app);
        both.put("INTERCOM_ACCESS_TOKEN", "given");

        Connection given = Connection.of(settings(both), database, clock);

        assertEquals("given", given.get());
        assertTrue(given.isGiven());
        assertThrows(IllegalStateException.class, () -> given.keep("another"));
        assertEquals("a token", Connection.of(settings(app), database, clock).get(), "what is stored stays");
    }

    @ParameterizedTest
    @EnumSource
    void anAttemptEndsOnceInItsBrowserInTime(TestDatabase kind) {
        Authorizations attempts = new Authorizations(open(kind), clock);
        attempts.begin("state", "browser");
        attempts.begin("late", "browser");

        assertEquals(Outcome.UNKNOWN, attempts.end("state", "another browser"));
        assertEquals(Outcome.UNKNOWN, attempts.end("another state", "browser"));
        assertEquals(Outcome.OURS, attempts.end("state", "browser"));
        assertEquals(Outcome.UNKNOWN, attempts.end("state", "browser"));
        clock.forward(attempts.life());
        assertEquals(Outcome.EXPIRED, attempts.end("late", "browser"));

        attempts.begin("forgotten", "browser");
        clock.forward(Duration.ofDays(2));
        attempts.begin("new", "browser");
        assertEquals(Outcome.UNKNOWN, attempts.end("forgotten", "browser"));
    }
}
