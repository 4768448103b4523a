package routes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import routes.sandbox.WebhookSender;

/**
 * A delivery as Intercom makes it, that tests break one way at a time. Written to a socket by hand: an HTTP client would
 * mend or refuse some of what is to be tried. Immutable.
 */
record WebhookScenario(String method, String path, List<String> headers, byte[] body) {

    private static final String SIGNATURE = "X-Hub-Signature: ";
    private static final Pattern ANSWER = Pattern.compile("HTTP/1.1 (\\d{3})(.*?)\r\n\r\n(.*)", Pattern.DOTALL);

    /** An answer: status, and body as text. */
    record Reply(int status, String body) {}

    /** Accepted with 200. */
    static WebhookScenario valid(ObjectNode notification) {
        return of(WebhookSender.bytes(notification));
    }

    /** These bytes, signed. */
    static WebhookScenario of(byte[] body) {
        return new WebhookScenario(
                "POST",
                "/webhooks/intercom",
                List.of(
                        "Content-Type: application/json",
                        "User-Agent: intercom-parrot-service-client/1.0",
                        SIGNATURE + WebhookSender.signature(body, RunningApplication.SECRET)),
                body);
    }

    /** These characters, signed. */
    static WebhookScenario of(String body) {
        return of(body.getBytes(StandardCharsets.UTF_8));
    }

    WebhookScenario withMethod(String other) {
        return new WebhookScenario(other, path, headers, body);
    }

    WebhookScenario withPath(String other) {
        return new WebhookScenario(method, other, headers, body);
    }

    /** Signed with a secret that is not ours. */
    WebhookScenario withWrongSignature() {
        return withoutSignature().withHeader(SIGNATURE + WebhookSender.signature(body, "another secret"));
    }

    /** Signed with another of our secrets. */
    WebhookScenario signedWith(String secret) {
        return withoutSignature().withHeader(SIGNATURE + WebhookSender.signature(body, secret));
    }

    WebhookScenario withSignature(String value) {
        return withoutSignature().withHeader(SIGNATURE + value);
    }

    WebhookScenario withoutSignature() {
        return new WebhookScenario(
                method,
                path,
                headers.stream().filter(header -> !header.startsWith(SIGNATURE)).toList(),
                body);
    }

    /** The same header once more. */
    WebhookScenario withTwoSignatures() {
        return withHeader(headers.stream()
                .filter(header -> header.startsWith(SIGNATURE))
                .findFirst()
                .orElseThrow());
    }

    WebhookScenario withHeader(String header) {
        List<String> more = new ArrayList<>(headers);
        more.add(header);
        return new WebhookScenario(method, path, more, body);
    }

    WebhookScenario withContentType(String type) {
        List<String> others = new ArrayList<>(headers);
        others.removeIf(header -> header.startsWith("Content-Type"));
        others.add("Content-Type: " + type);
        return new WebhookScenario(method, path, others, body);
    }

    /** The signature stays that of the bytes before. */
    WebhookScenario withTamperedBody() {
        byte[] other = body.clone();
        other[other.length - 2] ^= 1;
        return new WebhookScenario(method, path, headers, other);
    }

    Reply sendTo(URI webhooks) {
        try (Socket socket = new Socket(webhooks.getHost(), webhooks.getPort())) {
            socket.setSoTimeout((int) Eventually.PATIENCE.toMillis());
            StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
            headers.forEach(header -> head.append(header).append("\r\n"));
            head.append("Content-Length: ").append(body.length).append("\r\nConnection: close\r\n\r\n");
            OutputStream out = socket.getOutputStream();
            out.write(head.toString().getBytes(StandardCharsets.UTF_8));
            try {
                out.write(body);
                out.flush();
            } catch (IOException e) {
                // A body that is too large is refused before it has all been read.
            }
            return reply(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Reply reply(String text) {
        Matcher matcher = ANSWER.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalStateException("no HTTP answer: " + text);
        }
        boolean chunked = matcher.group(2).toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked");
        // Answers are short: one chunk.
        String body = chunked
                ? matcher.group(3).replaceFirst("^[0-9a-fA-F]+\r\n", "").replaceFirst("\r\n0\r\n\r\n$", "")
                : matcher.group(3);
        return new Reply(Integer.parseInt(matcher.group(1)), body);
    }
}
