package routes.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * One commit for all who wait: what comes in while a commit is under way goes into the next one. There is no artificial
 * delay, so a single entry waits for its own commit only.
 *
 * <p>Thread-safe; writes on one thread of its own.
 */
final class GroupCommit<T> implements AutoCloseable {

    private record Entry<T>(T value, CompletableFuture<Void> committed) {}

    private final BlockingQueue<Entry<T>> queue;
    private final int most;
    private final Consumer<List<T>> writer;
    private final Executor teller;
    private final Thread thread;
    private volatile boolean closed;

    /**
     * @param room entries that may wait; further ones are refused
     * @param most entries in one commit
     * @param writer writes them in one transaction, all or nothing
     */
    GroupCommit(String name, int room, int most, Consumer<List<T>> writer) {
        this(name, room, most, writer, Runnable::run);
    }

    /**
     * @param room entries that may wait; further ones are refused
     * @param most entries in one commit
     * @param writer writes them in one transaction, all or nothing
     * @param teller completes what waited for a commit while the next one is written
     */
    GroupCommit(String name, int room, int most, Consumer<List<T>> writer, Executor teller) {
        this.queue = new LinkedBlockingQueue<>(room);
        this.most = most;
        this.writer = writer;
        this.teller = teller;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** @return done when the value is durable; failed with {@link StoreException} when it is not and nothing of it is stored */
    CompletableFuture<Void> add(T value) {
        Entry<T> entry = new Entry<>(value, new CompletableFuture<>());
        if (closed || !queue.offer(entry)) {
            entry.committed.completeExceptionally(
                    new StoreException(closed ? "the store is closing" : "more is coming in than can be stored"));
        }
        return entry.committed;
    }

    private void run() {
        List<Entry<T>> batch = new ArrayList<>(most);
        while (!closed || !queue.isEmpty()) {
            try {
                batch.add(queue.take());
            } catch (InterruptedException e) {
                // Only close() interrupts: what is left in the queue is still written.
                continue;
            }
            queue.drainTo(batch, most - 1);
            write(batch);
            batch.clear();
        }
    }

    private void write(List<Entry<T>> batch) {
        List<Entry<T>> written = List.copyOf(batch);
        try {
            writer.accept(written.stream().map(Entry::value).toList());
        } catch (RuntimeException | Error e) {
            // Also when the memory is full: the next ones may fit again, and somebody has to write them.
            StoreException failure = e instanceof StoreException known ? known : new StoreException("not stored", e);
            tell(() -> written.forEach(entry -> entry.committed.completeExceptionally(failure)));
            return;
        }
        tell(() -> written.forEach(entry -> entry.committed.complete(null)));
    }

    private void tell(Runnable outcome) {
        try {
            teller.execute(outcome);
        } catch (RejectedExecutionException | Error e) {
            // It has ended before us, or gets no thread; those who wait are still to be told.
            outcome.run();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
