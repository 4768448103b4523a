package routes.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import routes.harness.Child;
import routes.harness.Deadline;
import routes.harness.Product;
import routes.sandbox.StandInMain;

/**
 * The benchmark, {@code ./mvnw verify -Pbenchmark}: load generator, sink, baselines and the jar in processes of their own
 * on one machine. Absolute numbers say as much about the machine as about the program; hence the ratios.
 *
 * <p>What is measured of acknowledging, the way through, import and backlog is of a process that has been at work until its
 * compiler was done with the most; of a new one the parts start and cold tell.
 *
 * <p>Properties: {@code seconds} for each number of connections, {@code events} for each end-to-end run and
 * {@code sustained} seconds of one, {@code backlogs} separated by commas, {@code options} of the jar's virtual machine,
 * {@code parts} of it that are wanted (start, acknowledge, end-to-end, import, backlog, cold, slow-disk, node-red),
 * {@code nodeRed}: {@code red.js} of an installed Node-RED, for the part node-red.
 */
public final class BenchmarkRun {

    private static final Path TARGET = Path.of("target");
    /** Parts that are of a process that has been at work for a while. */
    private static final List<String> WARM = List.of("acknowledge", "end-to-end", "import", "backlog");

    private static final int[] CONNECTIONS = {1, 16, 64, 256};
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    /** So much a start may be told too long. */
    private static final Duration OFTEN = Duration.ofMillis(10);

    private static final Duration NODE_RED_STARTS = Duration.ofMinutes(1);
    private static final Duration QUOTA_WINDOW = Duration.ofSeconds(62);
    private static final int FIXED_RATE = 500;
    /** What these notifications tell is 2,530 events: a little more than the 2,500 that Klaviyo takes in bulk. */
    private static final int SUSTAINED_RATE = 2_260;
    /** 2,620 events: what is to be carried without Klaviyo's limits must not be all that is offered. */
    private static final int SUSTAINED_RATE_WITHOUT_LIMITS = 2_340;

    private static final int CONVERSATIONS = 4_000;
    private static final int TICKETS = 1_600;
    /** Until the compiler of the virtual machine is done with the most of it: a hundred seconds on a slow machine. */
    private static final int WARM_UP = 150_000;

    private static final int WARM_UP_OF_NODE_RED = 15_000;
    /** Of each kind. */
    private static final int STARTS = 5;

    private final double seconds = Double.parseDouble(System.getProperty("seconds", "5"));
    private final int sustained = Integer.getInteger("sustained", 60);
    private final int events = Integer.getInteger("events", 20_000);
    private final int[] backlogs = Arrays.stream(
                    System.getProperty("backlogs", "1000,10000,100000").split(","))
            .mapToInt(Integer::parseInt)
            .toArray();
    private final List<String> options =
            List.of(System.getProperty("options", "-Xmx1g").split(" "));
    private final List<String> parts =
            List.of(System.getProperty("parts", "start,acknowledge,end-to-end,import,backlog,cold,slow-disk,node-red")
                    .split(","));
    private final JsonMapper json = JsonMapper.builder().build();
    private final Path folder;
    private final Path log;
    private final List<String> rows = new ArrayList<>();
    private final Map<Integer, Double> bareRates = new TreeMap<>();
    private final Map<Integer, Double> rates = new LinkedHashMap<>();
    private final Map<Integer, Double> costs = new LinkedHashMap<>();
    private double endToEndRate = Double.NaN;
    private int next;

    private BenchmarkRun(Path folder) {
        this.folder = folder;
        log = folder.resolve("log.txt");
    }

    public static void main(String[] args) throws IOException {
        Path folder = Files.createDirectories(TARGET.resolve("benchmark"))
                .resolve(Long.toString(System.currentTimeMillis()))
                .toAbsolutePath();
        new BenchmarkRun(Files.createDirectories(folder)).run();
        System.exit(0);
    }

