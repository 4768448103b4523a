package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds and pages. The cursor is an offset into the order of the moment and nothing is kept between two pages, as at
 * Intercom: what changes while a caller pages can be missed or come twice. Safe for use by several threads.
 */
final class SearchPages {

    private static final int CACHED = 16;

    private final SearchGranularity granularity;
    private final SearchOrder order;
    private final int timeoutAbove;

    /** The latest results by query: as long as nothing changes, the next page need not search again. */
    private final Map<String, Found> cache = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Found> eldest) {
            return size() > CACHED;
        }
    };

    private record Found(long version, List<Stored> results) {}

    /** @param timeoutAbove pages larger than this take too long: 504 */
    SearchPages(SearchGranularity granularity, SearchOrder order, int timeoutAbove) {
        this.granularity = granularity;
        this.order = order;
        this.timeoutAbove = timeoutAbove;
    }

    /** The answer to a search request with this body. */
    Answer search(SearchKind kind, Shelf shelf, JsonNode body) {
        try {
            JsonNode pagination = body.path("pagination");
            JsonNode after = pagination.path("starting_after");
            int perPage = pagination.path("per_page").asInt(kind.perPage());
            SearchQuery query = SearchQuery.of(body.path("query"), kind, granularity);
            String text = kind + body.path("query").toString();
            return page(kind, shelf, query, text, perPage, after.isNull() ? null : after.asText(null));
        } catch (InvalidSearchException e) {
            return IntercomAnswers.invalid(e.told());
        }
    }

    /** The answer to {@code GET /conversations}: everything, in pages. */
    Answer list(SearchKind kind, Shelf shelf, int perPage, @Nullable String after) {
        try {
            return page(kind, shelf, SearchQuery.ALL, kind + "*", perPage, after);
        } catch (InvalidSearchException e) {
            return IntercomAnswers.invalid(e.told());
        }
    }

    private Answer page(
            SearchKind kind, Shelf shelf, SearchQuery query, String text, int perPage, @Nullable String after) {
        if (perPage < 1 || perPage > SearchKind.MAX_PER_PAGE) {
            throw new InvalidSearchException("per_page must be between 1 and " + SearchKind.MAX_PER_PAGE);
        }
        if (perPage > timeoutAbove) {
            return IntercomAnswers.error(504, "request_timeout", "The request took too long");
        }
        int offset = after == null ? 0 : offset(after);
        List<Stored> found = find(shelf, query, text);
        List<Stored> page =
                offset >= found.size() ? List.of() : found.subList(offset, Math.min(found.size(), offset + perPage));
        return Answer.bytes(
                200, "application/json; charset=utf-8", document(kind, page, found.size(), offset, perPage));
    }

    private List<Stored> find(Shelf shelf, SearchQuery query, String text) {
        long version = shelf.version();
        synchronized (cache) {
            Found known = cache.get(text);
            if (known != null && known.version() == version) {
                return known.results();
            }
        }
        List<Stored> results = new ArrayList<>();
        for (Stored stored : shelf.between(query.createdFrom(), query.createdTo())) {
            if (query.matches().test(stored)) {
                results.add(stored);
            }
        }
        results.sort(order.comparator());
        synchronized (cache) {
            cache.put(text, new Found(version, results));
        }
        return results;
    }

    private static byte[] document(SearchKind kind, List<Stored> page, int total, int offset, int perPage) {
        int number = offset / perPage + 1;
        ObjectNode pages = Json.object()
                .put("type", "pages")
                .put("page", number)
                .put("per_page", perPage)
                .put("total_pages", (total + perPage - 1) / perPage);
        if (offset + page.size() < total && !page.isEmpty()) {
            pages.putObject("next").put("page", number + 1).put("starting_after", cursor(offset + page.size()));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(
                512 + page.stream().mapToInt(stored -> stored.head().length + 1).sum());
        write(out, "{\"type\":\"" + kind.type() + "\",\"" + kind.key() + "\":[");
        for (int i = 0; i < page.size(); i++) {
            Stored stored = page.get(i);
            if (i > 0) {
                out.write(',');
            }
            out.writeBytes(item(kind, stored));
        }
        write(out, "],\"total_count\":" + total + ",\"pages\":");
        out.writeBytes(Json.bytes(pages));
        out.write('}');
        return out.toByteArray();
    }

    private static byte[] item(SearchKind kind, Stored stored) {
        if (kind == SearchKind.TICKETS && stored.partCount() > IntercomStandIn.MAX_PARTS) {
            return Json.bytes(stored.nodeWithNewestParts(IntercomStandIn.MAX_PARTS));
        }
        return kind == SearchKind.CONTACTS ? ContactShape.onTheWire(stored) : stored.head();
    }

    private static void write(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String cursor(int offset) {
        return Base64.getEncoder().encodeToString(("[" + offset + "]").getBytes(StandardCharsets.UTF_8));
    }

    private static int offset(String cursor) {
        try {
            String text = new String(Base64.getDecoder().decode(cursor), StandardCharsets.UTF_8);
            if (text.matches("\\[\\d{1,9}]")) {
                return Integer.parseInt(text.substring(1, text.length() - 1));
            }
        } catch (IllegalArgumentException notBase64) {
            // Falls through: the same answer as for any other text.
        }
        throw new InvalidSearchException("starting_after is not a cursor");
    }
}
