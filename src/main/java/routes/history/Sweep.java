package routes.history;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import routes.intercom.Json;

/**
 * Reads all pages of one search, although Intercom keeps nothing between two pages: an object that changes meanwhile moves
 * to a page that was read already, and one that is deleted draws those after it forward. Pages are therefore read again
 * until as many different objects were seen as Intercom says there are. Not thread-safe.
 */
final class Sweep {

    private static final int MOST_PASSES = 5;
    /** A pass that reads this much more than there is goes round in circles. */
    private static final int SLACK = 5_000;

    private final Set<String> seen = new HashSet<>();
    private @Nullable String cursor;
    private int passes = 1;
    private long readInPass;
    private long total = -1;
    private boolean shrunk;
    private long missed;

    /** @return where the next page begins; null for the first one */
    @Nullable
    String cursor() {
        return cursor;
    }

    /** @return whether nothing has been read yet */
    boolean isNew() {
        return total < 0;
    }

    /** @return objects that Intercom counts and did not show in any pass */
    long missed() {
        return missed;
    }

    /**
     * Takes note of the page at {@link #cursor}.
     *
     * @return whether it was the last one
     * @throws HistoryException when there is no end in sight
     */
    boolean read(SearchPage page) {
        if (page.next() != null && page.next().equals(cursor)) {
            throw new HistoryException("Intercom's cursor does not advance; resume tries the window again");
        }
        readInPass += Math.max(1, page.objects().size());
        if (readInPass > 2 * page.total() + SLACK) {
            throw new HistoryException("Intercom's pages repeat themselves; resume tries the window again");
        }
        shrunk |= page.total() < total;
        total = page.total();
        page.objects().forEach(object -> seen.add(String.valueOf(Json.id(object.get("id")))));
        boolean all = seen.size() >= total && !shrunk;
        if (page.next() != null && !(all && passes > 1)) {
            cursor = page.next();
            return false;
        }
        if (all || passes == MOST_PASSES) {
            missed = Math.max(0, total - seen.size());
            return true;
        }
        again();
        return false;
    }

    /** Begins a pass because Intercom refuses a cursor that it gave. @return false when that does not help any more */
    boolean restarted() {
        if (cursor == null || passes == MOST_PASSES) {
            return false;
        }
        again();
        return true;
    }

    private void again() {
        if (shrunk) {
            // What was deleted must not stand for what was missed.
            seen.clear();
        }
        shrunk = false;
        readInPass = 0;
        cursor = null;
        passes++;
    }
}
