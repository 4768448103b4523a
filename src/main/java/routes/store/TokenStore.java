package routes.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/** The access token that connecting to Intercom has yielded, as it was sealed: one, or none. Thread-safe. */
public final class TokenStore {

    private final Database database;

    public TokenStore(Database database) {
        this.database = database;
    }

    /** @param sealed the token, encrypted; @param since when it was stored */
    public record Kept(String sealed, Instant since) {}

    /**
     * @return null when there is none
     * @throws StoreException when the database does not answer
     */
    public @Nullable Kept read() {
        try {
            List<Kept> rows = database.jdbc()
                    .query(
                            database.sql("select-token"),
                            (row, number) -> new Kept(
                                    row.getString("sealed"), Instant.ofEpochMilli(row.getLong("connected_at"))));
            return rows.isEmpty() ? null : rows.get(0);
        } catch (DataAccessException e) {
            throw new StoreException("the database does not tell the access token", e);
        }
    }

    /** Stores a token in the place of the one before. */
    public void keep(String sealed, Instant since) {
        database.transaction(() -> {
            database.jdbc().update(database.sql("delete-token"));
            return database.jdbc().update(database.sql("insert-token"), sealed, since.toEpochMilli());
        });
    }

    /**
     * The same token, sealed anew.
     *
     * @return false when another token is stored by now
     */
    public boolean replace(String before, String sealed) {
        Integer changed =
                database.transaction(() -> database.jdbc().update(database.sql("replace-token"), sealed, before));
        return changed != null && changed > 0;
    }

    /** Deletes the token, where there is one. */
    public void forget() {
        database.transaction(() -> database.jdbc().update(database.sql("delete-token")));
    }
}
