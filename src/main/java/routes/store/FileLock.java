package routes.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a second process away from an embedded database, and says whether there is one yet. The system lets go of it when
 * the process dies.
 */
final class FileLock implements AutoCloseable {

    private static final String USED = "A database is kept beside this file.\n";
    private static final String BEING_MADE = "A database is being made beside this file.\n";
    private static final int LONGEST = 100;

    private final FileChannel channel;

    private FileLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * @param database path of the database's files, without ending
     * @throws StoreException when another process has it, or the folder cannot be written
     */
    static FileLock take(String database) {
        Path file = Path.of(database + ".lock").toAbsolutePath();
        try {
            Files.createDirectories(file.getParent());
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                if (channel.tryLock() != null) {
                    return new FileLock(channel);
                }
            } catch (OverlappingFileLockException e) {
                // Held by this very process: the same answer.
            }
            channel.close();
        } catch (IOException e) {
            throw new StoreException("the folder of the database cannot be written: " + file.getParent(), e);
        }
        throw new StoreException("another process already uses the database at " + database
                + "; several instances need PostgreSQL (DATABASE_URL)");
    }

    /** @return whether {@link #markAsUsed} was called in this or an earlier process */
    boolean isUsed() {
        return !said().isEmpty() && !isBeingMade();
    }

    /** @return whether {@link #markAsBeingMade} was called in this or an earlier process, and {@link #markAsUsed} not yet */
    boolean isBeingMade() {
        return said().equals(BEING_MADE);
    }

    /** Takes down that there is a database now: from then on one whose files are gone is not taken for a new one. */
    void markAsUsed() {
        if (!isUsed()) {
            say(USED);
        }
    }

    /** Takes down that what there is of a database until {@link #markAsUsed} holds nothing yet. */
    void markAsBeingMade() {
        say(BEING_MADE);
    }

    private String said() {
        try {
            ByteBuffer said = ByteBuffer.allocate(LONGEST);
            int length = Math.max(0, channel.read(said, 0));
            return new String(said.array(), 0, length, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new StoreException("the database's lock cannot be read", e);
        }
    }

    /** On disk when it returns: what is said of the database decides whether it is kept. */
    private void say(String text) {
        try {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
            channel.truncate(text.length());
            channel.force(true);
        } catch (IOException e) {
            throw new StoreException("the database's lock cannot be written", e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StoreException("the database's lock could not be released", e);
        }
    }
}
