package routes;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in at the admin port, and what it serves. Needs neither Intercom nor Klaviyo. */
class AdminPortTest {

    private static final String PASSWORD = "correct horse";
    private static final List<String> GUARDED =
            List.of("/", "/console/console.css", "/api/status", "/api/events", "/observe/metrics", "/no/such/path");

    private static Application open;
    private static Application guarded;
    private static int openPort;
    private static int guardedPort;

    @BeforeAll
    static void start(@TempDir Path folder) {
        openPort = RunningApplication.freePort();
        open = start(folder.resolve("open"), openPort, null);
        guardedPort = RunningApplication.freePort();
        guarded = start(folder.resolve("guarded"), guardedPort, PASSWORD);
    }

    private static Application start(Path folder, int port, @Nullable String password) {
        return Application.start(
                RunningApplication.ofNobody(folder, RunningApplication.freePort(), port, password, null),
                Clock.systemUTC());
    }

    @AfterAll
    static void stop() {
        open.close();
        guarded.close();
    }

    /** An answer as it came: no client between that would mend the request or hide a header. */
    private record Reply(int status, Map<String, String> headers, String body) {}

    private static Reply ask(int port, String method, String path, String... headers) throws IOException {
        StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nConnection: close\r\n");
        boolean named = Stream.of(headers).anyMatch(header -> header.startsWith("Host:"));
        request.append(named ? "" : "Host: 127.0.0.1:" + port + "\r\n");
        Stream.of(headers).forEach(header -> request.append(header).append("\r\n"));
        request.append(method.equals("POST") ? "Content-Length: 0\r\n\r\n" : "\r\n");
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String[] parts = answer.split("\r\n\r\n", 2);
            Map<String, String> told = new TreeMap<>();
            parts[0].lines().skip(1).forEach(line -> {
                String[] header = line.split(": ", 2);
                told.put(header[0].toLowerCase(Locale.ROOT), header[1]);
            });
            return new Reply(Integer.parseInt(parts[0].split(" ", 3)[1]), told, parts.length > 1 ? parts[1] : "");
        }
    }

    private static String basic(String credentials) {
        return "Authorization: Basic "
                + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void thePasswordIsAskedForEverywhereButAtHealth() throws IOException {
        for (String path : GUARDED) {
            Reply reply = ask(guardedPort, "GET", path);
            assertEquals(401, reply.status(), path);
            assertTrue(String.valueOf(reply.headers().get("www-authenticate")).startsWith("Basic realm="), path);
        }
        assertEquals(401, ask(guardedPort, "POST", "/api/replay").status());
        assertEquals(200, ask(guardedPort, "GET", "/observe/health").status());
        assertEquals(401, ask(guardedPort, "GET", "/observe/health/../metrics").status());
        assertEquals(401, ask(guardedPort, "GET", "/observe/healthy").status());
    }

    @Test
    void onlyTheRightUserAndPasswordAreLetIn() throws IOException {
        assertEquals(
                200,
                ask(guardedPort, "GET", "/api/status", basic("admin:" + PASSWORD))
                        .status());
        assertEquals(
                200,
                ask(guardedPort, "GET", "/observe/metrics", basic("admin:" + PASSWORD))
                        .status());
        for (String wrong : List.of("admin:", "admin:correct", "root:" + PASSWORD, "admin:" + PASSWORD + " ", "")) {
            assertEquals(
                    401, ask(guardedPort, "GET", "/api/status", basic(wrong)).status(), wrong);
        }
        assertEquals(
                401, ask(guardedPort, "GET", "/", "Authorization: Basic ???").status());
        assertEquals(
                401,
                ask(guardedPort, "GET", "/", "Authorization: Bearer " + PASSWORD)
                        .status());
    }

    @Test
    void aForeignPageChangesNothing() throws IOException {
        String ours = "http://127.0.0.1:" + openPort;
        assertAll(
                () -> assertEquals(202, ask(openPort, "POST", "/api/replay").status(), "no browser"),
                () -> assertEquals(202, post("Origin: " + ours)),
                () -> assertEquals(202, post("Sec-Fetch-Site: same-origin", "Origin: " + ours)),
                () -> assertEquals(403, post("Origin: https://example.org")),
                () -> assertEquals(403, post("Origin: http://127.0.0.1:" + (openPort + 1))),
                () -> assertEquals(403, post("Origin: null")),
                () -> assertEquals(403, post("Sec-Fetch-Site: cross-site")),
                () -> assertEquals(403, post("Sec-Fetch-Site: same-site")),
                () -> assertEquals(
                        403,
                        ask(openPort, "DELETE", "/api/profiles/a@example.org", "Origin: https://example.org")
                                .status()),
                () -> assertEquals(
                        200,
                        ask(openPort, "GET", "/api/status", "Sec-Fetch-Site: cross-site")
                                .status(),
                        "a link may lead here"));
    }

    private static int post(String... headers) throws IOException {
        return ask(openPort, "POST", "/api/replay", headers).status();
    }

    @Test
    void aForeignHostNameIsRefusedOnLoopback() throws IOException {
        for (String ours : List.of("localhost", "LOCALHOST:" + openPort, "127.0.0.1", "[::1]:" + openPort)) {
            assertEquals(
                    200, ask(openPort, "GET", "/api/status", "Host: " + ours).status(), ours);
        }
        for (String foreign : List.of("example.org", "example.org:" + openPort, "127.0.0.1.example.org")) {
            assertEquals(
                    403, ask(openPort, "GET", "/api/status", "Host: " + foreign).status(), foreign);
        }
    }

    @Test
    void thePageIsServedWithWhatBrowsersAreToKeepTo() throws IOException {
        Reply page = ask(openPort, "GET", "/");

        assertEquals(200, page.status());
        assertEquals("text/html; charset=utf-8", page.headers().get("content-type"));
        assertTrue(String.valueOf(page.headers().get("content-security-policy")).startsWith("default-src 'self';"));
        assertEquals("nosniff", page.headers().get("x-content-type-options"));
        assertEquals("no-store", page.headers().get("cache-control"));
        Reply head = ask(openPort, "HEAD", "/");
        assertEquals(200, head.status());
        assertEquals("", head.body());
        assertEquals(405, ask(openPort, "POST", "/").status());
    }

    @Test
    void allThatThePageIsMadeOfIsServedAndNothingElse() throws IOException {
        TreeSet<String> used = new TreeSet<>();
        used.addAll(references(ask(openPort, "GET", "/").body(), "(?:href|src)=\"console/([^\"]+)\""));
        assertFalse(used.isEmpty());
        for (String script : List.copyOf(used)) {
            if (script.endsWith(".js")) {
                used.addAll(
                        references(ask(openPort, "GET", "/console/" + script).body(), "from \"\\./([^\"]+)\""));
            }
        }
        TreeSet<String> there = new TreeSet<>();
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/console"))) {
            files.map(file -> file.getFileName().toString()).forEach(there::add);
        }
        there.remove("index.html");
        assertEquals(there, used, "every file is used, and no other");
        for (String file : used) {
            Reply reply = ask(openPort, "GET", "/console/" + file);
            assertEquals(200, reply.status(), file);
            String type =
                    file.endsWith(".js") ? "text/javascript" : file.endsWith(".css") ? "text/css" : "image/svg+xml";
            assertTrue(String.valueOf(reply.headers().get("content-type")).startsWith(type), file);
        }
        for (String other : List.of(
                "/routes.yaml",
                "/console/",
                "/console/nothing.js",
                "/console/../routes.yaml",
                "/console/..%2froutes.yaml",
                "/console/%2e%2e/application.properties",
                "/sql/claim-inbox.sql")) {
            assertEquals(404, ask(openPort, "GET", other).status(), other);
        }
    }

    private static List<String> references(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.results().map(result -> result.group(1)).toList();
    }
}
