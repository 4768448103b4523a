package routes.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of the embedded database after a crash and after damage. A torn last record costs nothing that was acknowledged;
 * what cannot be trusted is refused with a word on what to do, and never taken for an empty database.
 */
class DamagedStoreTest {

    /** Rows of the inbox. */
    private static final int STORED = 12;
    /** After those, in the journal. */
    private static final int ARRIVED = 6;

    private static final int ALL = STORED + ARRIVED;
    private static final String BODY = "{\"topic\":\"conversation.read\",\"text\":\"Grüße " + noise() + "\"}";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    /** As the files were when the process died with all of it acknowledged, and when it closed them. */
    @SuppressWarnings("NullAway.Init")
    private static Path crashed;

    @SuppressWarnings("NullAway.Init")
    private static Path closed;

    /** Length of the log when each was acknowledged. */
    private static final List<Long> LENGTHS = new ArrayList<>();

    private static final List<Long> JOURNAL_LENGTHS = new ArrayList<>();

    private static final String JOURNAL = "store.journal.1";
    private static final String BEING_MADE = "store.being-made";

    private static int copies;

    /** Of the length of a body, and not to be deflated to nothing. */
    private static String noise() {
        byte[] noise = new byte[2_400];
        new Random(4).nextBytes(noise);
        return Base64.getEncoder().encodeToString(noise);
    }

    @BeforeAll
    static void store() throws IOException {
        Path live = Files.createDirectory(folder.resolve("live"));
        Database database = open(live);
        try (Inbox inbox = new Inbox(database, Clock.systemUTC())) {
            for (int i = 0; i < STORED; i++) {
                reconcile(database, i);
                LENGTHS.add(Files.size(live.resolve("store.log")));
            }
            for (int i = 0; i < ARRIVED; i++) {
                inbox.store("conversation.read", "notif_" + i, BODY.getBytes(UTF_8))
                        .join();
                JOURNAL_LENGTHS.add(Files.size(live.resolve(JOURNAL)));
            }
            crashed = copy(live);
        } finally {
            database.close();
        }
        closed = copy(live);
    }

    private static void reconcile(Database database, int number) {
        List<InboxEntry> found = List.of(new InboxEntry(
                number,
                number,
                Origin.RECONCILE,
                "conversation.read",
                "conv",
                Instant.EPOCH,
                0,
                null,
                BODY.getBytes(UTF_8)));
        database.transaction(() -> {
            database.texts().insertNotifications(found);
            database.insertInbox(found);
            return found;
        });
    }

    private static Database open(Path files) {
        return Database.open("jdbc:hsqldb:file:" + files.resolve("store"), "SA", "");
    }

    private static Path copy(Path files) throws IOException {
        Path copy = Files.createDirectory(folder.resolve("copy-" + copies++));
        copy(files, copy);
        return copy;
    }

    /** In the place of all that is there. */
    private static void copy(Path files, Path to) throws IOException {
        for (Path file : files(to)) {
            Files.delete(file);
        }
        for (Path file : files(files)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> each = Files.list(folder)) {
            return each.filter(Files::isRegularFile).toList();
        }
    }

    /** How many notifications are there, each of them whole. */
    private static int count(Path files) {
        Database database = open(files);
        try (Inbox inbox = new Inbox(database, Clock.systemUTC())) {
            List<InboxEntry> entries = inbox.claimLive(100);
            entries.forEach(entry -> assertEquals(BODY, new String(entry.body(), UTF_8)));
            return entries.size();
        } finally {
            database.close();
        }
    }

    private static void cut(Path file, long length) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aCrashCostsNothing() throws IOException {
        assertEquals(ALL, count(copy(crashed)));
        assertEquals(ALL, count(copy(closed)));
    }

    /** From between two records, through each of the first and last bytes of the next, to some in its middle. */
    @TestFactory
    Stream<DynamicTest> aTornLastRecordCostsNothingThatWasAcknowledged() {
        long start = LENGTHS.get(STORED - 3);
        long next = LENGTHS.get(STORED - 2);
        long step = (next - start) / 6;
        return IntStream.concat(
                        IntStream.of(0, 1, 2, 10, 100),
                        IntStream.concat(
                                IntStream.rangeClosed(1, 5).map(i -> (int) (i * step)),
                                IntStream.rangeClosed(1, 6).map(i -> (int) (next - start - i))))
                .mapToObj(bytes -> DynamicTest.dynamicTest("cut " + bytes + " bytes behind", () -> {
                    Path files = copy(crashed);
                    cut(files.resolve("store.log"), start + bytes);

                    int count = count(files);

                    assertTrue(count == ALL - 2 || count == ALL - 1, () -> count + " are left");
                    assertEquals(count, count(files), "and after another start");
                }));
    }

