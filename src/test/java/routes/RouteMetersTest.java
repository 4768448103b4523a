package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class RouteMetersTest {

    private final MeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void whatGoesThroughARouteIsCountedAlsoAfterItIsReplaced() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addRoutePolicyFactory(new RouteMeters(meters));
            context.addRoutes(route());
            context.start();
            context.createProducerTemplate()
                    .asyncSendBody("direct:in", "well")
                    .exceptionally(failure -> null)
                    .get();
            context.createProducerTemplate()
                    .asyncSendBody("direct:in", "refused")
                    .exceptionally(failure -> null)
                    .get();
            context.createProducerTemplate()
                    .asyncSendBody("direct:in", "dealt with")
                    .exceptionally(failure -> null)
                    .get();

            context.getRouteController().stopRoute("a-route");
            context.removeRoute("a-route");
            context.addRoutes(route());
            context.createProducerTemplate()
                    .asyncSendBody("direct:in", "well")
                    .exceptionally(failure -> null)
                    .get();
        }
        assertEquals(4, count(RouteMeters.TOTAL));
        assertEquals(1, count(RouteMeters.FAILED));
        assertEquals(1, count(RouteMeters.FAILURES_HANDLED));
    }

    private static RouteBuilder route() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in")
                        .routeId("a-route")
                        .onException(IllegalArgumentException.class)
                        .handled(true)
                        .end()
                        .choice()
                        .when(body().isEqualTo("refused"))
                        .throwException(IllegalStateException.class, "refused")
                        .when(body().isEqualTo("dealt with"))
                        .throwException(IllegalArgumentException.class, "dealt with");
            }
        };
    }

    private double count(String meter) {
        return meters.get(meter).tag(RouteMeters.ROUTE, "a-route").counter().count();
    }
}