    private void run() throws IOException {
        int most = 2 * WARM_UP
                + (int) (CONNECTIONS.length * seconds * 25_000)
                + 4 * events
                + sustained * (SUSTAINED_RATE + SUSTAINED_RATE_WITHOUT_LIMITS)
                + 3 * Arrays.stream(backlogs).sum()
                + (int) (seconds * 25_000)
                + WARM_UP_OF_NODE_RED
                + 2 * events
                + 50_000;
        double disk = Disk.commitsPerSecond(folder, 2);
        try (Child load = Child.ofClass(LoadProcess.class, "2g", log, List.of(Integer.toString(most)));
                Child intercom = Child.ofClass(
                        StandInMain.class,
                        "512m",
                        log,
                        List.of(
                                "intercom",
                                "limits=off",
                                "workspace=" + Requests.WORKSPACE,
                                "seed=" + Requests.SEED,
                                "contacts=" + Requests.CONTACTS,
                                "conversations=" + CONVERSATIONS,
                                "tickets=" + TICKETS))) {
            String kinds = load.readLine();
            load.ask("prepare " + Math.max(WARM_UP, (int) (seconds * 12_000)));
            URI intercomUrl = URI.create(intercom.readLine());
            Child sink = sink(0, "off");
            URI klaviyoUrl = URI.create(sink.readLine());
            if (parts.contains("start")) {
                starts(load, intercomUrl, klaviyoUrl);
            }
            try (Product product = product("store", options, intercomUrl, klaviyoUrl)) {
                measure(load, product, sink, klaviyoUrl);
            }
            if (parts.contains("cold")) {
                cold(load, intercomUrl);
            }
            if (parts.contains("node-red")) {
                nodeRed(load);
            }
            if (parts.contains("slow-disk")) {
                slowDisk(load, intercomUrl);
            }
            write(kinds, disk);
        }
    }

    private Child sink(int port, String limits) {
        return Child.ofClass(SinkProcess.class, "512m", log, List.of(Integer.toString(port), limits));
    }

    /** In the place of a sink one that keeps to Klaviyo's documented limits. */
    private Child limited(Child sink, URI klaviyoUrl) throws IOException {
        sink.close();
        Child limited = sink(klaviyoUrl.getPort(), "on");
        String unused = limited.readLine();
        return limited;
    }

    /** The baseline for so many connections, taken right beside what is compared with it. */
    private double bare(Child load, int port, int connections) throws IOException {
        // The same requests again and again: nobody looks at them. Enough for a bare server to be busy for a while.
        int prepared = Integer.parseInt(load.ask("prepare 60000"));
        JsonNode result = json.readTree(
                load.ask("run %d %d 0 %d %s 0".formatted(port, connections, prepared, Math.min(2, seconds))));
        bareRates.put(connections, rate(result));
        return rate(result);
    }

    private void measure(Child load, Product product, Child firstSink, URI klaviyoUrl) throws IOException {
        Child life = start(product, load);
        boolean unused = life.endsWithin(Duration.ofSeconds(5));
        row("Resident memory at rest", "%d MiB".formatted(life.residentMib()), "");
        if (WARM.stream().anyMatch(parts::contains)) {
            warmUp(load, product);
        }
        if (parts.contains("acknowledge")) {
            acknowledge(load, product, life);
        }
        Child sink = parts.contains("end-to-end")
                ? endToEnd(load, product, life, firstSink, klaviyoUrl)
                : limited(firstSink, klaviyoUrl);
        if (parts.contains("import")) {
            importHistory(product);
        }
        if (parts.contains("backlog")) {
            for (int backlog : backlogs) {
                backlog(load, product, life, sink, backlog);
            }
        }
        sink.close();
    }

    private void warmUp(Child load, Product product) throws IOException {
        post(load, product, 64, WARM_UP, 600, 0);
        idle(product);
    }

    /** With a routes file of its own, as {@code init} writes it: that is how README runs the program. */
    private Product product(String name, List<String> with, URI intercom, URI klaviyo) throws IOException {
        Path own = Files.createDirectories(folder.resolve(name));
        Path routes = own.resolve("routes.yaml");
        try (InputStream bundled = Objects.requireNonNull(BenchmarkRun.class.getResourceAsStream("/routes.yaml"))) {
            Files.copy(bundled, routes, StandardCopyOption.REPLACE_EXISTING);
        }
        return new Product(TARGET.resolve("intercom-klaviyo.jar"), with, own, log, intercom, klaviyo)
                .with("ROUTES", routes.toString());
    }

