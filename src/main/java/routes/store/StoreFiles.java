package routes.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The files of an embedded database before HSQLDB opens them. Some that are missing it would take for a database that is
 * new, or holds less; that is refused here. What a crash leaves is put in order.
 */
final class StoreFiles {

    private static final int STEP = 64 * 1024;
    /** Where HSQLDB 2.7 keeps it in the head of the file. */
    private static final int END_OF_ROWS = 12;

    private static final List<String> ENDINGS = Stream.of(".properties", ".script", ".data", ".log", ".backup", ".lobs")
            .flatMap(ending -> Stream.of(ending, ending + ".new", ending + ".old"))
            .toList();

    private final String database;

    /** @param database path of the files, without ending */
    StoreFiles(String database) {
        this.database = database;
    }

    /** @return whether there is anything of a database */
    boolean exist() {
        return ENDINGS.stream().anyMatch(this::exists);
    }

    /** @throws StoreException when they cannot be deleted */
    void delete() {
        try {
            for (String ending : ENDINGS) {
                Files.deleteIfExists(Path.of(database + ending));
            }
        } catch (IOException e) {
            throw new StoreException("the files of the database at " + database + " cannot be deleted: " + e, e);
        }
    }

    /**
     * @param used whether the database has been opened before
     * @throws StoreException when files are missing
     */
    void prepare(boolean used) {
        try {
            for (String file : new String[] {".script", ".data"}) {
                // A crash while one takes the other's place leaves the new one, which HSQLDB goes on with.
                if (used && !exists(file) && !exists(file + ".new")) {
                    throw new StoreException("the database at " + database + " has been in use, and its file "
                            + database + file + " is gone; restore the folder from a backup, or remove "
                            + database + ".lock and what is left beside it to begin with an empty database");
                }
            }
            String state = state();
            if (state.equals("yes") && !exists(".log")) {
                throw new StoreException("the database at " + database + " was not closed, and its file " + database
                        + ".log with the last changes is gone; restore the folder from a backup");
            }
            if (state.equals("no") && isCutShort()) {
                throw new StoreException(
                        "the end of the file " + database + ".data is missing; restore the folder from a backup");
            }
            cutTornRecord();
        } catch (IOException e) {
            throw new StoreException("the files of the database at " + database + " cannot be read: " + e, e);
        }
    }

    private boolean exists(String ending) {
        return Files.exists(Path.of(database + ending));
    }

    /** @return {@code no} when it was closed, {@code yes} when its process died, another word in between; empty: unknown */
    private String state() throws IOException {
        Path file = Path.of(database + ".properties");
        Properties properties = new Properties();
        if (Files.exists(file)) {
            try (InputStream stream = Files.newInputStream(file)) {
                properties.load(stream);
            } catch (IllegalArgumentException e) {
                // Noise: HSQLDB refuses it.
            }
        }
        return properties.getProperty("modified", "");
    }

    /** Whether the file of rows ends before the place where, by its own head, the last row does. */
    private boolean isCutShort() throws IOException {
        if (!exists(".data")) {
            return false;
        }
        try (RandomAccessFile rows = new RandomAccessFile(database + ".data", "r")) {
            if (rows.length() < END_OF_ROWS + Long.BYTES) {
                return true;
            }
            rows.seek(END_OF_ROWS);
            return rows.readLong() > rows.length();
        }
    }

    /**
     * A record ends with a line feed. What comes after the last one was being written when the process or the machine
     * died: nobody was told that it is stored. Anything else in the log that cannot be read makes HSQLDB refuse.
     */
    private void cutTornRecord() throws IOException {
        if (!exists(".log")) {
            return;
        }
        try (RandomAccessFile log = new RandomAccessFile(database + ".log", "rw")) {
            long end = log.length();
            byte[] read = new byte[STEP];
            for (long from = end; from > 0; ) {
                int length = (int) Math.min(STEP, from);
                from -= length;
                log.seek(from);
                log.readFully(read, 0, length);
                for (int i = length - 1; i >= 0; i--) {
                    if (read[i] == '\n') {
                        log.setLength(from + i + 1);
                        return;
                    }
                }
            }
            log.setLength(0);
        }
    }
}
