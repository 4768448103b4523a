package routes;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import routes.store.LogView.Row;
import routes.store.RecordedEvent;

/** What to do with an event that does not go out, in one line. */
final class Advice {

    private Advice() {}

    /** @return null where nothing is to be done */
    static @Nullable String on(Row event) {
        String state = event.text("state");
        if ("waiting".equals(state)) {
            return "Nothing to do: it goes out when the contact gets a valid e-mail or phone at Intercom.";
        }
        if (!"parked".equals(state)) {
            return null;
        }
        String words = Objects.requireNonNullElse(event.text("last_answer"), "");
        if (String.valueOf(event.text("unique_id")).startsWith(RecordedEvent.WHOLE_NOTIFICATION)
                || words.startsWith("today's routes do not make it")) {
            return "The routes cannot make an event of it: mend its mapping in the routes file, preview, then replay.";
        }
        return switch ((int) event.number("last_status")) {
            case 401, 403 ->
                "Klaviyo refuses the key: check KLAVIYO_API_KEY and its scope events:write, then replay all parked events.";
            case 0, 408, 429, 500, 502, 503, 504 ->
                "Klaviyo took nothing for a day: replay it once Klaviyo answers again.";
            default ->
                "Klaviyo refuses a value: mend its mapping in the routes file, or the contact at Intercom, preview, then replay.";
        };
    }
}
