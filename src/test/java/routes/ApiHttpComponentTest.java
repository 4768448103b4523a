package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Klaviyo answers, over HTTP and over TLS, is what the routes get to see. */
@ExtendWith(ApplicationExtension.class)
class ApiHttpComponentTest {

    private static final String PASSWORD = "only-for-tests";
    private static final String TRUSTED = "javax.net.ssl.trustStore";

    private static final List<Headers> requests = new CopyOnWriteArrayList<>();
    private static Path keys;
    private static HttpServer plain;
    private static HttpsServer secure;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException, GeneralSecurityException, InterruptedException {
        keys = folder.resolve("keys.p12");
        makeCertificate();
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        plain = HttpServer.create(anyPort, 0);
        secure = HttpsServer.create(anyPort, 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(context()));
        for (HttpServer server : List.of(plain, secure)) {
            server.createContext("/", ApiHttpComponentTest::answer);
            server.start();
        }
    }

    private static void makeCertificate() throws IOException, InterruptedException {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        keys.toString())
                .inheritIO()
                .start();
        assertEquals(true, keytool.waitFor(1, TimeUnit.MINUTES));
        assertEquals(0, keytool.exitValue());
    }

    private static SSLContext context() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream stream = Files.newInputStream(keys)) {
            store.load(stream, PASSWORD.toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    private static void answer(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestHeaders());
        exchange.getResponseHeaders().add("Retry-After", "1");
        exchange.getResponseHeaders().add("Set-Cookie", "a=b; Path=/");
        exchange.getResponseHeaders().add("Location", "/elsewhere");
        exchange.sendResponseHeaders(
                Integer.parseInt(exchange.getRequestURI().getPath().substring(1)), -1);
        exchange.close();
    }

    @AfterAll
    static void stop() {
        plain.stop(0);
        secure.stop(0);
        System.clearProperty(TRUSTED);
        System.clearProperty(TRUSTED + "Password");
    }

    private static Exchange post(RunningApplication running, String address) {
        return running.application()
                .context()
                .createFluentProducerTemplate()
                .to(address + "?throwExceptionOnFailure=false")
                .withProcessor(exchange -> {
                    exchange.getMessage().setHeader(Exchange.HTTP_METHOD, "POST");
                    exchange.getMessage().setBody("{}".getBytes(StandardCharsets.UTF_8));
                })
                .send();
    }

    private static Integer status(Exchange exchange) {
        assertNull(exchange.getException());
        return exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }

    private static String address(boolean tls, int status) {
        return tls
                ? "https://localhost:" + secure.getAddress().getPort() + "/" + status
                : "http://localhost:" + plain.getAddress().getPort() + "/" + status;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAnswerIsNeitherRepeatedNorFollowed(boolean tls, RunningApplication running) {
        System.setProperty(TRUSTED, keys.toString());
        System.setProperty(TRUSTED + "Password", PASSWORD);
        for (int status : List.of(429, 503, 307)) {
            requests.clear();
            assertEquals(status, status(post(running, address(tls, status))));
            assertEquals(1, requests.size());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noCookieIsBroughtBack(boolean tls, RunningApplication running) {
        System.setProperty(TRUSTED, keys.toString());
        System.setProperty(TRUSTED + "Password", PASSWORD);
        requests.clear();
        assertEquals(202, status(post(running, address(tls, 202))));
        assertEquals(202, status(post(running, address(tls, 202))));
        assertEquals(2, requests.size());
        requests.forEach(request -> assertNull(request.get("Cookie")));
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefused(RunningApplication running) {
        System.clearProperty(TRUSTED);
        System.clearProperty(TRUSTED + "Password");
        requests.clear();
        Exchange exchange = post(running, address(true, 201));
        assertInstanceOf(SSLHandshakeException.class, exchange.getException());
        assertEquals(0, requests.size());
    }
}
