package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.spi.Registry;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The functions of our own that mappings may call, called as a route calls them. */
class MappingFunctionsTest extends CamelTestSupport {

    private static final String MAPPING =
            "{iso: (.date | iso), plain: (.html | plain), number: (.count | number), text: (.id | text)}";

    private final ObjectMapper json = new ObjectMapper();

    @Override
    protected void bindToRegistry(Registry registry) {
        MappingFunctions.bind(registry);
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:map").transform().language("jq", MAPPING);
            }
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"date\": 1795600530} | iso | \"2026-11-25T09:55:30Z\"",
                "{\"date\": \"2026-01-10T04:41:59.251+00:00\"} | iso | \"2026-01-10T04:41:59Z\"",
                "{\"date\": \"soon\"} | iso | null",
                "{\"html\": \"<p>Hello &amp; <b>good-bye</b></p>\"} | plain | \"Hello & good-bye\"",
                "{\"count\": \"7\"} | number | 7",
                "{\"count\": \"many\"} | number | null",
                "{\"id\": 215471234567890} | text | \"215471234567890\"",
                "{} | text | null"
            })
    void aMappingMayCall(String given, String function, String expected) throws Exception {
        JsonNode mapped = template().requestBody("direct:map", json.readTree(given), JsonNode.class);

        assertEquals(json.readTree(expected), mapped.get(function));
    }
}
