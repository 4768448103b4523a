package routes;

import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import routes.klaviyo.Answer;

/** Since when Klaviyo refuses the key or gives no proper answer, as far as its last answers tell. Thread-safe. */
final class Standing {

    private final Clock clock;
    private @Nullable Instant refusedSince;
    private @Nullable Instant silentSince;

    Standing(Clock clock) {
        this.clock = clock;
    }

    /** Takes note of what one answer says. A 403 that is a web page is Cloudflare's, and says nothing about the key. */
    synchronized void note(Answer answer) {
        int status = answer.status();
        boolean refused = status == 401 || (status == 403 && !answer.html());
        boolean silent = status == 0 || status >= 500 || answer.html();
        if (silent) {
            silentSince = silentSince == null ? clock.instant() : silentSince;
            return;
        }
        silentSince = null;
        if (refused) {
            refusedSince = refusedSince == null ? clock.instant() : refusedSince;
        } else if (status != 408 && status != 429) {
            refusedSince = null;
        }
    }

    /** @return since when the key is refused; null while it is not */
    synchronized @Nullable Instant refusedSince() {
        return refusedSince;
    }

    /** @return since when there is no answer, or none of Klaviyo's; null while there is */
    synchronized @Nullable Instant silentSince() {
        return silentSince;
    }
}
