package routes.sandbox;

import com.sun.net.httpserver.Headers;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A request as a stand-in sees it: {@code query} is still encoded, {@code body} is complete. */
record Request(String method, String path, @Nullable String query, Headers headers, byte[] body) {

    @Nullable
    String header(String name) {
        return headers.getFirst(name);
    }

    /** The first value of a query parameter, decoded, or null. */
    @Nullable
    String parameter(String name) {
        if (query == null) {
            return null;
        }
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            String key = decode(equals < 0 ? pair : pair.substring(0, equals));
            if (key.equals(name)) {
                return equals < 0 ? "" : decode(pair.substring(equals + 1));
            }
        }
        return null;
    }

    /** The media type without its parameters, in lower case; empty when none was sent. */
    String mediaType() {
        String type = header("Content-Type");
        return type == null ? "" : type.split(";", 2)[0].trim().toLowerCase(java.util.Locale.ROOT);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
