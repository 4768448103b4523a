package routes.sandbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is wrong with one request to Klaviyo, as its error document says it. Not thread-safe. */
final class Findings {

    private static final String VENDOR_JSON = "application/vnd.api+json";

    private final List<ObjectNode> errors = new ArrayList<>();

    /** A value that is not acceptable: code {@code invalid}, as Klaviyo's validation reports it. */
    void invalid(String pointer, String detail) {
        errors.add(error(400, "invalid", "Invalid input.", detail, "pointer", pointer));
    }

    /** A field that must be there. */
    void missing(String pointer, String field, String resource) {
        invalid(pointer + "/" + field, "'" + field + "' is a required field for the resource '" + resource + "'.");
    }

    boolean none() {
        return errors.isEmpty();
    }

    /** The 400 answer; with {@code onlyFirst} it tells one error and keeps the others to itself. */
    Answer answer(boolean onlyFirst) {
        ArrayNode list = Json.array();
        errors.stream().limit(onlyFirst ? 1 : Long.MAX_VALUE).forEach(list::add);
        return document(400, list);
    }

    /** An error answer with one error; {@code sourceKind} is {@code pointer} or {@code parameter}. */
    static Answer single(
            int status, String code, String title, String detail, @Nullable String sourceKind, String source) {
        return document(status, Json.array().add(error(status, code, title, detail, sourceKind, source)));
    }

    private static Answer document(int status, ArrayNode errors) {
        return Answer.bytes(status, VENDOR_JSON, Json.bytes(Json.object().set("errors", errors)));
    }

    private static ObjectNode error(
            int status, String code, String title, String detail, @Nullable String sourceKind, String source) {
        ObjectNode error = Json.object()
                .put("id", UUID.randomUUID().toString())
                .put("status", status)
                .put("code", code)
                .put("title", title)
                .put("detail", detail);
        ObjectNode where = error.putObject("source");
        if (sourceKind != null) {
            where.put(sourceKind, source);
        }
        error.putObject("links");
        error.putObject("meta");
        return error;
    }
}
