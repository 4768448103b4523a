package routes.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps of each event one line and a fingerprint of 16 bytes: about 150 bytes an event, so that a benchmark can send
 * millions into a small heap. Two identities with the same fingerprint are no concern at that number.
 */
final class CompactLedger implements Ledger {

    private static final int BLOCK = 1 << 20;

    private final List<ByteBuffer> blocks = new ArrayList<>();
    private long[] table = new long[1 << 17];
    private int size;

    @Override
    public boolean keep(RecordedEvent event) {
        ByteBuffer digest = ByteBuffer.wrap(digest(event.identity()));
        long high = digest.getLong();
        // A free slot is all zeros: a set bit tells it from any fingerprint.
        long low = digest.getLong() | 1;
        byte[] line = (event.line() + '\n').getBytes(StandardCharsets.UTF_8);
        synchronized (this) {
            if (!add(high, low)) {
                return false;
            }
            append(line);
            return true;
        }
    }

    @Override
    public List<RecordedEvent> events() {
        return List.of();
    }

    @Override
    public void writeLines(OutputStream out) throws IOException {
        List<ByteBuffer> written = new ArrayList<>();
        synchronized (this) {
            blocks.forEach(block -> written.add(block.duplicate().flip()));
        }
        for (ByteBuffer block : written) {
            out.write(block.array(), 0, block.limit());
        }
    }

    @Override
    public synchronized void forget() {
        blocks.clear();
        table = new long[1 << 17];
        size = 0;
    }

    private void append(byte[] line) {
        if (blocks.isEmpty() || blocks.get(blocks.size() - 1).remaining() < line.length) {
            blocks.add(ByteBuffer.allocate(Math.max(BLOCK, line.length)));
        }
        blocks.get(blocks.size() - 1).put(line);
    }

    private boolean add(long high, long low) {
        if (size > table.length / 4) {
            grow();
        }
        if (!insert(table, high, low)) {
            return false;
        }
        size++;
        return true;
    }

    private void grow() {
        long[] larger = new long[table.length * 2];
        for (int i = 0; i < table.length; i += 2) {
            if (table[i + 1] != 0) {
                insert(larger, table[i], table[i + 1]);
            }
        }
        table = larger;
    }

    /** Open addressing with pairs of longs; the table's length is a power of two. */
    private static boolean insert(long[] table, long high, long low) {
        int mask = table.length / 2 - 1;
        int slot = (int) high & mask;
        while (table[2 * slot + 1] != 0) {
            if (table[2 * slot] == high && table[2 * slot + 1] == low) {
                return false;
            }
            slot = (slot + 1) & mask;
        }
        table[2 * slot] = high;
        table[2 * slot + 1] = low;
        return true;
    }

    private static byte[] digest(String identity) {
        try {
            return MessageDigest.getInstance("MD5").digest(identity.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
