package routes.store;

import java.util.Objects;

/** Row ids from a sequence of the database, a thousand at a time. Thread-safe. */
final class Ids {

    private static final int BLOCK = 1_000;

    private final Database database;
    private long next;
    private long end;

    Ids(Database database) {
        this.database = database;
    }

    synchronized long next() {
        if (next == end) {
            next = Objects.requireNonNull(
                    database.jdbc().queryForObject(database.sql("next-block-of-ids"), Long.class));
            end = next + BLOCK;
        }
        return next++;
    }
}
