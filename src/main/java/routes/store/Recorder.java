package routes.store;

import java.util.Set;
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
 * they are given. Not while senders wait for their commits in numbers, nor on a shared database, where a claim is given
 * back only after all of it is written: then it returns when the batch is in the log.
 *
 * <p>Thread-safe, as a route that is replaced goes on on another thread; one at a time claims, reads and records.
 */
public final class Recorder implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 5;

    private final DeliveryLog log;
    private final Inbox inbox;
    private final boolean alone;
    private final ExecutorService writer;
    private @Nullable Future<?> underWay;
    private Set<String> told = Set.of();

    /** @param name of the thread that writes */
    public Recorder(String name, DeliveryLog log, Inbox inbox) {
        this.log = log;
        this.inbox = inbox;
        alone = log.isAlone();
        writer = Executors.newSingleThreadExecutor(work -> {
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
        // Before it waits: whoever writes has the most to do.
        DeliveryLog.Prepared prepared = log.prepare(handOver);
        finish();
        // Nobody takes for known what is about to be forgotten.
        if (!alone || inbox.isRush() || !handOver.forgotten.isEmpty()) {
            log.record(prepared);
            return;
        }
        Set<Long> entries = handOver.entries();
        inbox.withhold(entries);
        try {
            underWay = writer.submit(() -> {
                try {
                    log.record(prepared);
                } finally {
                    inbox.release(entries);
                }
            });
        } catch (RejectedExecutionException e) {
            inbox.release(entries);
            throw new StoreException("the program is stopping", e);
        }
        told = handOver.events.stream().map(known -> known.event().uniqueId()).collect(Collectors.toSet());
    }

    private void finish() {
        Future<?> before = underWay;
        underWay = null;
        told = Set.of();
        try {
            if (before != null) {
                before.get();
            }
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
        writer.shutdown();
        try {
            if (!writer.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                // Rolled back with its connection, if it is; its entries are still in the inbox then.
                writer.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
