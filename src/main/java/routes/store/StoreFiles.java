package routes.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of an embedded database before HSQLDB opens them. Some that are missing it would take for a database that is
 * new, or holds less; that is refused here. What a crash leaves is put in order.
 */
final class StoreFiles {

    private static final Logger LOG = LoggerFactory.getLogger(StoreFiles.class);

    private static final int STEP = 64 * 1024;
    /** Where HSQLDB 2.7 keeps it in the head of the file. */
    private static final int END_OF_ROWS = 12;

    /** In front of it, while there is no database yet, only the journal is of worth. */
    private static final String BEING_MADE = ".being-made";

    /** HSQLDB's: neither the lock nor the journal. */
    private static final List<String> ENDINGS = Stream.of(".properties", ".script", ".data", ".log", ".backup", ".lobs")
            .flatMap(ending -> Stream.of(ending, ending + ".new", ending + ".old"))
            .toList();

    private final String database;

    /** @param database path of the files, without ending */
    StoreFiles(String database) {
        this.database = database;
    }

    /** @return whether there is anything of HSQLDB's */
    boolean areThere() {
        return ENDINGS.stream().anyMatch(this::isThere);
    }

    /** Takes down that HSQLDB's files, which are not there yet, hold nothing until {@link #markAsMade}. */
    void markAsBeingMade() {
        Path mark = Path.of(database + BEING_MADE).toAbsolutePath();
        try (FileChannel folder = FileChannel.open(mark.getParent(), StandardOpenOption.READ)) {
            Files.write(mark, new byte[0]);
            folder.force(true);
        } catch (IOException e) {
            throw new StoreException("the file " + mark + " cannot be written: " + e, e);
        }
    }

    /** @return whether a process died, or could go no further, before {@link #markAsMade} */
    boolean areBeingMade() {
        return isThere(BEING_MADE);
    }

    /** To be called when the lock says that they are in use, which counts for more than a mark that could not be deleted. */
    void markAsMade() {
        try {
            Files.deleteIfExists(Path.of(database + BEING_MADE));
        } catch (IOException e) {
            LOG.debug("The mark stays", e);
        }
    }

    /** Gives HSQLDB's files other names: what was made by halves, unless somebody has put a database of theirs in its place. */
    void moveAside() {
        int number = 1;
        while (aside(number).areThere()) {
            number++;
        }
        StoreFiles aside = aside(number);
        try {
            for (String ending : ENDINGS) {
                if (isThere(ending)) {
                    Files.move(Path.of(database + ending), Path.of(aside.database + ending));
                }
            }
        } catch (IOException e) {
            throw new StoreException("the files of the database at " + database + " cannot be moved: " + e, e);
        }
        if (aside.areThere()) {
            LOG.warn(
                    "A start before this one ended while it made the database; what it left is now {}.*",
                    aside.database);
        }
    }

    private StoreFiles aside(int number) {
        return new StoreFiles(database + ".unfinished-" + number);
    }

    /** For those that this process has made. */
    void delete() {
        try {
            for (String ending : ENDINGS) {
                Files.deleteIfExists(Path.of(database + ending));
            }
        } catch (IOException e) {
            LOG.debug("What was made by halves stays until the next start", e);
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
                if (used && !isThere(file) && !isThere(file + ".new")) {
                    throw new StoreException("the database at " + database + " has been in use, and its file "
                            + database + file + " is gone; restore the folder from a backup, or remove "
                            + database + ".lock and what is left beside it to begin with an empty database");
                }
            }
            String state = state();
            if (state.equals("yes") && !isThere(".log")) {
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

    private boolean isThere(String ending) {
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
        if (!isThere(".data")) {
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
        if (!isThere(".log")) {
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
