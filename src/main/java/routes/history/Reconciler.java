package routes.history;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.intercom.IntercomClient;
import routes.intercom.IntercomException;
import routes.intercom.Json;
import routes.store.History;
import routes.store.History.Reconciliation;
import routes.store.StoreException;

/**
 * What routes.yaml says with {@code bean: reconciler}: looks at what has changed at Intercom since the last look, and puts
 * it into the inbox. What live delivery had is known already; what it had not is a gap, and is thereby repaired.
 *
 * <p>Runs on one thread; may be looked at from any.
 */
public final class Reconciler implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    /** Intercom's search index is minutes behind. */
    private static final Duration LOOK_BACK = Duration.ofMinutes(10);
    /** Intercom repeats a failed notification after a minute: what is younger may still come by itself. */
    private static final Duration TOO_YOUNG = Duration.ofSeconds(100);

    /** A notification that has been in the inbox for longer waits for something else than its turn. */
    private static final Duration INBOX_IS_BEHIND = Duration.ofHours(1);

    private static final int PAGE = 50;

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

    /**
     * Takes down that the program is there, the first time that it is. What happened earlier is the import's to tell: as a
     * gap it would start flows.
     */
    public void begin() {
        try {
            history.reconciliation();
        } catch (StoreException e) {
            LOG.warn("Reconciliation begins with its first look: {}", e.getMessage());
        }
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
        Instant from = from(state);
        Instant until = until();
        if (!until.isAfter(from)) {
            return;
        }
        long looked = 0;
        try {
            for (Kind kind : Kind.values()) {
                looked += look(kind, from, until);
            }
            Instant watermark = until.isAfter(state.watermark()) ? until : state.watermark();
            history.reconciled(watermark, looked, null);
        } catch (IntercomException | HistoryException e) {
            LOG.warn("Reconciliation is put off: {}", e.getMessage());
            history.reconciled(state.watermark(), looked, e.getMessage());
        }
    }

    /**
     * Intercom tells whole seconds: of the one in which the program began nobody knows what was before. What it missed
     * then, while it started, Intercom sends again.
     */
    private static Instant from(Reconciliation state) {
        Instant lookedBack = state.watermark().minus(LOOK_BACK);
        Instant began = state.began().plusMillis(999).truncatedTo(ChronoUnit.SECONDS);
        return lookedBack.isBefore(began) ? began : lookedBack;
    }

    /** What a webhook has told that is still in the inbox is no gap: up to there only. */
    private Instant until() {
        Instant now = clock.instant();
        Instant oldest = history.oldestWebhook();
        boolean isBehind = oldest != null && oldest.isAfter(now.minus(INBOX_IS_BEHIND)) && oldest.isBefore(now);
        return (isBehind && oldest != null ? oldest : now).minus(TOO_YOUNG);
    }

    private long look(Kind kind, Instant from, Instant until) throws InterruptedException {
        Set<String> looked = new HashSet<>();
        Sweep sweep = new Sweep();
        boolean last = false;
        while (!last) {
            SearchPage page = archive.searchPatiently(kind, "updated_at", from, clock.instant(), PAGE, sweep.cursor());
            Map<String, ObjectNode> changed = new LinkedHashMap<>();
            for (ObjectNode object : page.objects()) {
                String id = Json.id(object.get("id"));
                Instant updated = Json.instant(object.get("updated_at"));
                if (id != null && (updated == null || !updated.isBefore(from)) && looked.add(id)) {
                    changed.put(id, object);
                }
            }
            if (kind == Kind.CONVERSATIONS) {
                List<String> ids = List.copyOf(changed.keySet());
                List<Optional<ObjectNode>> whole = archive.conversations(ids);
                for (int i = 0; i < ids.size(); i++) {
                    String id = ids.get(i);
                    whole.get(i).ifPresent(conversation -> changed.put(id, conversation));
                }
            }
            List<History.Found> found = new ArrayList<>();
            changed.forEach((id, object) -> found.add(found(kind, id, object, from, until)));
            if (!history.leaseReconciliation()) {
                throw new HistoryException("another instance has taken over");
            }
            history.found(found);
            last = sweep.read(page);
        }
        return looked.size();
    }

    private History.Found found(Kind kind, String id, ObjectNode object, Instant from, Instant until) {
        ObjectNode envelope = Envelope.of(kind, workspace.get(), object, clock.instant());
        envelope.put("since", from.getEpochSecond());
        envelope.put("until", until.getEpochSecond());
        return new History.Found(
                Envelope.topic(kind), id, "reconcile:" + until.getEpochSecond() + ":" + id, envelope.toString());
    }

    @Override
    public void close() {
        archive.close();
    }
}
