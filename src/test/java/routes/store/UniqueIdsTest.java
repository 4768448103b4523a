package routes.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.harness.Deadline;

class UniqueIdsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** More than are read at once. */
    private static final int BEFORE = 2_500;

    private Database database;

    @BeforeEach
    void open(@TempDir Path folder) {
        database = Database.open(TestDatabase.HSQLDB.url(folder), "SA", "");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void insert(String prefix, int count) {
        List<Object[]> rows = IntStream.range(0, count)
                .mapToObj(i -> new Object[] {
                    database.ids().next(), prefix + i, "Read Conversation", "contact", null, 0L, "webhook", 0, 0L, 1L
                })
                .toList();
        database.transaction(() -> database.batch("insert-event", rows));
    }

    /** Returns when nobody reads a log any more. */
    static void awaitRead() {
        Deadline.await("reading ends", PATIENCE, () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("read-unique-ids")));
    }

    private static void awaitComplete(UniqueIds ids) {
        Deadline.await("the log is read", PATIENCE, () -> !ids.mayContain("nobody's"));
    }

    @Test
    void missesNoneThatWasInTheLogBefore() {
        insert("before-", BEFORE);

        try (UniqueIds ids = new UniqueIds(database)) {
            assertEquals(
                    BEFORE,
                    IntStream.range(0, BEFORE)
                            .filter(i -> ids.mayContain("before-" + i))
                            .count());
            awaitComplete(ids);
            assertEquals(
                    BEFORE,
                    IntStream.range(0, BEFORE)
                            .filter(i -> ids.mayContain("before-" + i))
                            .count());
        }
    }

    @Test
    void tellsNewOnesFromThoseThatWereAdded() {
        try (UniqueIds ids = new UniqueIds(database)) {
            awaitComplete(ids);
            IntStream.range(0, 100_000).forEach(i -> ids.add("added-ü-" + i));

            assertTrue(IntStream.range(0, 100_000).allMatch(i -> ids.mayContain("added-ü-" + i)));
            long mistaken = IntStream.range(0, 100_000)
                    .filter(i -> ids.mayContain("new-ü-" + i))
                    .count();
            assertTrue(mistaken < 100, "of 100,000 new ones taken for known: " + mistaken);
        }
    }

    @Test
    void blanksAtTheEndMakeNoDifference() {
        try (UniqueIds ids = new UniqueIds(database)) {
            awaitComplete(ids);
            ids.add("padded  ");

            assertTrue(ids.mayContain("padded"));
            assertTrue(ids.mayContain("padded "));
            assertFalse(ids.mayContain(" padded"));
        }
    }

    @Test
    void takesEveryEventForKnownWhereTheLogCannotBeRead() {
        database.transaction(() -> database.jdbc().update("ALTER TABLE event RENAME TO lost"));

        try (UniqueIds ids = new UniqueIds(database)) {
            awaitRead();

            assertTrue(ids.mayContain("anything"));
        }
    }
}
