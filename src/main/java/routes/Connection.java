package routes;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.store.Database;
import routes.store.StoreException;
import routes.store.TokenStore;

/**
 * The access token for Intercom: the one that is given in the settings, else the one that connecting a public app has
 * yielded, which is in the database, encrypted. Thread-safe.
 */
final class Connection implements Supplier<@Nullable String> {

    /** What to do when the key does not fit. */
    static final String UNREADABLE_TOKEN = "INTERCOM_TOKEN_KEY does not open the stored access token: put back the key"
            + " it was stored with, or connect again under Connect.";

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    /** Another instance may have been connected or disconnected. */
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final @Nullable String given;
    private final @Nullable TokenSeal seal;
    private final @Nullable TokenStore store;
    private final Clock clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private Known known = new Known(State.NONE, null, null, null);
    private Instant readAt = Instant.EPOCH;

    /** Whether there is a token to ask with. */
    enum State {
        KNOWN,
        /** Nobody has connected it yet, or somebody disconnected it. */
        NONE,
        /** There is one, and none of our keys opens it. */
        UNREADABLE
    }

    private record Known(
            State state,
            @Nullable String token,
            @Nullable String sealed,
            @Nullable Instant since) {}

    private Connection(@Nullable String given, @Nullable TokenSeal seal, @Nullable TokenStore store, Clock clock) {
        this.given = given;
        this.seal = seal;
        this.store = store;
        this.clock = clock;
    }

    /** A token that stays what it is. */
    static Connection given(String token) {
        return new Connection(token, null, null, Clock.systemUTC());
    }

    /** @throws StoreException when the database does not tell the token it keeps */
    static Connection of(Settings settings, Database database, Clock clock) {
        Settings.PublicApp app = settings.app();
        if (settings.accessToken() != null || app == null) {
            return new Connection(settings.accessToken(), null, null, clock);
        }
        TokenSeal seal = new TokenSeal(app.keys(), new SecureRandom());
        Connection connection = new Connection(null, seal, new TokenStore(database), clock);
        synchronized (connection) {
            connection.read();
        }
        return connection;
    }

    /** @return whether the settings name the token, so that nobody can connect or disconnect */
    boolean isGiven() {
        return store == null;
    }

    /** @param listener is called when there is another token than before, or none any more */
    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public @Nullable String get() {
        return given == null ? now().token : given;
    }

    State state() {
        return given == null ? now().state : State.KNOWN;
    }

    /** @return since when it is connected; null while it is not, or the settings name the token */
    @Nullable
    Instant since() {
        return now().since;
    }

    /**
     * Keeps a token, in the place of the one before.
     *
     * @throws StoreException when it is not on disk
     */
    void keep(String token) {
        TokenStore kept = store;
        TokenSeal sealing = seal;
        if (kept == null || sealing == null) {
            throw new IllegalStateException("the settings name the token");
        }
        kept.keep(sealing.seal(token), clock.instant());
        readAgain();
    }

    /** Deletes the token. */
    void forget() {
        TokenStore kept = store;
        if (kept == null) {
            throw new IllegalStateException("the settings name the token");
        }
        kept.forget();
        readAgain();
    }

    private void readAgain() {
        boolean changed;
        synchronized (this) {
            changed = read();
        }
        if (changed) {
            listeners.forEach(Runnable::run);
        }
    }

    private Known now() {
        boolean changed = false;
        Known now;
        synchronized (this) {
            if (store != null && !clock.instant().isBefore(readAt.plus(FRESH))) {
                try {
                    changed = read();
                } catch (StoreException e) {
                    // What was known goes on being used; the database is asked again after a while.
                    readAt = clock.instant();
                }
            }
            now = known;
        }
        if (changed) {
            listeners.forEach(Runnable::run);
        }
        return now;
    }

    /** @return whether it is another one than before */
    private boolean read() {
        TokenStore kept = store;
        TokenSeal opening = seal;
        if (kept == null || opening == null) {
            return false;
        }
        TokenStore.Kept row = kept.read();
        readAt = clock.instant();
        Known before = known;
        if (row != null && row.sealed().equals(before.sealed)) {
            return false;
        }
        TokenSeal.Opened opened = row == null ? null : opening.open(row.sealed());
        if (row == null) {
            known = new Known(State.NONE, null, null, null);
        } else if (opened == null) {
            LOG.error("{}", UNREADABLE_TOKEN);
            known = new Known(State.UNREADABLE, null, row.sealed(), null);
        } else {
            known = new Known(State.KNOWN, opened.token(), row.sealed(), row.since());
            if (opened.outdated() && kept.replace(row.sealed(), opening.seal(opened.token()))) {
                LOG.info("The access token is encrypted with the first key of INTERCOM_TOKEN_KEY now");
            }
        }
        return known.state != before.state || (known.token != null && !known.token.equals(before.token));
    }
}
