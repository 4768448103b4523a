package routes.store;

import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes what has become of a batch of inbox entries while the next batch is read and mapped: one at a time, in the order
 * they are given. Its texts are packed while the batch before is written. Not while senders wait for their commits in
 * numbers, nor on a shared database, where a claim is given back only after all of it is written: then it returns when the
 * batch is in the log.
 *
 * <p>Thread-safe, as a route that is replaced goes on on another thread; one at a time claims, reads and records.
 */
public final class Recorder implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 5;
    /** One writes, one prepares what is written next. */
    private static final int THREADS = 2;

    private final DeliveryLog log;
    private final Inbox inbox;
    private final boolean alone;
    private final ExecutorService writers;
    private @Nullable Future<?> underWay;
    private Set<String> told = Set.of();

    /** @param name of the threads that write */
    public Recorder(String name, DeliveryLog log, Inbox inbox) {
        this.log = log;
        this.inbox = inbox;
        alone = log.isAlone();
        writers = Executors.newFixedThreadPool(THREADS, work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * @return {@code unique_id}s of events of the batch before: whoever asked the log for them while it was written may have
     *     heard that they are not known
     */
    public synchronized Set<String> told() {
        return told;
    }

    /**
     * Writes a batch, all or nothing; what is not written is still in the inbox, and will be read again.
     *
     * @throws StoreException as {@link DeliveryLog#record}, for this batch or for the one before: then this one is not
     *     written either
     */
    public synchronized void record(HandOver handOver) {
        // Nobody takes for known what is about to be forgotten.
        if (!alone || inbox.isRush() || !handOver.forgotten.isEmpty()) {
            finish();
            log.record(handOver);
            return;
        }
        Set<Long> entries = handOver.entries();
        Future<DeliveryLog.Prepared> prepared = submit(() -> log.prepare(handOver));
        finish();
        inbox.withhold(entries);
        try {
            underWay = submit(() -> {
                try {
                    log.record(await(prepared));
                } finally {
                    inbox.release(entries);
                }
                return handOver;
            });
        } catch (StoreException e) {
            inbox.release(entries);
            throw e;
        }
        told = handOver.events.stream().map(known -> known.event().uniqueId()).collect(Collectors.toSet());
    }

    private <T> Future<T> submit(Callable<T> work) {
        try {
            return writers.submit(work);
        } catch (RejectedExecutionException e) {
            throw new StoreException("the program is stopping", e);
        }
    }

    private void finish() {
        Future<?> before = underWay;
        underWay = null;
        told = Set.of();
        if (before != null) {
            await(before);
        }
    }

    private static <T> T await(Future<T> work) {
        try {
            return work.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StoreException known ? known : new StoreException("not recorded", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while recording", e);
        }
    }

    /** Returns when what is under way is written, or takes too long. */
    @Override
    public void close() {
        writers.shutdown();
        try {
            if (!writers.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                // Rolled back with its connection, if it is; its entries are still in the inbox then.
                writers.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
