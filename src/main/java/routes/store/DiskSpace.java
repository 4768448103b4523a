package routes.store;

import java.io.File;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Room on the disk of an embedded database. HSQLDB only warns when its log cannot be written: what is committed on a full
 * disk looks well, and is gone after a crash. Hence nothing is written while there is less than a reserve that any
 * transaction fits into. Thread-safe.
 */
final class DiskSpace {

    private static final long RESERVE_MB = 256;

    private final @Nullable File folder;

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
        if (folder != null && freeMb(folder) < RESERVE_MB) {
            throw new StoreException("the disk is full: " + freeMb(folder) + " MB are free around " + folder
                    + ", and nothing is written with less than " + RESERVE_MB);
        }
    }

    private static long freeMb(File folder) {
        return folder.getUsableSpace() >> 20;
    }
}
