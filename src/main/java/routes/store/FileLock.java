package routes.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps a second process away from an embedded database. The system lets go of it when the process dies. */
final class FileLock implements AutoCloseable {

    private final Path file;
    private final FileChannel channel;

    private FileLock(Path file, FileChannel channel) {
        this.file = file;
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
                    return new FileLock(file, channel);
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
        try {
            return channel.size() > 0;
        } catch (IOException e) {
            throw new StoreException("the database's lock cannot be read", e);
        }
    }

    /**
     * Takes down that there is a database now: from then on one whose files are gone is not taken for a new one. That is on
     * disk when it returns, as are the names of the database's files.
     */
    void markAsUsed() {
        try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            if (!isUsed()) {
                folder.force(true);
                channel.write(
                        ByteBuffer.wrap("A database is kept beside this file.\n".getBytes(StandardCharsets.US_ASCII)));
                channel.force(true);
            }
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
