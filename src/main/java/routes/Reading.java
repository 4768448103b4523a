package routes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import routes.klaviyo.Event;
import routes.store.InboxEntry;
import routes.store.OpenCase;

/**
 * One thing that a notification tells, on its way through the routes, and what becomes of it. A notification that cannot
 * be read gives one reading without a document.
 *
 * <p>Belongs to one exchange at a time.
 */
public final class Reading {

    /** What becomes of a reading; exactly one of these once the routes are through with it. */
    public enum Outcome {
        /** No route has said anything yet. */
        NONE,
        PENDING,
        WAITING,
        DUPLICATE,
        FILTERED,
        /** Contacts whose events waited: not an event itself. */
        RELEASED,
        FORGOTTEN,
        /** Somebody has to be asked again later. */
        DEFERRED,
        PARKED
    }

    private final InboxEntry entry;
    private final ObjectNode document;
    private Outcome outcome = Outcome.NONE;
    private @Nullable Event event;
    private @Nullable String reason;
    private @Nullable OpenCase openCase;

    public Reading(InboxEntry entry, ObjectNode document) {
        this.entry = entry;
        this.document = document;
    }

    public InboxEntry entry() {
        return entry;
    }

    /** @return the normalized and enriched notification that the mappings see as {@code .} */
    public ObjectNode document() {
        return document;
    }

    public Outcome outcome() {
        return outcome;
    }

    /** @return the event, when there is one */
    public @Nullable Event event() {
        return event;
    }

    /** @return why it is parked, waiting, deferred or filtered, for a person */
    public @Nullable String reason() {
        return reason;
    }

    /** @return Intercom's id of the contact who acted, or null */
    public @Nullable String contactId() {
        String survivor = document.path("contact").path("id").textValue();
        return survivor == null ? document.path("acting").path("id").textValue() : survivor;
    }

    /** @return the case it is about, where it tells whether that is open */
    @Nullable
    OpenCase openCase() {
        return openCase;
    }

    void tell(@Nullable OpenCase about) {
        openCase = about;
    }

    void end(Outcome end, @Nullable Event what, @Nullable String why) {
        outcome = end;
        event = what;
        reason = why;
    }
}
