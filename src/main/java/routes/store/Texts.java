package routes.store;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The long texts of the store: what Intercom posted, and what Klaviyo is told. HSQLDB writes text to its log and to its file
 * of rows character by character, which took a third of the time to record an event; it is given bytes, in rows of their
 * own, packed to a third. PostgreSQL compresses texts by itself.
 *
 * <p>Thread-safe.
 */
final class Texts {

    private final Database database;
    private final boolean embedded;
    private final Packer packer = new Packer();

    Texts(Database database, boolean embedded) {
        this.database = database;
        this.embedded = embedded;
    }

    /** In the transaction that is under way, one of each in the table of notifications. */
    void insertNotifications(List<InboxEntry> entries) {
        Map<InboxEntry, Object> contents = new LinkedHashMap<>();
        entries.forEach(entry -> contents.put(entry, parameter(entry.body())));
        insertNotifications(contents);
    }

    /** @param contents {@link #parameter(byte[])} of each body */
    void insertNotifications(Map<InboxEntry, Object> contents) {
        List<Object[]> rows = new ArrayList<>(contents.size());
        List<Object[]> texts = new ArrayList<>(contents.size());
        contents.forEach((entry, content) -> {
            rows.add(new Object[] {
                entry.notification(),
                entry.origin().word(),
                entry.topic(),
                entry.notificationId(),
                entry.receivedAt().toEpochMilli(),
                embedded ? "" : content
            });
            texts.add(new Object[] {entry.notification(), content});
        });
        database.batch("insert-notification", rows);
        if (embedded) {
            database.batch("insert-content", texts);
        }
    }

    /** In the transaction that is under way: those of these notifications that nothing refers to any more. */
    void deleteNotifications(List<Object[]> ids) {
        database.batch("delete-notification", ids);
        if (embedded) {
            database.batch("delete-content", ids);
        }
    }

    /** @param rows id of an event, and {@link #parameter} of what it says to Klaviyo */
    void insertRequests(List<Object[]> rows) {
        database.batch(embedded ? "insert-content" : "insert-request", rows);
    }

    /** In the transaction that is under way, what these events say to Klaviyo. */
    void deleteRequests(List<Object[]> ids) {
        database.batch("delete-request", ids);
        if (embedded) {
            database.batch("delete-content", ids);
        }
    }

    /** @return what a statement is given for a request, JSON */
    Object parameter(String text) {
        return embedded ? parameter(text.getBytes(StandardCharsets.UTF_8)) : text;
    }

    /** @return what a statement is given for a body, JSON as UTF-8 */
    Object parameter(byte[] text) {
        return embedded ? packer.pack(text) : new String(text, StandardCharsets.UTF_8);
    }

    /**
     * @param row with the columns {@code body} and, on HSQLDB, {@code packed}, which is null for a text of an older version
     * @return UTF-8
     * @throws StoreException when it is damaged or missing
     */
    byte[] read(ResultSet row) throws SQLException {
        byte[] packed = embedded ? row.getBytes("packed") : null;
        if (packed != null) {
            return packer.unpack(packed);
        }
        String text = row.getString("body");
        if (text == null) {
            throw new StoreException("a stored text is missing: restore the database from a backup");
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** As {@link #read(ResultSet)}, of a row by column, its names in lower case. */
    @Nullable
    String read(Map<String, Object> row) {
        if (row.get("packed") instanceof byte[] packed) {
            return new String(packer.unpack(packed), StandardCharsets.UTF_8);
        }
        return row.get("body") instanceof String text ? text : null;
    }
}
