package routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.camel.ExchangeProperty;
import org.jspecify.annotations.Nullable;
import routes.intercom.Json;
import routes.intercom.Normalizer;
import routes.store.OpenCase;
import routes.store.OpenCase.Kind;
import routes.store.Origin;

/**
 * What routes.yaml says with {@code bean: caseNotes}: whether the conversation or ticket that a reading is about is open.
 * The item says so itself; which topic brought it does not matter, only how old it is. Thread-safe.
 */
public final class CaseNotes {

    /** After this long nothing that tells an older state is on its way any more. */
    static final Duration SETTLED = Duration.ofDays(7);

    /** Of the many topics those after which a case may be open that was not, or the other way round. */
    private static final Set<String> TELLING = Set.of(
            "conversation.user.created",
            "conversation.user.replied",
            "conversation.admin.single.created",
            "conversation.admin.replied",
            "conversation.admin.closed",
            "conversation.admin.opened",
            "conversation.admin.open.assigned",
            "conversation.admin.snoozed",
            "conversation.admin.unsnoozed",
            "conversation.operator.replied",
            "conversation.deleted",
            "ticket.created",
            "ticket.state.updated",
            "ticket.contact.replied",
            "ticket.admin.replied",
            "ticket.closed",
            "ticket.resolved",
            Normalizer.HISTORY_CONVERSATION,
            Normalizer.HISTORY_TICKET);

    private static final long SECOND = 1_000_000;

    private final Clock clock;

    CaseNotes(Clock clock) {
        this.clock = clock;
    }

    /** Takes down the state of the case, where the reading tells one; written with what else becomes of it. */
    public void note(@ExchangeProperty("reading") Reading reading) {
        boolean read = reading.outcome() == Reading.Outcome.NONE || reading.outcome() == Reading.Outcome.FILTERED;
        if (read && TELLING.contains(reading.entry().topic()) && reading.entry().replays() == null) {
            reading.tell(openCase(reading));
        }
    }

    private @Nullable OpenCase openCase(Reading reading) {
        ObjectNode document = reading.document();
        ObjectNode item = Json.object(document.get("item"));
        String id = Json.id(document.get("id"));
        String topic = reading.entry().topic();
        Kind kind = topic.startsWith("ticket.") || topic.equals(Normalizer.HISTORY_TICKET)
                ? Kind.TICKET
                : Kind.CONVERSATION;
        Boolean open = topic.equals("conversation.deleted")
                ? Boolean.FALSE
                : kind == Kind.TICKET ? isOpenTicket(document) : isOpenConversation(item);
        Instant now = clock.instant();
        // A notification that was parked for long and is taken up again tells of a state long past.
        boolean isLate = reading.entry().origin() == Origin.WEBHOOK
                && reading.entry().receivedAt().isBefore(now.minus(SETTLED));
        if (id == null || id.length() > 100 || open == null || isLate) {
            return null;
        }
        long told = Objects.requireNonNullElse(Json.seconds(document.get("notified_at")), now.getEpochSecond());
        long updated = Objects.requireNonNullElse(Json.seconds(item.get("updated_at")), told);
        // Of two states of the same second the one that was told later is the newer one.
        long asOf = updated * SECOND + Math.max(0, Math.min(SECOND - 1, told - updated));
        boolean isOld = updated < now.minus(SETTLED).getEpochSecond();
        return new OpenCase(kind, id, contact(document, item), open, asOf, isOld);
    }

    /** A conversation that became a ticket counts as the ticket. */
    private static @Nullable Boolean isOpenConversation(ObjectNode item) {
        if (item.path("ticket").isObject()) {
            return false;
        }
        String state = Json.text(item.get("state"));
        if (state != null) {
            return state.equals("open") || state.equals("snoozed");
        }
        // Of the first generation: no state, and snoozed ones count as closed.
        return item.path("open").isBoolean() ? item.path("open").asBoolean() : null;
    }

    private static @Nullable Boolean isOpenTicket(ObjectNode document) {
        JsonNode given = document.path("item").path("ticket_state");
        String category = Json.text(given.isObject() ? given.get("category") : given);
        return category == null ? null : !category.equals("resolved");
    }

    /** Whoever wrote last, the case is that of the first contact. */
    private static @Nullable String contact(ObjectNode document, ObjectNode item) {
        List<ObjectNode> contacts = Json.list(item.get("contacts"), "contacts");
        String first = contacts.isEmpty() ? null : Json.id(contacts.get(0).get("id"));
        String id = first == null ? Json.id(document.path("acting").get("id")) : first;
        return id == null || id.length() > 100 ? null : id;
    }
}
