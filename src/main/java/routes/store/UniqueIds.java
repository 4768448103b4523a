package routes.store;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Bloom filter of the {@code unique_id}s in the delivery log of an embedded database. Of nearly every event that is new
 * it says so at once; HSQLDB is asked for the others only, as it lets a question wait for what it commits at that moment.
 * Until all of the log has been read, which goes on beside the work, it takes every event for one that may be known.
 *
 * <p>It has 2 MB, and is of less use the more events there are: of a hundred new ones, 1 is taken for one that may be known
 * where the log holds 1.6 million, 28 at 5 million. What is deleted stays in it until the next start.
 *
 * <p>Thread-safe.
 */
final class UniqueIds implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UniqueIds.class);

    private static final long BITS = 1L << 24;
    private static final int BITS_OF_AN_ID = 5;

    private static final int READ_AT_ONCE = 1_000;
    /** For each second of reading, so many are left to those who work. */
    private static final int REST = 3;

    private static final long PATIENCE_MILLIS = TimeUnit.SECONDS.toMillis(1);

    private record Row(long id, String uniqueId) {}

    private final Database database;
    private final AtomicLongArray bits = new AtomicLongArray((int) (BITS / Long.SIZE));
    private final XXHash64 hash = XXHashFactory.safeInstance().hash64();
    private final Thread reader = new Thread(this::read, "read-unique-ids");
    private volatile boolean complete;
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * Begins to read the log; nothing may enter it from now on that is not {@linkplain #add added} before: there is one of
     * these on a database.
     */
    UniqueIds(Database database) {
        this.database = database;
        reader.setDaemon(true);
        reader.start();
    }

    /** Before the event is committed. */
    void add(String uniqueId) {
        long hashed = hash(uniqueId);
        for (int i = 0; i < BITS_OF_AN_ID; i++) {
            long bit = bit(hashed, i);
            bits.accumulateAndGet((int) (bit / Long.SIZE), 1L << bit, (before, added) -> before | added);
        }
    }

    /** @return false: no such event is in the log; true: it may be */
    boolean mayContain(String uniqueId) {
        if (!complete) {
            return true;
        }
        long hashed = hash(uniqueId);
        for (int i = 0; i < BITS_OF_AN_ID; i++) {
            long bit = bit(hashed, i);
            if ((bits.get((int) (bit / Long.SIZE)) & 1L << bit) == 0) {
                return false;
            }
        }
        return true;
    }

    /** A database that an older version made compares without blanks at the end: they are not to make a difference. */
    private long hash(String uniqueId) {
        int length = uniqueId.length();
        while (length > 0 && uniqueId.charAt(length - 1) == ' ') {
            length--;
        }
        byte[] bytes = uniqueId.substring(0, length).getBytes(StandardCharsets.UTF_8);
        return hash.hash(bytes, 0, bytes.length, 0);
    }

    /** Of one hash as many as are needed, each its first half and a multiple of its second (Kirsch, Mitzenmacher). */
    private static long bit(long hashed, int number) {
        return ((hashed >>> Integer.SIZE) + number * (hashed | 1)) & (BITS - 1);
    }

    private void read() {
        try {
            long after = 0;
            long rest = 0;
            while (!closed.await(rest, TimeUnit.NANOSECONDS)) {
                long start = System.nanoTime();
                List<Row> rows = database.jdbc()
                        .query(
                                database.sql("select-unique-ids"),
                                (row, number) -> new Row(row.getLong("id"), row.getString("unique_id")),
                                after,
                                READ_AT_ONCE);
                rows.forEach(row -> add(row.uniqueId));
                if (rows.size() < READ_AT_ONCE) {
                    complete = true;
                    return;
                }
                after = rows.get(rows.size() - 1).id;
                rest = REST * (System.nanoTime() - start);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            if (closed.getCount() > 0) {
                LOG.warn(
                        "The delivery log could not be read from end to end, so it is asked for every event until the next start: {}",
                        e.toString());
                LOG.debug("Why it could not be read", e);
            }
        }
    }

    /** Returns when nothing is read any more, or that takes too long. */
    @Override
    public void close() {
        closed.countDown();
        try {
            reader.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
