package routes.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import routes.intercom.Json;

/** What can be told of an object from search about the parts that it has. */
final class Conversations {

    /** Whether all parts of an object were seen. */
    enum Completeness {
        COMPLETE,
        /** More than Intercom ever shows: the oldest transitions and replies are missing. */
        APPROXIMATE,
        /** Fewer than Intercom itself counts. */
        INCOMPLETE
    }

    private Conversations() {}

    /** @return whether only its parts tell what is wanted: replies, and the time of a rating that does not tell it */
    static boolean needsParts(ObjectNode conversation, Set<String> metrics) {
        JsonNode count = conversation.path("statistics").get("count_conversation_parts");
        boolean hasParts = count == null || !count.isNumber() || count.asInt() > 0;
        boolean isTicket = conversation.get("ticket") instanceof ObjectNode;
        boolean replies = metrics.contains("Replied to Conversation") && !isTicket && hasParts;
        JsonNode rating = conversation.path("conversation_rating");
        boolean ratingTime = metrics.contains("Rated Conversation")
                && rating.hasNonNull("rating")
                && Json.instant(rating.get("updated_at")) == null;
        return replies || ratingTime;
    }

    static Completeness completeness(Kind kind, ObjectNode object, int most) {
        String member = kind == Kind.CONVERSATIONS ? "conversation_parts" : "ticket_parts";
        JsonNode list = object.path(member);
        int shown = list.path(member).size();
        if (list.isMissingNode() || list.isNull()) {
            return Completeness.COMPLETE;
        }
        long counted = Math.max(
                list.path("total_count").asLong(),
                kind == Kind.CONVERSATIONS
                        ? object.path("statistics")
                                .path("count_conversation_parts")
                                .asLong()
                        : 0);
        // Of tickets nothing tells how many parts they have beyond those shown.
        boolean mayHaveMore = kind == Kind.TICKETS && shown >= most;
        if (shown >= counted && !mayHaveMore) {
            return Completeness.COMPLETE;
        }
        return shown >= most ? Completeness.APPROXIMATE : Completeness.INCOMPLETE;
    }
}
