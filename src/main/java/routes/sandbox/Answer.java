package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a stand-in answers. With {@code stream} the body is written piece by piece and {@code body} is empty. */
record Answer(
        int status,
        Map<String, String> headers,
        byte[] body,
        @Nullable Stream stream) {

    /** Writes a body that is too long to be held in one piece. */
    @FunctionalInterface
    interface Stream {
        void writeTo(OutputStream out) throws IOException;
    }

    static Answer empty(int status) {
        return new Answer(status, Map.of(), new byte[0], null);
    }

    static Answer json(int status, JsonNode body) {
        return bytes(status, "application/json; charset=utf-8", Json.bytes(body));
    }

    static Answer bytes(int status, String contentType, byte[] body) {
        return new Answer(status, Map.of("Content-Type", contentType), body, null);
    }

    static Answer lines(Stream stream) {
        return new Answer(200, Map.of("Content-Type", "text/plain; charset=utf-8"), new byte[0], stream);
    }

    static Answer html(int status, String title) {
        String page = "<!DOCTYPE html><html><head><title>" + title + "</title></head><body><h1>" + title
                + "</h1></body></html>";
        return bytes(status, "text/html; charset=UTF-8", page.getBytes(StandardCharsets.UTF_8));
    }

    Answer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, more, body, stream);
    }
}
