package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class RouteQuartzTest {

    @Test
    void onlyRoutesAreScheduled() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.disableJMX();
            context.getRegistry().bind("quartz", new RouteQuartz());
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("quartz:tick?cron=0+0+3+*+*+?").routeId("tick").to("log:tick");
                }
            });
            context.start();
            assertEquals(
                    "Started",
                    context.getRouteController().getRouteStatus("tick").name());

            String earlier = "quartz:tick?cron=0+0+4+*+*+?";
            assertThrows(ResolveEndpointFailedException.class, () -> context.getEndpoint(earlier));
            assertNull(context.hasEndpoint(earlier));
        }
    }
}
