package routes.klaviyo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class BulkRequestTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void aProfileStandsBesideItsEventAndItsMetaBesideItsAttributes() throws IOException {
        String single = """
                {"properties": {"a": 1.5, "b": ["\\u00e9", null]},
                 "metric": {"data": {"type": "metric", "attributes": {"name": "Created Ticket"}}},
                 "profile": {"data": {"type": "profile", "attributes": {"email": "a@klaviyo-demo.com", "meta": {"patch_properties": {}}}}},
                 "time": "2026-11-27T00:00:00Z", "unique_id": "1"}""";
        String expected = """
                {"data": {"type": "event-bulk-create-job", "attributes": {"events-bulk-create": {"data": [
                  {"type": "event-bulk-create", "attributes": {
                    "profile": {"data": {"type": "profile", "attributes": {"email": "a@klaviyo-demo.com"}, "meta": {"patch_properties": {}}}},
                    "events": {"data": [{"type": "event", "attributes": {
                      "properties": {"a": 1.5, "b": ["\\u00e9", null]},
                      "metric": {"data": {"type": "metric", "attributes": {"name": "Created Ticket"}}},
                      "time": "2026-11-27T00:00:00Z", "unique_id": "1"}}]}}}]}}}}""";
        assertEquals(JSON.readTree(expected), JSON.readTree(BulkRequest.of(List.of(single))));
    }

    @Test
    void whatIsNoObjectIsNoEvent() {
        for (String text : List.of("", "[]", "null", "1")) {
            assertThrows(IllegalArgumentException.class, () -> BulkRequest.of(List.of(text)), text);
        }
        assertThrows(JsonProcessingException.class, () -> BulkRequest.of(List.of("{\"a\": ")));
    }
}
