package routes.sandbox;

import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Life in a workspace: so many notifications a second of all nine metrics and of topics that are not synced, with what
 * the real stream has too: repeats, wrong order, strangers at the door. What is not answered with 2xx is sent once more
 * and then lost, as at Intercom. A 410 ends the stream for good. Safe for use by several threads.
 */
public final class WebhookStream implements AutoCloseable {

    private static final long TICK_MILLIS = 5;

    private final Builder options;
    private final StreamScenes scenes;
    private final ExpectedLive expectations;
    private final Semaphore inFlight;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "webhook-stream");
        thread.setDaemon(true);
        return thread;
    });
    private final Deque<ObjectNode> told = new ArrayDeque<>();
    private final Deque<ObjectNode> held = new ArrayDeque<>();
    private final ConcurrentLinkedQueue<Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();
    private final Map<Integer, LongAdder> statuses = new ConcurrentHashMap<>();
    private final LongAdder sent = new LongAdder();
    private final LongAdder malformed = new LongAdder();
    private final LongAdder malformedAccepted = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final AtomicInteger unsettled = new AtomicInteger();
    private volatile boolean stopped;
    private volatile boolean disabled;
    private long startedAt;
    private long due;

    private WebhookStream(Builder options) {
        this.options = options;
        scenes = new StreamScenes(options.workspace, options.generations, options.clock, options.random);
        expectations = new ExpectedLive(options.workspace);
        inFlight = new Semaphore(options.maxInFlight);
        startedAt = System.nanoTime();
        var unused = timer.scheduleWithFixedDelay(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    public static Builder builder(Workspace workspace, WebhookSender sender, Clock clock, RandomGenerator random) {
        return new Builder(workspace, sender, clock, random);
    }

    /** All that was answered with 2xx and correctly signed and formed, in the order of the answers. */
    public List<Acknowledged> acknowledged() {
        return new ArrayList<>(acknowledged);
    }

    /**
     * The {@code unique_id}s that Klaviyo must have in the end: what was acknowledged of contacts who are known now.
     */
    public Set<String> expectedUniqueIds() {
        return acknowledged.stream()
                .flatMap(each -> each.expected().stream())
                .filter(event -> event.identified()
                        || Identities.known(options.workspace, event.contactId(), MissingNode.getInstance()))
                .map(ExpectedEvent::uniqueId)
                .collect(Collectors.toSet());
    }

    /** Posts made, repeats and malformed ones included. */
    public long sent() {
        return sent.sum();
    }

    /** Answers by status; 0 stands for none in time. */
    public Map<Integer, Long> statuses() {
        Map<Integer, Long> sums = new TreeMap<>();
        statuses.forEach((status, count) -> sums.put(status, count.sum()));
        return sums;
    }

    /** Unsigned, wrongly signed and broken ones sent. */
    public long malformed() {
        return malformed.sum();
    }

    /** How many of them were answered with 2xx: a receiver without mistakes leaves this at 0. */
    public long malformedAccepted() {
        return malformedAccepted.sum();
    }

    /** Notifications that failed twice, which Intercom gives up. */
    public long lost() {
        return lost.sum();
    }

    /** Whether a 410 has ended the subscription. */
    public boolean disabled() {
        return disabled;
    }

    /**
     * Stops telling and waits until all that was told is answered or given up, retries included; false when time runs
     * out. A few things that happened last stay untold: they are what reconciliation is for.
     */
    public boolean drain(Duration patience) throws InterruptedException {
        stopped = true;
        long end = System.nanoTime() + patience.toNanos();
        while (unsettled.get() > 0) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(TICK_MILLIS);
        }
        return true;
    }

    /** Stops at once; retries that are still to come are not made. */
    @Override
    public void close() {
        stopped = true;
        timer.shutdownNow();
    }

    private void tick() {
        if (stopped || disabled) {
            return;
        }
        try {
            double seconds = (System.nanoTime() - startedAt) / 1e9;
            long wanted = (long) (seconds * options.perSecond);
            while (due < wanted && !stopped && !disabled) {
                tellOne();
                due++;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // A timer would silently end here, and a test would wait for notifications that never come.
            System.getLogger(WebhookStream.class.getName()).log(System.Logger.Level.ERROR, "the stream failed", e);
            disabled = true;
        }
    }

    private void tellOne() throws InterruptedException {
        RandomGenerator random = options.random;
        if (random.nextDouble() < options.malformedShare) {
            tellMalformed();
            return;
        }
        ObjectNode next = next();
        if (random.nextDouble() < options.outOfOrderShare) {
            held.add(next);
            next = next();
        }
        List<ExpectedEvent> expected = expectations.of(next);
        post(next, expected, 1);
        if (random.nextDouble() < options.repeatShare) {
            post(Notifications.retry(next), expected, 2);
        }
    }

    private ObjectNode next() {
        // What was held back comes a little later than what happened after it.
        if (!held.isEmpty() && options.random.nextInt(5) == 0) {
            return held.removeFirst();
        }
        while (told.isEmpty()) {
            told.addAll(scenes.play());
        }
        return told.removeFirst();
    }

    private void post(ObjectNode notification, List<ExpectedEvent> expected, int attempt) throws InterruptedException {
        inFlight.acquire();
        unsettled.incrementAndGet();
        sent.increment();
        var unused = options.sender.send(Json.bytes(notification)).thenAccept(status -> {
            inFlight.release();
            settle(notification, expected, attempt, status);
        });
    }

    private void settle(ObjectNode notification, List<ExpectedEvent> expected, int attempt, int status) {
        count(status);
        if (status >= 200 && status < 300) {
            acknowledged.add(new Acknowledged(
                    notification.path("id").asText(""),
                    notification.path("topic").asText(),
                    expected,
                    options.clock.instant()));
            unsettled.decrementAndGet();
        } else if (attempt == 1 && status != 410) {
            retryLater(notification, expected);
        } else {
            disabled |= status == 410;
            lost.increment();
            unsettled.decrementAndGet();
        }
    }

    private void retryLater(ObjectNode notification, List<ExpectedEvent> expected) {
        try {
            var unused = timer.schedule(
                    () -> {
                        try {
                            post(Notifications.retry(notification), expected, 2);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        unsettled.decrementAndGet();
                    },
                    options.retryAfter.toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            lost.increment();
            unsettled.decrementAndGet();
        }
    }

    /** Three strangers in turn: no signature, a wrong one, and a right one under a broken body. */
    private void tellMalformed() throws InterruptedException {
        byte[] body = Json.bytes(next().put("id", "notif_malformed"));
        long which = malformed.sum() % 3;
        malformed.increment();
        inFlight.acquire();
        sent.increment();
        unsettled.incrementAndGet();
        byte[] broken = ("{\"type\":\"notification_event\",\"data\":" + sent.sum()).getBytes(StandardCharsets.UTF_8);
        var unused = (which == 0
                        ? options.sender.send(body, null)
                        : which == 1
                                ? options.sender.send(body, WebhookSender.signature(body, "not the secret"))
                                : options.sender.send(broken))
                .thenAccept(status -> {
                    inFlight.release();
                    count(status);
                    if (status >= 200 && status < 300) {
                        malformedAccepted.increment();
                    }
                    unsettled.decrementAndGet();
                });
    }

    private void count(int status) {
        statuses.computeIfAbsent(status, key -> new LongAdder()).increment();
    }

    /** Options of a stream. */
    public static final class Builder {

        private final Workspace workspace;
        private final WebhookSender sender;
        private final Clock clock;
        private final RandomGenerator random;
        private double perSecond = 2;
        private List<PayloadGeneration> generations = List.of(PayloadGeneration.values());
        private double repeatShare = 0.03;
        private double outOfOrderShare = 0.05;
        private double malformedShare = 0.02;
        private int maxInFlight = 64;
        private Duration retryAfter = Duration.ofMinutes(1);

        private Builder(Workspace workspace, WebhookSender sender, Clock clock, RandomGenerator random) {
            this.workspace = workspace;
            this.sender = sender;
            this.clock = clock;
            this.random = random;
        }

        /** Notifications a second, by default 2; fewer when the receiver is slower than that. */
        public Builder perSecond(double value) {
            perSecond = value;
            return this;
        }

        /** The generations that take turns; by default all. A real app has one. */
        public Builder generations(PayloadGeneration... values) {
            generations = List.of(values);
            return this;
        }

        /** The share of notifications that are sent twice, by default 0.03. */
        public Builder repeats(double share) {
            repeatShare = share;
            return this;
        }

        /** The share of notifications that later ones overtake, by default 0.05. */
        public Builder outOfOrder(double share) {
            outOfOrderShare = share;
            return this;
        }

        /** The share of posts that must be refused, by default 0.02. */
        public Builder malformed(double share) {
            malformedShare = share;
            return this;
        }

        /** Posts without an answer yet, at most; by default 64. */
        public Builder maxInFlight(int value) {
            maxInFlight = value;
            return this;
        }

        /** When what failed is sent again, by default after Intercom's minute. */
        public Builder retryAfter(Duration value) {
            retryAfter = value;
            return this;
        }

        /** Starts it. */
        public WebhookStream start() {
            return new WebhookStream(this);
        }
    }
}
