package routes.klaviyo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Klaviyo answered.
 *
 * @param status HTTP status; 0 where there was no answer
 * @param words for a person: code, title and detail of each error, or the kind of page that came instead; no content of
 *     the event
 * @param pointers {@code source.pointer} of each error
 * @param retryAfter of a 429, else null
 * @param html whether a page came instead of JSON: Cloudflare's, not Klaviyo's
 */
public record Answer(
        int status,
        String words,
        List<String> pointers,
        @Nullable Duration retryAfter,
        boolean html) {

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final int WORDS_MAX = 900;
    /** Windows last a minute at most; a longer wait than an hour would be a broken header. */
    private static final long RETRY_AFTER_MAX = 3_600;

    /** @param body as text, possibly empty; @param retryAfter whole seconds as Klaviyo writes them */
    public static Answer of(int status, @Nullable String contentType, @Nullable String retryAfter, String body) {
        boolean html = contentType != null && contentType.contains("html");
        List<String> words = new ArrayList<>();
        List<String> pointers = new ArrayList<>();
        for (JsonNode error : html ? JSON.createArrayNode() : errors(body)) {
            words.add("%s: %s %s"
                    .formatted(
                            error.path("code").asText(),
                            error.path("title").asText(),
                            error.path("detail").asText())
                    .strip());
            String pointer = error.path("source").path("pointer").asText();
            if (!pointer.isEmpty()) {
                pointers.add(pointer);
                words.add("at " + pointer);
            }
        }
        String said = html ? "a web page instead of an answer" : String.join(" ", words);
        return new Answer(
                status,
                said.length() > WORDS_MAX ? said.substring(0, WORDS_MAX) : said,
                pointers,
                seconds(retryAfter),
                html);
    }

    /** @return an answer that never came: time-out, reset, unknown host */
    public static Answer none(String why) {
        return new Answer(0, why.length() > WORDS_MAX ? why.substring(0, WORDS_MAX) : why, List.of(), null, false);
    }

    /** @return whether nothing but the phone number is refused: the event can go without it */
    public boolean refusesPhoneOnly() {
        return status == 400
                && !pointers.isEmpty()
                && pointers.stream().allMatch(pointer -> pointer.endsWith("/phone_number"));
    }

    private static JsonNode errors(String body) {
        try {
            return JSON.readTree(body).path("errors");
        } catch (JsonProcessingException e) {
            return JSON.createArrayNode();
        }
    }

    private static @Nullable Duration seconds(@Nullable String header) {
        try {
            return header == null
                    ? null
                    : Duration.ofSeconds(Math.max(0, Math.min(RETRY_AFTER_MAX, Long.parseLong(header.strip()))));
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