    @Test
    void aTornLastFrameCostsNothingThatWasAcknowledged() throws IOException {
        long whole = JOURNAL_LENGTHS.get(ARRIVED - 2);
        for (long torn : List.of(whole, whole + 1, whole + 20, whole + 500, JOURNAL_LENGTHS.get(ARRIVED - 1) - 1)) {
            Path files = copy(crashed);
            cut(files.resolve(JOURNAL), torn);

            assertEquals(ALL - 1, count(files));
            assertEquals(ALL - 1, count(files), "and after another start");
        }
    }

    @Test
    void zerosThatAMachineLeftBehindTheLastRecordCostNothing() throws IOException {
        Path files = copy(crashed);
        byte[] log = Files.readAllBytes(files.resolve("store.log"));
        Files.write(files.resolve("store.log"), Arrays.copyOf(log, log.length + 4_096));
        byte[] journal = Files.readAllBytes(files.resolve(JOURNAL));
        Files.write(files.resolve(JOURNAL), Arrays.copyOf(journal, journal.length + 4_096));

        assertEquals(ALL, count(files));
    }

    private interface Damage {
        void to(Path files) throws IOException;
    }

    private static DynamicTest refused(String what, Path state, Damage damage) {
        return DynamicTest.dynamicTest(what, () -> {
            Path files = copy(state);
            damage.to(files);

            StoreException refusal = assertThrows(StoreException.class, () -> count(files));

            String said = String.valueOf(refusal.getMessage());
            assertTrue(said.contains(files.resolve("store").toString()), said);
            assertTrue(said.contains("restore"), said);
            StoreException again = assertThrows(StoreException.class, () -> count(files));
            assertTrue(String.valueOf(again.getMessage()).contains("restore"), "and not begun anew: " + again);
            copy(closed, files);
            assertEquals(ALL, count(files), "when it is restored");
        });
    }

