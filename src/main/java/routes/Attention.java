package routes;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import routes.intercom.IntercomClient;

/** What needs a person now: a plain sentence for each, with what to do. Thread-safe. */
final class Attention {

    /** Services are away for a moment now and then; what waits goes out by itself. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final DateTimeFormatter TODAY =
            DateTimeFormatter.ofPattern("HH:mm 'UTC'", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter BEFORE =
            DateTimeFormatter.ofPattern("d MMM HH:mm 'UTC'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private final Standing klaviyo;
    private final Standing profiles;
    private final Connection connection;
    private final IntercomClient intercom;
    private final RoutesFile routes;
    private final Clock clock;

    Attention(
            Standing klaviyo,
            Standing profiles,
            Connection connection,
            IntercomClient intercom,
            RoutesFile routes,
            Clock clock) {
        this.klaviyo = klaviyo;
        this.profiles = profiles;
        this.connection = connection;
        this.intercom = intercom;
        this.routes = routes;
        this.clock = clock;
    }

    /** @param oldestInInbox when the oldest notification came that is still to be worked on; null: there is none */
    List<String> sentences(long parked, @Nullable Instant oldestInInbox) {
        List<String> sentences = new ArrayList<>();
        Instant keyRefused = klaviyo.refusedSince();
        Instant tokenRefused = intercom.refusedSince();
        if (keyRefused != null) {
            sentences.add("Klaviyo refuses the key since " + time(keyRefused)
                    + ": check KLAVIYO_API_KEY and its scope events:write, then replay what was parked since.");
        } else if (isLong(klaviyo.silentSince())) {
            sentences.add("Klaviyo does not answer since " + time(klaviyo.silentSince())
                    + ": nothing is lost, events go out when it does.");
        }
        if (keyRefused == null && profiles.refusedSince() != null) {
            sentences.add("Klaviyo does not let the key write profiles since " + time(profiles.refusedSince())
                    + ": give it the scope profiles:write, or switch off the step tell-of-case in routes.yaml."
                    + " Events are not affected.");
        }
        if (connection.state() == Connection.State.NONE) {
            sentences.add("Intercom is not connected yet: press Connect to Intercom on the page Connect."
                    + " Notifications are kept until then.");
        } else if (connection.state() == Connection.State.UNREADABLE) {
            sentences.add(Connection.UNREADABLE_TOKEN + " Notifications are kept until then.");
        } else if (tokenRefused != null) {
            sentences.add("Intercom refuses the access token since " + time(tokenRefused)
                    + (connection.isGiven() ? ": check INTERCOM_ACCESS_TOKEN." : ": connect again under Connect.")
                    + " Notifications are kept until it is accepted.");
        } else if (isLong(intercom.silentSince())) {
            sentences.add("Intercom does not answer since " + time(intercom.silentSince())
                    + ": nothing is lost, notifications wait until it says who their contacts are.");
        } else if (isLong(oldestInInbox)) {
            sentences.add("The oldest notification in the inbox waits since " + time(oldestInInbox)
                    + ": the log says what holds it up.");
        }
        if (parked > 0) {
            sentences.add(
                    parked == 1
                            ? "One event is parked: open it under Events to see what to do."
                            : parked + " events are parked: open them under Events to see what to do.");
        }
        String error = routes.error();
        if (error != null) {
            sentences.add("An edit of the routes file was refused, the routes before it go on: " + error);
        }
        return sentences;
    }

    private boolean isLong(@Nullable Instant since) {
        return since != null && since.plus(PATIENCE).isBefore(clock.instant());
    }

    private String time(@Nullable Instant since) {
        if (since == null) {
            return "now";
        }
        boolean today = since.plus(Duration.ofHours(12)).isAfter(clock.instant());
        return (today ? TODAY : BEFORE).format(since);
    }
}
