package routes.store;

import java.util.List;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;

/**
 * At which pace all instances together send: a text for each endpoint, changed by one at a time. Shared databases only.
 *
 * <p>The change is not synced to disk before it returns. A server that crashes forgets half a second of it, in which
 * nobody can send, since nothing can be claimed.
 *
 * <p>Thread-safe.
 */
public final class PaceTable {

    private static final Logger LOG = LoggerFactory.getLogger(PaceTable.class);
    private static final RowMapper<String> STATE = (row, number) -> row.getString("state");

    private final Database database;

    public PaceTable(Database database) {
        this.database = database;
    }

    /**
     * @param change is given what is written for the endpoint, the empty string at first
     * @return false when the database does not answer
     */
    public boolean change(String endpoint, UnaryOperator<String> change) {
        try {
            database.transaction(() -> {
                JdbcTemplate jdbc = database.jdbc();
                List<String> states = jdbc.query(database.sql("select-pace"), STATE, endpoint);
                if (states.isEmpty()) {
                    jdbc.update(database.sql("insert-pace"), endpoint);
                    states = jdbc.query(database.sql("select-pace"), STATE, endpoint);
                }
                return jdbc.update(database.sql("update-pace"), change.apply(states.get(0)), endpoint);
            });
            return true;
        } catch (StoreException e) {
            LOG.debug("The pace of {} cannot be changed now", endpoint, e);
            return false;
        }
    }
}
