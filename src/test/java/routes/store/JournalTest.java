package routes.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrivals in files that are only appended to. */
class JournalTest {

    private static final long AT = 1_700_000_000_000L;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Journal open(long handled, long begun) {
        return new Journal(folder.resolve("store").toString(), handled, begun);
    }

    private static Journal.Arrival arrival(String body) {
        return new Journal.Arrival("conversation.read", "notif_" + body, body.getBytes(UTF_8), AT + body.length());
    }

    private static void append(Journal journal, String... bodies) {
        journal.append(Arrays.stream(bodies).map(JournalTest::arrival).toList());
    }

    private static List<String> read(Journal journal, int most) {
        return journal.read(most).stream()
                .map(line -> line.number() + " " + new String(line.arrival().body(), UTF_8))
                .toList();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private Path file(int number) {
        return folder.resolve("store.journal." + number);
    }

    @Test
    void whatIsAppendedIsReadInOrderAsItWas() {
        try (Journal journal = open(0, 0)) {
            append(journal, "a", "Grüße, 你好");
            append(journal, "");
            Instant first = journal.nextReceivedAt();
            List<Journal.Line> lines = journal.read(2);
            assertEquals(Instant.ofEpochMilli(AT + 1), first);
            assertEquals("conversation.read", lines.get(1).arrival().topic());
            assertEquals("notif_Grüße, 你好", lines.get(1).arrival().notificationId());
            assertEquals("Grüße, 你好", new String(lines.get(1).arrival().entry(7).body(), UTF_8));
            assertEquals(List.of("3 "), read(journal, 10));
            assertEquals(List.of(), read(journal, 10));
            assertNull(journal.nextReceivedAt());
            append(journal, "later");
            assertEquals(List.of("4 later"), read(journal, 10));
        }
    }

    @Test
    void largeOnesAreReadAFewAtATime() {
        String large = "x".repeat(5 << 20);
        try (Journal journal = open(0, 0)) {
            append(journal, large, large, "c");
            append(journal, "d");
            assertEquals(2, read(journal, 10).size());
            assertEquals(List.of("3 c", "4 d"), read(journal, 10));
        }
    }

    @Test
    void whatIsNotHandledIsReadAgainByTheNextProcess() {
        try (Journal journal = open(0, 0)) {
            append(journal, "a", "b", "c");
            append(journal, "d");
            read(journal, 10);
            journal.handled(2);
        }
        try (Journal journal = open(2, 1)) {
            assertEquals(4, journal.last());
            append(journal, "e");
            assertEquals(List.of("3 c", "4 d", "5 e"), read(journal, 10));
        }
    }

    @Test
    void aFileIsDeletedWhenAllOfItIsHandledAndNumbersGoOn() throws IOException {
        List<Long> begun = new ArrayList<>();
        try (Journal journal = open(0, 0)) {
            append(journal, "a", "b");
            read(journal, 1);
            journal.roll(begun::add);
            append(journal, "c");
            journal.handled(1);
            assertEquals(List.of("store.journal.1", "store.journal.2"), files());
            assertEquals(List.of("2 b", "3 c"), read(journal, 10), "from one file into the next");
            journal.handled(3);
            assertEquals(List.of("store.journal.2"), files());
            journal.roll(begun::add);
        }
        assertEquals(List.of(2L, 3L), begun);
        assertEquals(List.of("store.journal.3"), files());
        try (Journal journal = open(3, 3)) {
            assertTrue(journal.isEmpty());
            append(journal, "d");
            assertEquals(List.of("4 d"), read(journal, 10));
        }
    }

    @Test
    void aFileThatIsFullSaysSo() {
        try (Journal journal = open(0, 0)) {
            Journal.Arrival large = new Journal.Arrival("conversation.read", "notif_1", new byte[9 << 20], AT);
            journal.append(List.of(large));
            assertFalse(journal.isFull());
            journal.append(List.of(large));
            assertTrue(journal.isFull());
        }
    }

    @Test
    void aFrameThatIsNotWholeIsCutOffAndWrittenOver() throws IOException {
        long whole;
        try (Journal journal = open(0, 0)) {
            append(journal, "a");
            whole = Files.size(file(1));
            append(journal, "b", "c");
        }
        byte[] all = Files.readAllBytes(file(1));
        for (int length = all.length - 1; length > whole; length--) {
            Files.write(file(1), Arrays.copyOf(all, length));
            try (Journal journal = open(0, 1)) {
                assertEquals(whole, Files.size(file(1)), "cut at " + length);
                append(journal, "d");
                assertEquals(List.of("1 a", "2 d"), read(journal, 10));
            }
        }
    }

    @Test
    void everyDamageBeforeTheLastFrameIsRefused() throws IOException {
        long last;
        try (Journal journal = open(0, 0)) {
            append(journal, "a");
            append(journal, "b", "c");
            last = Files.size(file(1));
            append(journal, "d");
        }
        byte[] all = Files.readAllBytes(file(1));
        for (int at = 0; at < last; at++) {
            byte[] damaged = all.clone();
            damaged[at] ^= 0x10;
            Files.write(file(1), damaged);
            StoreException refused = assertThrows(StoreException.class, () -> open(0, 1), "byte " + at);
            assertTrue(String.valueOf(refused.getMessage()).contains("restore"), refused.getMessage());
        }
    }

    @Test
    void aFileThatIsMissingIsRefused() throws IOException {
        try (Journal journal = open(0, 0)) {
            append(journal, "a");
            journal.roll(number -> {});
            append(journal, "b");
            journal.roll(number -> {});
            append(journal, "c");
        }
        byte[] first = Files.readAllBytes(file(1));
        Files.delete(file(1));
        assertThrows(StoreException.class, () -> open(0, 3), "the first");
        open(1, 3).close();

        Files.write(file(1), first);
        byte[] second = Files.readAllBytes(file(2));
        Files.delete(file(2));
        assertThrows(StoreException.class, () -> open(0, 3), "one between");

        Files.write(file(2), second);
        Files.delete(file(3));
        assertThrows(StoreException.class, () -> open(0, 3), "the newest");
    }

    @Test
    void whatIsAppendedMeanwhileIsReadToo() {
        int count = 2_000;
        try (Journal journal = open(0, 0)) {
            CompletableFuture<Void> writer = CompletableFuture.runAsync(
                    () -> IntStream.range(0, count).forEach(i -> append(journal, "body " + i)));
            List<String> read = new ArrayList<>();
            while (read.size() < count && !(writer.isDone() && journal.lastRead() == journal.last())) {
                read.addAll(read(journal, 7));
                if (read.size() > 500 && journal.newest() == 1) {
                    journal.roll(number -> {});
                }
            }
            writer.join();
            assertEquals(
                    IntStream.range(0, count)
                            .mapToObj(i -> (i + 1) + " body " + i)
                            .toList(),
                    read);
        }
    }
}
