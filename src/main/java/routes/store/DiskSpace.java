package routes.store;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Room on the disk of an embedded database. HSQLDB only warns when its log cannot be written: what is committed on a full
 * disk looks well, and is gone after a crash. Hence nothing is written while there is less than a reserve that any
 * transaction fits into. Thread-safe.
 */
final class DiskSpace {

    private static final long RESERVE_MB = 256;
    /** With twice the reserve: nobody writes the other half in that time. */
    private static final long LOOK_EVERY_NANOS = Duration.ofMillis(100).toNanos();

    private final @Nullable File folder;
    private volatile long enoughUntil = System.nanoTime();

    private DiskSpace(@Nullable File folder) {
        this.folder = folder;
    }

    /** @param database path of the database's files, without ending */
    static DiskSpace around(String database) {
        return new DiskSpace(
                Objects.requireNonNull(Path.of(database).toAbsolutePath().getParent(), "an absolute path has a folder")
                        .toFile());
    }

    /** For a database that looks after its disk itself. */
    static DiskSpace ofNobody() {
        return new DiskSpace(null);
    }

    boolean isEnough() {
        return folder == null || freeMb(folder) >= RESERVE_MB;
    }

    /** @throws StoreException when there is less than the reserve */
    void require() {
        long now = System.nanoTime();
        if (folder == null || now - enoughUntil < 0) {
            return;
        }
        long free = freeMb(folder);
        if (free < RESERVE_MB) {
            throw new StoreException("the disk is full: " + free + " MB are free around " + folder
                    + ", and nothing is written with less than " + RESERVE_MB);
        }
        if (free >= 2 * RESERVE_MB) {
            enoughUntil = now + LOOK_EVERY_NANOS;
        }
    }

    private static long freeMb(File folder) {
        return folder.getUsableSpace() >> 20;
    }
}
