package routes.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * What routes.yaml says with {@code bean: page}: the console's one page and what it is made of. Only the files named
 * here are served; no path that was asked for is ever looked up. Thread-safe.
 */
public final class Page {

    private static final String INDEX = "index.html";
    private static final Map<String, String> TYPES = Map.of(
            INDEX,
            "text/html; charset=utf-8",
            "console.css",
            "text/css; charset=utf-8",
            "console.js",
            "text/javascript; charset=utf-8",
            "parts.js",
            "text/javascript; charset=utf-8",
            "overview.js",
            "text/javascript; charset=utf-8",
            "import.js",
            "text/javascript; charset=utf-8",
            "events.js",
            "text/javascript; charset=utf-8",
            "routes.js",
            "text/javascript; charset=utf-8",
            "connect.js",
            "text/javascript; charset=utf-8",
            "icon.svg",
            "image/svg+xml");

    /** {@code GET /}. */
    public void index(Exchange exchange) {
        file(INDEX, exchange);
    }

    /** {@code GET /console/{file}}. */
    public void file(@Header("file") String file, Exchange exchange) {
        Message message = exchange.getMessage();
        String type = TYPES.get(file);
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, type == null ? 404 : 200);
        message.setHeader(Exchange.CONTENT_TYPE, type == null ? "text/plain" : type);
        message.setBody(type == null ? "there is no such file" : read(file));
    }

    private static byte[] read(String file) {
        try (@Nullable InputStream stream = Page.class.getResourceAsStream("/console/" + file)) {
            if (stream == null) {
                throw new IllegalStateException("the program is incomplete: console/" + file + " is missing");
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
