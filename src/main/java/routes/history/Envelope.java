package routes.history;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import routes.intercom.Normalizer;

/** Makes an object of history into a notification: from here on it goes the way of all others. */
final class Envelope {

    private Envelope() {}

    static ObjectNode of(Kind kind, @Nullable String workspace, ObjectNode object, Instant readAt) {
        ObjectNode envelope = JsonNodeFactory.instance.objectNode();
        envelope.put("type", "notification_event");
        envelope.put("app_id", workspace);
        envelope.put("topic", topic(kind));
        envelope.put("created_at", readAt.getEpochSecond());
        envelope.putObject("data").set("item", object);
        return envelope;
    }

    static String topic(Kind kind) {
        return kind == Kind.CONVERSATIONS ? Normalizer.HISTORY_CONVERSATION : Normalizer.HISTORY_TICKET;
    }
}
