package routes.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import routes.Eventually;

class GroupCommitTest {

    private final List<List<String>> written = new ArrayList<>();
    private final CountDownLatch disk = new CountDownLatch(1);

    private void slowly(List<String> values) {
        try {
            disk.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (written) {
            written.add(values);
        }
    }

    @Test
    void allWhoWaitShareTheNextCommit() {
        try (GroupCommit<String> commits = new GroupCommit<>("test", 100, 100, this::slowly)) {
            List<CompletableFuture<Void>> waiting = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                waiting.add(commits.add("entry " + i));
            }
            assertFalse(waiting.get(0).isDone(), "nobody is answered before the commit");
            disk.countDown();
            waiting.forEach(CompletableFuture::join);
        }
        assertTrue(written.size() <= 2, () -> "50 entries in " + written.size() + " commits");
        assertEquals(50, written.stream().mapToInt(List::size).sum());
    }

    @Test
    void moreThanThereIsRoomForIsRefusedAtOnce() {
        try (GroupCommit<String> commits = new GroupCommit<>("test", 2, 1, this::slowly)) {
            CompletableFuture<Void> underWay = commits.add("under way");
            Eventually.holds("a place is free again", () -> {
                CompletableFuture<Void> first = commits.add("first");
                return !first.isCompletedExceptionally();
            });
            List<CompletableFuture<Void>> more = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                more.add(commits.add("more"));
            }
            CompletableFuture<Void> last = more.get(4);
            assertTrue(last.isCompletedExceptionally());
            CompletionException failure = assertThrows(CompletionException.class, last::join);
            assertInstanceOf(StoreException.class, failure.getCause());
            disk.countDown();
            underWay.join();
        }
    }

    @Test
    void aCommitThatFailsFailsForAllInItAndTheNextGoesOn() {
        CompletableFuture<Void> bad;
        CompletableFuture<Void> good;
        try (GroupCommit<String> commits = new GroupCommit<>("test", 10, 10, values -> {
            if (values.contains("bad")) {
                throw new IllegalStateException("the disk is full");
            }
        })) {
            bad = commits.add("bad");
            assertInstanceOf(
                    StoreException.class,
                    assertThrows(CompletionException.class, bad::join).getCause());
            good = commits.add("good");
            good.join();
        }
        assertTrue(good.isDone());
    }

    @Test
    void whoWaitsIsToldAlsoWhenNoThreadCanBeHadForIt() {
        try (GroupCommit<String> commits = new GroupCommit<>("test", 10, 10, values -> {}, told -> {
            throw new OutOfMemoryError("unable to create native thread");
        })) {
            commits.add("first").orTimeout(10, TimeUnit.SECONDS).join();
            commits.add("second").orTimeout(10, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void whatIsInTheQueueWhenItClosesIsStillWritten() {
        GroupCommit<String> commits = new GroupCommit<>("test", 10, 10, values -> {
            synchronized (written) {
                written.add(values);
            }
        });
        List<CompletableFuture<Void>> entries = List.of(commits.add("a"), commits.add("b"), commits.add("c"));

        commits.close();

        entries.forEach(CompletableFuture::join);
        assertTrue(commits.add("late").isCompletedExceptionally());
    }
}