    /**
     * With a class-data archive as README shows it: one run writes down which classes were needed, the next ones find them
     * ready. By turns, as a machine is not equally fast all the time.
     */
    private void starts(Child load, URI intercom, URI klaviyo) throws IOException {
        String archive = folder.resolve("intercom-klaviyo.jsa").toString();
        try (Product first = product("used", List.of("-XX:ArchiveClassesAtExit=" + archive), intercom, klaviyo)) {
            first.start();
            idle(first);
        }
        Map<String, List<String>> ways = new LinkedHashMap<>();
        ways.put("", options);
        ways.put(" with a class-data archive", List.of("-XX:SharedArchiveFile=" + archive));
        Map<String, List<Double>> taken = new LinkedHashMap<>();
        int stores = 0;
        for (int turn = 0; turn < STARTS; turn++) {
            for (Map.Entry<String, List<String>> way : ways.entrySet()) {
                for (String store : List.of("new-" + stores++, "used")) {
                    try (Product product = product(store, way.getValue(), intercom, klaviyo)) {
                        String what = way.getKey() + (store.equals("used") ? ", on a database in use" : "");
                        taken.computeIfAbsent(what, unused -> new ArrayList<>()).add(seconds(start(product, load)));
                    }
                }
            }
        }
        taken.forEach((what, each) -> {
            Collections.sort(each);
            row(
                    "Start to the first 200" + what,
                    "%.2f s".formatted(each.get(STARTS / 2)),
                    "%.2f to %.2f s".formatted(each.get(0), each.get(STARTS - 1)));
        });
    }

    /** Node-RED, which keeps nothing on disk and looks no contact up. */
    private void nodeRed(Child load) throws IOException {
        String program = System.getProperty("nodeRed", "");
        if (program.isEmpty()) {
            row("Node-RED, in memory only", "not measured: -DnodeRed names no red.js", "");
            return;
        }
        try (Child sink = sink(0, "off")) {
            URI klaviyo = URI.create(sink.readLine());
            Path own = Files.createDirectories(folder.resolve("node-red"));
            try (NodeRed nodeRed = NodeRed.start(program, own, log, klaviyo)) {
                URI webhooks = URI.create("http://127.0.0.1:" + nodeRed.port() + "/webhooks/intercom");
                Deadline.await("Node-RED answers", NODE_RED_STARTS, () -> isThere(webhooks));
                measureNodeRed(load, nodeRed.port(), klaviyo);
            } catch (IllegalStateException e) {
                row("Node-RED, in memory only", "not measured: " + e.getMessage(), "");
            }
        }
    }

    private void measureNodeRed(Child load, int port, URI klaviyo) throws IOException {
        JsonNode unused = post(load, port, 64, WARM_UP_OF_NODE_RED, 600, 0);
        int from = next;
        JsonNode sent = post(load, port, 64, events, 600, 0);
        long all = sent.path("count").asLong();
        Deadline.await(
                "all is delivered",
                PATIENCE,
                () -> arrivals(load, klaviyo, from).path("count").asLong() == all);
        JsonNode arrived = arrivals(load, klaviyo, from);
        double delivered =
                arrived.path("count").asLong() / arrived.path("seconds").asDouble();
        row(
                "Node-RED, in memory only, 64 connections",
                rateAndLatency(sent),
                "ours, durable: %.2f of it".formatted(rates.getOrDefault(64, Double.NaN) / rate(sent)));
        row(
                "Node-RED, end to end, as fast as can be",
                "%,.0f events/s, p50 %s, p99 %s".formatted(delivered, millis(arrived, "p50"), millis(arrived, "p99")),
                "ours: %.2f of it".formatted(endToEndRate / delivered));
    }

    /** A process that has only just started: its compiler is busy with what it does for the first time. */
    private void cold(Child load, URI intercom) throws IOException {
        try (Child sink = sink(0, "off")) {
            URI klaviyo = URI.create(sink.readLine());
            try (Product product = product("cold", options, intercom, klaviyo)) {
                row(
                        "Start to the first 200, before it is loaded at once",
                        "%.2f s".formatted(seconds(start(product, load))),
                        "");
                int from = next;
                long expected =
                        post(load, product, 64, events, 600, 0).path("events").asLong();
                idle(product);
                JsonNode arrived = arrivals(load, klaviyo, from, expected);
                row(
                        "End to end, as fast as can be, from the start on",
                        "%,.0f events/s, p50 %s, p99 %s"
                                .formatted(
                                        expected / arrived.path("seconds").asDouble(),
                                        millis(arrived, "p50"),
                                        millis(arrived, "p99")),
                        "");
            }
        }
    }

