package routes.crash;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import routes.harness.Product;
import routes.sandbox.Notifications;
import routes.sandbox.WebhookSender;

/**
 * Posts as Intercom does, but until each notification is acknowledged, and keeps a log of what was: from then on the
 * receiver answers for it. Thread-safe.
 */
final class Sender implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int CONNECTIONS = 24;
    private static final long AGAIN_AFTER_MILLIS = 150;
    private static final double REPEATED = 0.03;

    private final List<WebhookSender> webhooks;
    private final AtomicInteger turn = new AtomicInteger();
    private final Queue<Story.Told> held = new ArrayDeque<>();
    private final DelayQueue<Post> due = new DelayQueue<>();
    private final List<Acknowledgement> acknowledged = Collections.synchronizedList(new ArrayList<>());
    private final Map<Integer, LongAdder> statuses = Collections.synchronizedMap(new TreeMap<>());
    private final AtomicLong open = new AtomicLong();
    private final Random random;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    /**
     * A 200, seen from outside.
     *
     * @param repeat whether it was acknowledged before
     */
    record Acknowledgement(Story.Told told, Instant at, double millis, boolean repeat) {}

    private record Post(Story.Told told, boolean repeat, long notBefore) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(notBefore - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    /**
     * @param endpoints take turns, as behind a load balancer that does not notice who is dead
     * @param story is posted in another order than that in which it happened
     */
    Sender(List<URI> endpoints, List<Story.Told> story, long seed) {
        webhooks = endpoints.stream()
                .map(endpoint -> new WebhookSender(endpoint, Product.CLIENT_SECRET))
                .toList();
        random = new Random(seed);
        List<Story.Told> shuffled = new ArrayList<>(story);
        Collections.shuffle(shuffled, random);
        held.addAll(shuffled);
        for (int i = 0; i < CONNECTIONS; i++) {
            Thread thread = new Thread(this::work, "sender-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    /** Lets so many more notifications out, evenly over that time. */
    void release(int most, long overMillis) {
        synchronized (held) {
            int count = Math.min(most, held.size());
            long now = System.nanoTime();
            for (int i = 0; i < count; i++) {
                open.incrementAndGet();
                due.add(new Post(held.remove(), false, now + TimeUnit.MILLISECONDS.toNanos(overMillis * i / count)));
            }
        }
    }

    /** @return what was released and is not acknowledged yet, repeats included */
    long open() {
        return open.get();
    }

    List<Acknowledgement> acknowledged() {
        synchronized (acknowledged) {
            return List.copyOf(acknowledged);
        }
    }

    int count() {
        return acknowledged.size();
    }

    /** Answers by status; 0 stands for none. */
    Map<Integer, Long> statuses() {
        Map<Integer, Long> sums = new TreeMap<>();
        synchronized (statuses) {
            statuses.forEach((status, count) -> sums.put(status, count.sum()));
        }
        return sums;
    }

    private void work() {
        while (!closed) {
            try {
                Post post = due.poll(200, TimeUnit.MILLISECONDS);
                if (post != null) {
                    send(post);
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void send(Post post) {
        long start = System.nanoTime();
        byte[] body = post.repeat ? again(post.told.body()) : post.told.body();
        int status = webhooks.get(Math.floorMod(turn.getAndIncrement(), webhooks.size()))
                .send(body)
                .join();
        statuses.computeIfAbsent(status, key -> new LongAdder()).increment();
        if (status != 200) {
            due.add(new Post(
                    post.told, post.repeat, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AGAIN_AFTER_MILLIS)));
            return;
        }
        double millis = (System.nanoTime() - start) / 1e6;
        acknowledged.add(new Acknowledgement(post.told, Instant.now(), millis, post.repeat));
        if (!post.repeat && chance() < REPEATED) {
            open.incrementAndGet();
            due.add(new Post(post.told, true, System.nanoTime()));
        }
        open.decrementAndGet();
    }

    private double chance() {
        synchronized (random) {
            return random.nextDouble();
        }
    }

    /** As Intercom tells it the second time. */
    private static byte[] again(byte[] body) {
        try {
            ObjectNode notification = (ObjectNode) JSON.readTree(body);
            return WebhookSender.bytes(Notifications.retry(notification));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
    }
}
