package routes.history;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a search.
 *
 * @param objects conversations or tickets
 * @param total how many Intercom says match
 * @param next cursor of the page after it, null at the end
 */
record SearchPage(
        List<ObjectNode> objects, long total, @Nullable String next) {}