    /** @throws IOException when it is not as many events that arrived */
    private JsonNode arrivals(Child load, URI klaviyo, int from, long expected) throws IOException {
        JsonNode arrived = arrivals(load, klaviyo, from);
        if (arrived.path("count").asLong() != expected) {
            throw new IOException("of %d events %d arrived"
                    .formatted(expected, arrived.path("count").asLong()));
        }
        return arrived;
    }

    private JsonNode arrivals(Child load, URI klaviyo, int from) {
        try {
            return json.readTree(load.ask("arrivals %s %d %d".formatted(klaviyo, from, next)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isThere(URI address) {
        try {
            HttpURLConnection get = (HttpURLConnection) address.toURL().openConnection();
            return get.getResponseCode() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Where a commit takes 5 ms more. Needs a C compiler; without one the row says so. */
    private void slowDisk(Child load, URI intercom) throws IOException {
        Path library = folder.resolve("slow-disk.so");
        String row = "Acknowledge, durable, 256 connections, a commit takes 5 ms more";
        if (!isCompiled(library)) {
            row(row, "not measured: no C compiler", "");
            return;
        }
        try (Child sink = sink(0, "off")) {
            URI klaviyo = URI.create(sink.readLine());
            try (Product product = product("slow", options, intercom, klaviyo).with("LD_PRELOAD", library.toString())) {
                row("Start to the first 200 on a slow disk", "%.2f s".formatted(seconds(start(product, load))), "");
                warmUp(load, product);
                JsonNode result = post(load, product, 256, (int) (seconds * 25_000), seconds, 0);
                row(row, rateAndLatency(result), "");
            }
        }
    }

    private boolean isCompiled(Path library) throws IOException {
        try {
            return new ProcessBuilder(
                                    "cc",
                                    "-shared",
                                    "-fPIC",
                                    "-o",
                                    library.toString(),
                                    "src/test/resources/slow-disk.c",
                                    "-ldl")
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** @return the process, when it has answered its first notification with 200 */
    private Child start(Product product, Child load) throws IOException {
        Child life = product.start();
        Deadline.await("the first start", PATIENCE, OFTEN.toNanos(), () -> answers(product.webhooks()));
        JsonNode first = post(load, product, 1, 1, 60, 0);
        if (first.path("count").asInt() != 1) {
            throw new IOException("the first notification was not acknowledged: " + first);
        }
        return life;
    }

    private static double seconds(Child life) {
        return life.age().toNanos() / 1e9;
    }

    private static boolean answers(URI webhooks) {
        try {
            HttpURLConnection head = (HttpURLConnection) webhooks.toURL().openConnection();
            head.setRequestMethod("HEAD");
            return head.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private void acknowledge(Child load, Product product, Child life) throws IOException {
        long accepted = 0;
        try (Child bare = Child.ofClass(BareServer.class, "256m", log, List.of())) {
            int port = Integer.parseInt(bare.readLine());
            double unused = bare(load, port, 16);
            for (int connections : CONNECTIONS) {
                idle(product);
                double baseline = bare(load, port, connections);
                JsonNode result = post(load, product, connections, (int) (seconds * 25_000), seconds, 0);
                accepted += result.path("events").asLong();
                rates.put(connections, rate(result));
                JsonNode unstored = json.readTree(
                        load.ask("ping %d %d %s".formatted(product.httpPort(), connections, Math.min(2, seconds))));
                row(
                        "Acknowledge, durable, %d connections".formatted(connections),
                        rateAndLatency(result),
                        "%.2f of a bare 200, %.2f of the same route without storage (%,.0f/s)"
                                .formatted(rate(result) / baseline, rate(result) / rate(unstored), rate(unstored)));
            }
        }
        row("Resident memory under load", "%d MiB".formatted(life.residentMib()), "");
        long start = System.nanoTime();
        long left = outstanding(product);
        idle(product);
        double took = (System.nanoTime() - start) / 1e9;
        row(
                "Drained: %,d events that were left of %,d".formatted(left, accepted),
                "%,.0f/s".formatted(left / took),
                ratio(left / took));
    }

    private Child endToEnd(Child load, Product product, Child life, Child firstSink, URI klaviyoUrl)
            throws IOException {
        Child sink = firstSink;
        for (String limits : List.of("off", "on")) {
            if (limits.equals("on")) {
                sink = limited(sink, klaviyoUrl);
            }
            endToEnd(load, product, life, klaviyoUrl, limits, 10 * FIXED_RATE, FIXED_RATE);
            endToEnd(load, product, life, klaviyoUrl, limits, events, 0);
            int rate = limits.equals("on") ? SUSTAINED_RATE : SUSTAINED_RATE_WITHOUT_LIMITS;
            endToEnd(load, product, life, klaviyoUrl, limits, sustained * rate, rate);
        }
        return sink;
    }

    private void endToEnd(
            Child load, Product product, Child life, URI klaviyoUrl, String limits, int count, int perSecond)
            throws IOException {
        newMinute();
        int from = next;
        Duration before = life.cpu();
        JsonNode sent = post(load, product, 64, count, 600, perSecond);
        idle(product);
        long expected = sent.path("events").asLong();
        JsonNode arrived = arrivals(load, klaviyoUrl, from, expected);
        String what = perSecond == 0
                ? "as fast as can be"
                : "%,d notifications/s for %d s".formatted(perSecond, count / perSecond);
        double rate = expected / arrived.path("seconds").asDouble();
        if (perSecond == 0 && limits.equals("off")) {
            endToEndRate = rate;
        }
        row(
                "End to end, %s, Klaviyo's limits %s".formatted(what, limits),
                "%,.0f events/s, p50 %s, p99 %s".formatted(rate, millis(arrived, "p50"), millis(arrived, "p99")),
                "%s; %.0f µs of processor time an event".formatted(ratio(rate), micros(life, before, expected)));
    }

    /** As fast as stand-ins without limits let it. */
    private void importHistory(Product product) throws IOException {
        newMinute();
        long start = System.nanoTime();
        if (product.post("/api/import/start", "{}") != 202) {
            throw new IOException("the import does not start");
        }
        Deadline.await("the import is completed", PATIENCE, () -> {
            JsonNode run = product.get("/api/import");
            return run != null && run.path("state").asText().equals("completed");
        });
        double took = (System.nanoTime() - start) / 1e9;
        JsonNode run = Objects.requireNonNull(product.get("/api/import"));
        row(
                "Import of %,d conversations and tickets"
                        .formatted(run.path("done").asLong()),
                "%,.0f objects/s, %,.0f events/s"
                        .formatted(
                                run.path("done").asLong() / took,
                                run.path("events").asLong() / took),
                "%.2f of the 167 requests/s that Intercom allows"
                        .formatted(run.path("done").asLong() / took / 166.7));
    }

    /** Lets a backlog grow while Klaviyo takes nothing, then drains it. */
    private void backlog(Child load, Product product, Child life, Child sink, int size) throws IOException {
        sink.ask("hold");
        int grown = (int) outstanding(product);
        int missing = Math.max(0, size - grown);
        JsonNode growing = post(load, product, 64, (int) (missing / 1.12), 600, 0);
        recorded(product);
        row(
                "Backlog of %,d: acknowledged while it grew from %,d, 64 connections".formatted(size, grown),
                rateAndLatency(growing) + ", longest " + millis(growing, "longest"),
                "");
        newMinute();
        Duration before = life.cpu();
        JsonNode more = post(load, product, 64, 2_000, 600, 0);
        recorded(product);
        double recording = micros(life, before, more.path("events").asLong());
        long waiting = outstanding(product);
        Duration atRest = life.cpu();
        sink.ask("go");
        long start = System.nanoTime();
        Deadline.await("the first event goes out", PATIENCE, () -> outstanding(product) < waiting);
        long draining = System.nanoTime();
        idle(product);
        double drained = micros(life, atRest, waiting);
        costs.put(size, recording + drained);
        row(
                "Backlog of %,d: processor time an event".formatted(size),
                "%.0f µs to acknowledge, transform and record, %.0f µs to deliver".formatted(recording, drained),
                "%.2f of that at %,d; drained at %,.0f/s after %.0f s of waiting as told"
                        .formatted(
                                (recording + drained) / costs.getOrDefault(backlogs[0], Double.NaN),
                                backlogs[0],
                                waiting / ((System.nanoTime() - draining) / 1e9),
                                (draining - start) / 1e9));
    }

    private JsonNode post(Child load, Product product, int connections, int count, double most, double perSecond)
            throws IOException {
        return post(load, product.httpPort(), connections, count, most, perSecond);
    }

    private JsonNode post(Child load, int port, int connections, int count, double most, double perSecond)
            throws IOException {
        load.ask("prepare " + (next + count));
        JsonNode result = json.readTree(
                load.ask("run %d %d %d %d %s %s".formatted(port, connections, next, next + count, most, perSecond)));
        next = result.path("next").asInt();
        if (!result.path("others").asText().equals("{}")) {
            System.out.println(
                    "Other answers than 200: " + result.path("others").asText());
        }
        return result;
    }

    private static long outstanding(Product product) {
        JsonNode status = product.status();
        return status == null
                ? Long.MAX_VALUE
                : status.path("inbox").asLong() + status.path("outbox").asLong();
    }

    /** What was sent before draws on the program's count of Klaviyo's quota of a minute: a figure begins with a whole one. */
    private static void newMinute() {
        Instant over = Instant.now().plus(QUOTA_WINDOW);
        Deadline.await("a new minute", QUOTA_WINDOW.multipliedBy(2), () -> Instant.now()
                .isAfter(over));
    }

    private static void idle(Product product) {
        Deadline.await("inbox and outbox are empty", PATIENCE, product::isIdle);
    }

    private static void recorded(Product product) {
        Deadline.await("the inbox is empty", PATIENCE, () -> {
            JsonNode status = product.status();
            return status != null && status.path("inbox").asLong() == 0;
        });
    }

    private static double rate(JsonNode result) {
        return result.path("count").asLong() / result.path("seconds").asDouble();
    }

    private static String rateAndLatency(JsonNode result) {
        return "%,.0f/s, p50 %s, p99 %s, p99.9 %s"
                .formatted(rate(result), millis(result, "p50"), millis(result, "p99"), millis(result, "p999"));
    }

    private static double micros(Child life, Duration before, long events) {
        return life.cpu().minus(before).toNanos() / 1e3 / events;
    }

    private static String millis(JsonNode result, String percentile) {
        return String.format(Locale.ROOT, "%.1f ms", result.path(percentile).asDouble());
    }

    private static String ratio(double perSecond) {
        return String.format(Locale.ROOT, "%.2f of Klaviyo's 2,500/s", perSecond / 2_500);
    }

    private void row(String what, String value, String compared) {
        String row = "| %s | %s | %s |".formatted(what, value, compared);
        rows.add(row);
        System.out.println(row);
    }

    private void write(String kinds, double disk) throws IOException {
        StringBuilder text = new StringBuilder(
                "## Benchmark, %s\n\n%d processors shared by generator, stand-ins and program; Java %s (%s); %s.\n\n"
                        .formatted(
                                LocalDate.now(ZoneOffset.UTC),
                                Runtime.getRuntime().availableProcessors(),
                                System.getProperty("java.version"),
                                String.join(" ", options),
                                kinds));
        text.append("| Baselines of the same run | |\n|---|---|\n");
        bareRates.forEach((connections, rate) -> text.append(
                "| A bare Vert.x server that answers 200, %d connections | %,.0f/s |\n".formatted(connections, rate)));
        text.append("| Durable commits of the disk, one after the other | %,.0f/s |\n\n".formatted(disk));
        text.append("| | | |\n|---|---|---|\n").append(String.join("\n", rows)).append('\n');
        rates.forEach((connections, rate) -> text.append(
                "| Notifications for each durable commit that the disk could do, %d connections | %.2f | |\n"
                        .formatted(connections, rate / disk)));
        Files.writeString(TARGET.resolve("benchmark.md"), text);
        Files.writeString(TARGET.resolve("benchmark.svg"), Chart.of(bareRates, rates, costs));
        System.out.println(text);
    }
}