    private static void overwrite(Path file, int from, int length, long seed) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        byte[] noise = new byte[length];
        new Random(seed).nextBytes(noise);
        System.arraycopy(noise, 0, bytes, from, Math.min(length, bytes.length - from));
        Files.write(file, bytes);
    }

    @TestFactory
    Stream<DynamicTest> whatCannotBeTrustedIsRefused() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String ending : List.of("script", "data")) {
            String file = "store." + ending;
            tests.add(refused(file + " is gone", closed, files -> Files.delete(files.resolve(file))));
            tests.add(refused(file + " is gone after a crash", crashed, files -> Files.delete(files.resolve(file))));
            tests.add(refused(file + " is empty", closed, files -> cut(files.resolve(file), 0)));
            tests.add(refused(
                    file + " is cut short",
                    closed,
                    files -> cut(files.resolve(file), Files.size(files.resolve(file)) / 4)));
            tests.add(
                    refused(file + " begins with noise", closed, files -> overwrite(files.resolve(file), 0, 2_000, 1)));
            tests.add(refused(
                    file + " is noise in the middle",
                    closed,
                    files -> overwrite(files.resolve(file), 2_000, 20_000, 2)));
        }
        tests.add(refused("store.log is gone", crashed, files -> Files.delete(files.resolve("store.log"))));
        tests.add(refused(
                "store.log is noise in the middle",
                crashed,
                files -> overwrite(files.resolve("store.log"), LENGTHS.get(3).intValue(), 300, 3)));
        tests.add(refused("store.log is zeros in the middle", crashed, files -> {
            byte[] log = Files.readAllBytes(files.resolve("store.log"));
            int from = LENGTHS.get(3).intValue();
            Arrays.fill(log, from, from + 300, (byte) 0);
            Files.write(files.resolve("store.log"), log);
        }));
        for (Path state : List.of(crashed, closed)) {
            tests.add(refused(JOURNAL + " is gone", state, files -> {
                try (Stream<Path> each = Files.list(files)) {
                    for (Path file : each.filter(file -> file.toString().contains(".journal."))
                            .toList()) {
                        Files.delete(file);
                    }
                }
            }));
            tests.add(refused(
                    JOURNAL + " begins with noise", state, files -> overwrite(files.resolve(JOURNAL), 0, 2_000, 5)));
            tests.add(refused(
                    JOURNAL + " is noise in the middle",
                    state,
                    files -> overwrite(
                            files.resolve(JOURNAL), JOURNAL_LENGTHS.get(2).intValue(), 300, 6)));
        }
        tests.add(refused("store.properties is empty", closed, files -> cut(files.resolve("store.properties"), 0)));
        tests.add(refused(
                "store.properties is noise", closed, files -> overwrite(files.resolve("store.properties"), 0, 200, 4)));
        tests.add(refused("all but the lock is gone", closed, files -> {
            try (Stream<Path> each = Files.list(files)) {
                for (Path file :
                        each.filter(file -> !file.toString().endsWith(".lock")).toList()) {
                    Files.delete(file);
                }
            }
        }));
        return tests.stream();
    }

    /** As the files are when the process dies before it has made them, while it does, and at the end of that. */
    @TestFactory
    Stream<DynamicTest> aNewDatabaseTakesInWebhooksBeforeItIsMade() throws IOException {
        Path live = Files.createDirectory(folder.resolve("not-made"));
        Path begun;
        try (Database database = open(live);
                Inbox inbox = new Inbox(database, Clock.systemUTC())) {
            inbox.store("conversation.read", "notif", BODY.getBytes(UTF_8)).join();
            begun = copy(live);
        }
        return Stream.of(
                DynamicTest.dynamicTest("before", () -> {
                    Path files = copy(begun);
                    assertFalse(Files.exists(files.resolve("store.script")));
                    assertEquals(1, count(files));
                    assertFalse(Files.exists(files.resolve(BEING_MADE)));
                }),
                DynamicTest.dynamicTest("while", () -> {
                    Path files = copy(begun);
                    for (String ending : List.of("script", "data", "log", "properties")) {
                        byte[] half = Files.readAllBytes(crashed.resolve("store." + ending));
                        Files.write(files.resolve("store." + ending), Arrays.copyOf(half, half.length / 2));
                    }
                    assertEquals(1, count(files));
                    assertEquals(1, count(files), "and after another start");
                    assertTrue(Files.exists(files.resolve("store.unfinished-1.script")), "nothing is deleted");
                }),
                DynamicTest.dynamicTest("when all but the mark is there", () -> {
                    Path files = copy(live);
                    cut(files.resolve("store.lock"), 0);
                    Files.createFile(files.resolve(BEING_MADE));
                    assertEquals(1, count(files));
                }),
                DynamicTest.dynamicTest("after", () -> assertEquals(1, count(live))));
    }

    @Test
    void aMarkThatWasLeftBesideADatabaseInUseSaysNothing() throws IOException {
        Path files = copy(crashed);
        Files.createFile(files.resolve(BEING_MADE));

        assertEquals(ALL, count(files));
        assertFalse(Files.exists(files.resolve(BEING_MADE)));
    }

    @Test
    void aDatabaseThatCannotBeMadeIsBegunAnewByTheNextStart() throws IOException {
        Path files = Files.createDirectory(folder.resolve("cannot-be-made"));
        try (Database database = open(files);
                Inbox inbox = new Inbox(database, Clock.systemUTC())) {
            inbox.store("conversation.read", "notif", BODY.getBytes(UTF_8)).join();
            Files.createDirectory(files.resolve("store.script"));

            StoreException failure = assertThrows(StoreException.class, database::require);

            assertTrue(String.valueOf(failure.getMessage()).contains(files.toString()), failure::toString);
        }
        assertEquals(1, count(files));
    }

    /** What is refused is not marked: a database that is then put there without its lock is nobody's half. */
    @Test
    void aJournalThatCannotBeReadIsRefusedWithoutADatabase() throws IOException {
        Path files = Files.createDirectory(folder.resolve("journal-only"));
        Files.copy(crashed.resolve(JOURNAL), files.resolve(JOURNAL));
        overwrite(files.resolve(JOURNAL), 0, 2_000, 7);

        assertThrows(StoreException.class, () -> count(files));

        copy(closed, files);
        Files.delete(files.resolve("store.lock"));
        assertEquals(ALL, count(files));
    }

    @Test
    void aDatabaseThatWasCopiedWithoutItsLockIsKept() throws IOException {
        for (Path state : List.of(crashed, closed)) {
            Path files = copy(state);
            Files.delete(files.resolve("store.lock"));

            assertEquals(ALL, count(files));
            assertEquals(ALL, count(files), "and after another start");
        }
    }

    @Test
    void anEmptyFolderIsANewDatabase() throws IOException {
        assertEquals(0, count(Files.createDirectory(folder.resolve("new"))));
    }
}
