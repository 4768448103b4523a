package routes.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A notification on disk that is still to be worked on.
 *
 * @param id of the entry; @param notification id of what is stored
 * @param notificationId Intercom's id, or a digest
 * @param attempts how often it had to wait already
 * @param replays {@code unique_id} of the one event that is to be made anew; null: everything it tells
 * @param body JSON, UTF-8
 */
public record InboxEntry(
        long id,
        long notification,
        Origin origin,
        String topic,
        String notificationId,
        Instant receivedAt,
        int attempts,
        @Nullable String replays,
        byte[] body) {

    /** By id: Camel looks beans up by their hash code, and a hash over all the text at every step costs more than the step. */
    @Override
    public int hashCode() {
        return Long.hashCode(id);
    }
}
