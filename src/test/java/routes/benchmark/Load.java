package routes.benchmark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Posts requests over so many kept connections from one thread. Each connection sends its next request when it has the
 * answer to the one before (closed loop), or, at a fixed rate, when that is due; latency counts from when it was due.
 * Not thread-safe.
 */
final class Load {

    private static final long GRACE_NANOS = 30_000_000_000L;

    private final Requests requests;
    private final long[] sentMicros;
    private final double[] latencies;
    private final Map<Integer, Integer> others = new HashMap<>();
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final long epochMicros;
    private final long epochNanos;
    private int first;
    private int next;
    private int end;
    private int answered;

    private static final class Connection {
        private final SocketChannel channel;
        private final ByteBuffer out = ByteBuffer.allocateDirect(2 * Requests.BODY_BYTES);
        private final ByteBuffer in = ByteBuffer.allocate(8_192);
        private long since;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }
    }

    /**
     * What came of it.
     *
     * @param others answers other than 200 by status
     */
    record Result(int from, int to, double seconds, double[] millis, Map<Integer, Integer> others) {}

    /** @param most requests in all runs together */
    Load(Requests requests, int most) {
        this.requests = requests;
        sentMicros = new long[most];
        latencies = new double[most];
        epochMicros = System.currentTimeMillis() * 1_000;
        epochNanos = System.nanoTime();
    }

    /** @return when that request was begun, Unix microseconds */
    long sentMicros(int index) {
        return sentMicros[index];
    }

    /**
     * Runs until the time is over or all requests of the range are answered.
     *
     * @param from first request
     * @param to before which request it ends, whatever the time
     * @param perSecond 0: as fast as answers come
     */
    Result run(int port, int connections, int from, int to, double seconds, double perSecond) throws IOException {
        first = from;
        next = from;
        end = to;
        answered = 0;
        others.clear();
        idle.clear();
        try (Selector selector = Selector.open()) {
            List<Connection> all = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                Connection connection = new Connection(channel);
                channel.register(selector, SelectionKey.OP_READ, connection);
                all.add(connection);
                idle.add(connection);
            }
            long start = System.nanoTime();
            long last = pump(selector, start, start + (long) (seconds * 1e9), perSecond);
            for (Connection connection : all) {
                connection.channel.close();
            }
            return new Result(from, next, (last - start) / 1e9, Arrays.copyOf(latencies, answered), Map.copyOf(others));
        }
    }

    private long pump(Selector selector, long start, long stop, double perSecond) throws IOException {
        long last = start;
        while (true) {
            long now = System.nanoTime();
            boolean over = now > stop || next >= end;
            if (!over) {
                sendDue(start, now, perSecond);
            }
            if (over && answered + sum(others) >= next - first) {
                return last;
            }
            if (now > stop + GRACE_NANOS) {
                throw new IOException("no answer to " + (next - first - answered) + " requests");
            }
            selector.select(1);
            for (SelectionKey key : selector.selectedKeys()) {
                Connection connection = (Connection) key.attachment();
                if (key.isWritable() && flush(connection)) {
                    key.interestOps(SelectionKey.OP_READ);
                }
                if (key.isReadable() && read(connection)) {
                    last = System.nanoTime();
                    if (perSecond == 0 && next < end && last < stop) {
                        send(connection, last);
                    } else {
                        idle.add(connection);
                    }
                }
                if (connection.out.hasRemaining()) {
                    key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                }
            }
            selector.selectedKeys().clear();
        }
    }

    private void sendDue(long start, long now, double perSecond) throws IOException {
        while (!idle.isEmpty() && next < end) {
            long due = perSecond == 0 ? now : start + (long) ((next - first) * 1e9 / perSecond);
            if (due > now) {
                return;
            }
            send(idle.remove(), due);
        }
    }

    private void send(Connection connection, long due) throws IOException {
        connection.since = due;
        sentMicros[next] = epochMicros + (due - epochNanos) / 1_000;
        requests.write(next++, connection.out);
        if (!flush(connection)) {
            throw new IOException("a request does not fit into the socket's buffer");
        }
    }

    private static boolean flush(Connection connection) throws IOException {
        connection.channel.write(connection.out);
        return !connection.out.hasRemaining();
    }

    /** @return whether an answer is complete */
    private boolean read(Connection connection) throws IOException {
        if (connection.channel.read(connection.in) < 0) {
            throw new IOException("a connection was closed");
        }
        String text = new String(connection.in.array(), 0, connection.in.position(), StandardCharsets.ISO_8859_1);
        int body = text.indexOf("\r\n\r\n") + 4;
        if (body < 4 || text.length() < body + length(text.substring(0, body), text, body)) {
            return false;
        }
        connection.in.clear();
        int status = Integer.parseInt(text.substring(9, 12));
        if (status == 200) {
            latencies[answered++] = (System.nanoTime() - connection.since) / 1e6;
        } else {
            others.merge(status, 1, Integer::sum);
        }
        return true;
    }

    private static int length(String head, String text, int body) {
        String lower = head.toLowerCase(Locale.ROOT);
        int at = lower.indexOf("content-length: ");
        if (at >= 0) {
            return Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
        }
        if (lower.contains("transfer-encoding: chunked")) {
            int close = text.indexOf("0\r\n\r\n", body);
            return close < 0 ? Integer.MAX_VALUE / 2 : close + 5 - body;
        }
        return 0;
    }

    private static int sum(Map<Integer, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }
}
