package routes.history;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.intercom.IntercomClient;
import routes.intercom.IntercomException;
import routes.intercom.Json;
import routes.store.History;
import routes.store.History.Reconciliation;

/**
 * What routes.yaml says with {@code bean: reconciler}: looks at what has changed at Intercom since the last look, and puts
 * it into the inbox. What live delivery had is known already; what it had not is a gap, and is thereby repaired.
 *
 * <p>Runs on one thread; may be looked at from any.
 */
public final class Reconciler {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    /** Intercom's search index is minutes behind. */
    private static final Duration LOOK_BACK = Duration.ofMinutes(10);
    /** Intercom repeats a failed notification after a minute: what is younger may still come by itself. */
    private static final Duration TOO_YOUNG = Duration.ofSeconds(100);

    private static final int PAGE = 50;
    private static final int MOST_PAGES = 400;

    private final Archive archive;
    private final History history;
    private final Supplier<@Nullable String> workspace;
    private final Clock clock;

    /** @param workspace id code of the workspace, null while Intercom does not tell */
    public Reconciler(IntercomClient intercom, History history, Supplier<@Nullable String> workspace, Clock clock) {
        this.archive = new Archive(intercom);
        this.history = history;
        this.workspace = workspace;
        this.clock = clock;
    }

    /** @return how far it is */
    public Reconciliation state() {
        return history.reconciliation();
    }

    /** One look, from the watermark to now; on a failure the next one begins where this one did. */
    public void look() throws InterruptedException {
        Reconciliation state = history.reconciliation();
        if (!history.leaseReconciliation()) {
            return;
        }
        Instant from = state.watermark().minus(LOOK_BACK);
        Instant until = clock.instant().minus(TOO_YOUNG);
        if (!until.isAfter(from)) {
            return;
        }
        try {
            List<History.Found> changed = new ArrayList<>();
            for (Kind kind : Kind.values()) {
                changed(kind, from).forEach((id, object) -> changed.add(found(kind, id, object, from, until)));
            }
            history.reconciled(until, changed, null);
        } catch (IntercomException | HistoryException e) {
            LOG.warn("Reconciliation is put off: {}", e.getMessage());
            history.reconciled(state.watermark(), List.of(), e.getMessage());
        }
    }

    private Map<String, ObjectNode> changed(Kind kind, Instant from) throws InterruptedException {
        Map<String, ObjectNode> objects = new LinkedHashMap<>();
        String cursor = null;
        for (int pages = 0; pages < MOST_PAGES; pages++) {
            SearchPage page = archive.search(kind, "updated_at", from, clock.instant(), PAGE, cursor);
            for (ObjectNode object : page.objects()) {
                String id = Json.id(object.get("id"));
                Instant updated = Json.instant(object.get("updated_at"));
                if (id != null && (updated == null || !updated.isBefore(from)) && !objects.containsKey(id)) {
                    ObjectNode whole = kind == Kind.CONVERSATIONS ? archive.conversation(id) : object;
                    objects.put(id, whole == null ? object : whole);
                }
            }
            if (page.next() == null) {
                return objects;
            }
            if (page.next().equals(cursor)) {
                throw new HistoryException("Intercom's cursor does not advance");
            }
            cursor = page.next();
        }
        throw new HistoryException("more has changed than can be looked at; run an import for the time since " + from);
    }

    private History.Found found(Kind kind, String id, ObjectNode object, Instant from, Instant until) {
        ObjectNode envelope = Envelope.of(kind, workspace.get(), object, clock.instant());
        envelope.put("since", from.getEpochSecond());
        envelope.put("until", until.getEpochSecond());
        return new History.Found(
                Envelope.topic(kind), "reconcile:" + until.getEpochSecond() + ":" + id, envelope.toString());
    }
}
