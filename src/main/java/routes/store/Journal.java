package routes.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Webhooks beside an embedded database, in the order they came: files that are only appended to, read from the front, and
 * deleted as a whole. All of one commit are one frame, written and synced at once. HSQLDB keeps everybody waiting while it
 * syncs one's commit; here a sender waits for the disk only, and what is waiting costs nobody anything, however much it is.
 *
 * <p>A frame is a head (mark, length of what follows the head, its CRC-32C, number of the first arrival, how many they are)
 * and the arrivals. One that is not whole ends the file: it was being written when the process or the machine died, and
 * nobody was told that it is stored.
 *
 * <p>Thread-safe.
 */
final class Journal implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    private static final int MARK = 0x49_4B_4A_01;
    private static final int HEAD = 3 * Integer.BYTES + Long.BYTES + Integer.BYTES;
    private static final int CHECKED_FROM = 3 * Integer.BYTES;

    /** Of a file, about: it is deleted when all of it is handled. */
    private static final long ROOM = 16L << 20;

    /** @param body JSON, UTF-8; @param receivedAt Unix milliseconds */
    record Arrival(String topic, String notificationId, byte[] body, long receivedAt) {

        /** @param id of the entry, and of the notification */
        InboxEntry entry(long id) {
            return new InboxEntry(
                    id, id, Origin.WEBHOOK, topic, notificationId, Instant.ofEpochMilli(receivedAt), 0, null, body);
        }
    }

    /** @param number counts all arrivals of this journal from 1 */
    record Line(long number, Arrival arrival) {}

    private static final class Segment {
        final long number;
        final Path file;
        /** Of the last arrival in it, and of the one before its first while there is none. */
        volatile long last;

        volatile long end;

        Segment(long number, Path file, long last) {
            this.number = number;
            this.file = file;
            this.last = last;
        }
    }

    private final String files;
    private final ConcurrentNavigableMap<Long, Segment> segments = new ConcurrentSkipListMap<>();

    private final Object appending = new Object();
    private Segment active;
    private RandomAccessFile out;
    private boolean torn;

    private final Object reading = new Object();
    private final Deque<Line> decoded = new ArrayDeque<>();
    private Segment front;
    private @Nullable RandomAccessFile in;
    private long position;
    private volatile long lastRead;

    private volatile long handled;

    /**
     * Opens what is there, or begins with an empty file.
     *
     * @param files path of the database's files, without ending
     * @param handled number up to which the database has all arrivals
     * @param begun number of the newest file that the database knows of, 0: none
     * @throws StoreException when files are missing or damaged: the message says what to do
     */
    Journal(String files, long handled, long begun) {
        this.files = files;
        this.handled = handled;
        this.lastRead = handled;
        try {
            Map<Long, Path> found = find();
            if (found.isEmpty() && begun == 0) {
                found.put(1L, create(1));
            }
            long newest = found.keySet().stream().mapToLong(each -> each).max().orElse(0);
            if (newest < begun) {
                throw new StoreException("the file " + path(begun)
                        + " with notifications that were acknowledged is gone;" + " restore the folder from a backup");
            }
            found.forEach(this::recover);
            active = segments.lastEntry().getValue();
            front = segments.firstEntry().getValue();
            // All that the last files held may have been handled, and they are deleted: numbers go on from there.
            active.last = Math.max(active.last, handled);
            out = new RandomAccessFile(active.file.toFile(), "rw");
            out.setLength(active.end);
            out.seek(active.end);
        } catch (IOException e) {
            throw new StoreException("the files " + files + ".journal.* cannot be read: " + e, e);
        }
    }

    private Path path(long number) {
        return Path.of(files + ".journal." + number);
    }

    private Map<Long, Path> find() throws IOException {
        Path any = path(0).toAbsolutePath();
        Pattern ours = Pattern.compile(
                Pattern.quote(Path.of(files).getFileName().toString()) + "\\.journal\\.([1-9][0-9]{0,17})");
        Map<Long, Path> found = new TreeMap<>();
        try (Stream<Path> each = Files.list(Objects.requireNonNull(any.getParent()))) {
            each.forEach(file -> {
                Matcher matcher = ours.matcher(file.getFileName().toString());
                if (matcher.matches()) {
                    found.put(Long.valueOf(matcher.group(1)), file);
                }
            });
        }
        return found;
    }

    private Path create(long number) throws IOException {
        Path file = path(number).toAbsolutePath();
        new RandomAccessFile(file.toFile(), "rw").close();
        // The file's name is in the folder, and has to be on disk before what is in the file is relied on.
        try (FileChannel folder = FileChannel.open(Objects.requireNonNull(file.getParent()), StandardOpenOption.READ)) {
            folder.force(true);
        }
        return file;
    }

    private void recover(long number, Path file) {
        long last = segments.isEmpty() ? 0 : segments.lastEntry().getValue().last;
        Segment segment = new Segment(number, file, last);
        try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "r")) {
            long length = content.length();
            for (ByteBuffer frame = frame(content, 0, length);
                    frame != null;
                    frame = frame(content, segment.end, length)) {
                long from = frame.getLong(CHECKED_FROM);
                // What is missing has to be handled.
                if (from <= segment.last || (from > segment.last + 1 && from > handled + 1)) {
                    throw damaged(file, segment.end);
                }
                segment.last = from + frame.getInt(CHECKED_FROM + Long.BYTES) - 1;
                segment.end += frame.capacity();
            }
            requireTornOnly(content, segment, length);
        } catch (IOException e) {
            throw new StoreException("the file " + file + " cannot be read: " + e, e);
        }
        segments.put(number, segment);
    }

    /** A frame behind one that is not whole was synced after it: then the other had been, too. */
    private static void requireTornOnly(RandomAccessFile content, Segment segment, long length) throws IOException {
        byte[] rest = new byte[(int) Math.min(length - segment.end, Integer.MAX_VALUE - 8)];
        content.seek(segment.end);
        content.readFully(rest);
        ByteBuffer bytes = ByteBuffer.wrap(rest);
        for (int at = 1; at + HEAD <= rest.length; at++) {
            if (bytes.getInt(at) == MARK && frame(content, segment.end + at, length) != null) {
                throw damaged(segment.file, segment.end);
            }
        }
    }

    private static StoreException damaged(Path file, long at) {
        return new StoreException("the file " + file + " with notifications that were acknowledged is damaged at byte "
                + at + ", or one before it is gone; restore the folder from a backup");
    }

    /** @return the whole frame that begins there; null when there is none */
    private static @Nullable ByteBuffer frame(RandomAccessFile content, long at, long end) throws IOException {
        if (end - at < HEAD) {
            return null;
        }
        byte[] head = new byte[HEAD];
        content.seek(at);
        content.readFully(head);
        ByteBuffer fields = ByteBuffer.wrap(head);
        int length = fields.getInt(Integer.BYTES);
        if (fields.getInt(0) != MARK || length < 0 || length > end - at - HEAD) {
            return null;
        }
        byte[] frame = Arrays.copyOf(head, HEAD + length);
        content.readFully(frame, HEAD, length);
        return checksum(frame) == fields.getInt(2 * Integer.BYTES) ? ByteBuffer.wrap(frame) : null;
    }

    private static int checksum(byte[] frame) {
        CRC32C checksum = new CRC32C();
        checksum.update(frame, CHECKED_FROM, frame.length - CHECKED_FROM);
        return (int) checksum.getValue();
    }

    /**
     * Appends arrivals, all or nothing.
     *
     * @throws StoreException when they are not on disk
     */
    void append(List<Arrival> arrivals) {
        synchronized (appending) {
            byte[] frame = encode(arrivals, active.last + 1);
            try {
                cutTorn();
                torn = true;
                out.write(frame);
                out.getFD().sync();
                torn = false;
            } catch (IOException e) {
                throw new StoreException("the file " + active.file + " cannot be written: " + e, e);
            }
            active.last += arrivals.size();
            active.end += frame.length;
        }
    }

    /** What is left of a frame that could not be written would otherwise be in front of the next one. */
    private void cutTorn() throws IOException {
        if (torn) {
            out.setLength(active.end);
            out.getFD().sync();
            out.seek(active.end);
            torn = false;
        }
    }

    private static byte[] encode(List<Arrival> arrivals, long first) {
        List<byte[]> names = new ArrayList<>(2 * arrivals.size());
        int length = HEAD;
        for (Arrival arrival : arrivals) {
            byte[] topic = arrival.topic.getBytes(StandardCharsets.UTF_8);
            byte[] id = arrival.notificationId.getBytes(StandardCharsets.UTF_8);
            names.add(topic);
            names.add(id);
            length += Long.BYTES + 3 * Integer.BYTES + topic.length + id.length + arrival.body.length;
        }
        ByteBuffer frame = ByteBuffer.allocate(length).putInt(MARK).putInt(length - HEAD);
        frame.putInt(0).putLong(first).putInt(arrivals.size());
        for (int i = 0; i < arrivals.size(); i++) {
            Arrival arrival = arrivals.get(i);
            frame.putLong(arrival.receivedAt);
            put(frame, names.get(2 * i));
            put(frame, names.get(2 * i + 1));
            put(frame, arrival.body);
        }
        frame.putInt(2 * Integer.BYTES, checksum(frame.array()));
        return frame.array();
    }

    private static void put(ByteBuffer frame, byte[] bytes) {
        frame.putInt(bytes.length).put(bytes);
    }

    private static byte[] get(ByteBuffer frame) {
        byte[] bytes = new byte[frame.getInt()];
        frame.get(bytes);
        return bytes;
    }

    /**
     * @param most wanted
     * @return the next ones, fewer where they are large; empty when all have been read
     * @throws StoreException when the next one cannot be read
     */
    List<Line> read(int most) {
        synchronized (reading) {
            try {
                while (decoded.size() < most && bytes() < Inbox.MOST_BYTES && decode()) {
                    // There may be more.
                }
            } catch (StoreException e) {
                // What lies before the damage is whole.
                if (decoded.isEmpty()) {
                    throw e;
                }
            }
            List<Line> lines = new ArrayList<>();
            long bytes = 0;
            for (Line next = decoded.peek();
                    next != null && lines.size() < most && bytes < Inbox.MOST_BYTES;
                    next = decoded.peek()) {
                bytes += next.arrival.body().length;
                lines.add(decoded.remove());
            }
            if (!lines.isEmpty()) {
                lastRead = lines.get(lines.size() - 1).number;
            }
            return lines;
        }
    }

    /** @return when the next one that {@link #read} would give came; null when all have been read */
    @Nullable
    Instant nextReceivedAt() {
        synchronized (reading) {
            while (decoded.isEmpty() && decode()) {
                // What is handled is passed over.
            }
            Line next = decoded.peek();
            return next == null ? null : Instant.ofEpochMilli(next.arrival.receivedAt);
        }
    }

    private long bytes() {
        return decoded.stream().mapToLong(line -> line.arrival.body().length).sum();
    }

    /** @return whether there was one more frame */
    private boolean decode() {
        try {
            while (true) {
                // Looked for first: where there is one, nothing more is appended to the one before.
                Map.Entry<Long, Segment> next = segments.higherEntry(front.number);
                if (position < front.end) {
                    decodeFrame();
                    return true;
                }
                if (next == null) {
                    return false;
                }
                closeIn();
                front = next.getValue();
                position = 0;
            }
        } catch (IOException e) {
            throw new StoreException("the file " + front.file + " cannot be read: " + e, e);
        }
    }

    private void decodeFrame() throws IOException {
        RandomAccessFile content = in;
        if (content == null) {
            content = new RandomAccessFile(front.file.toFile(), "r");
            in = content;
        }
        ByteBuffer frame = frame(content, position, front.end);
        if (frame == null) {
            throw damaged(front.file, position);
        }
        frame.position(CHECKED_FROM);
        long number = frame.getLong();
        for (int left = frame.getInt(); left > 0; left--, number++) {
            long receivedAt = frame.getLong();
            String topic = new String(get(frame), StandardCharsets.UTF_8);
            String id = new String(get(frame), StandardCharsets.UTF_8);
            Arrival arrival = new Arrival(topic, id, get(frame), receivedAt);
            if (number > lastRead) {
                decoded.add(new Line(number, arrival));
            }
        }
        position += frame.capacity();
    }

    /** @return number of the last arrival that was appended */
    long last() {
        return segments.lastEntry().getValue().last;
    }

    /** @return number of the last arrival that was read */
    long lastRead() {
        return lastRead;
    }

    /**
     * Deletes files that hold nothing else.
     *
     * @param number up to which all arrivals are in the database
     */
    void handled(long number) {
        handled = number;
        deleteHandled();
    }

    private void deleteHandled() {
        for (Segment each : segments.headMap(segments.lastKey()).values()) {
            if (each.last > handled) {
                return;
            }
            try {
                Files.deleteIfExists(each.file);
                segments.remove(each.number);
            } catch (IOException e) {
                LOG.debug("A file that is handled stays until the next try", e);
                return;
            }
        }
    }

    /** @return number of the newest file */
    long newest() {
        return segments.lastKey();
    }

    /** @return whether the newest file is as large as it should become */
    boolean isFull() {
        return segments.lastEntry().getValue().end >= ROOM;
    }

    /** @return whether there is nothing in the newest file */
    boolean isEmpty() {
        return segments.lastEntry().getValue().end == 0;
    }

    /**
     * Begins a new file. One caller at a time.
     *
     * @param begun takes down in the database that the file of this number is there, before anything is in it
     */
    void roll(LongConsumer begun) {
        long number = segments.lastKey() + 1;
        try {
            Path file = create(number);
            begun.accept(number);
            RandomAccessFile next = new RandomAccessFile(file.toFile(), "rw");
            synchronized (appending) {
                cutTorn();
                out.close();
                out = next;
                active = new Segment(number, file, active.last);
                segments.put(number, active);
            }
        } catch (IOException e) {
            throw new StoreException("the file " + path(number) + " cannot be begun: " + e, e);
        }
        deleteHandled();
    }

    private void closeIn() throws IOException {
        RandomAccessFile content = in;
        in = null;
        if (content != null) {
            content.close();
        }
    }

    @Override
    public void close() {
        try {
            synchronized (appending) {
                out.close();
            }
            synchronized (reading) {
                closeIn();
            }
        } catch (IOException e) {
            throw new StoreException("the files " + files + ".journal.* could not be closed: " + e, e);
        }
    }
}
