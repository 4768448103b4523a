package routes;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.support.MessageHelper;

/**
 * What {@code platform-http:/path} is answered by: as Camel's own, but no thread waits for a route that waits. Camel's
 * keeps a worker for each request until its route has ended; with one of them for each sender who waits for a commit,
 * waking them all took more time than all that they did.
 */
final class Listener implements PlatformHttpEngine {

    private final int port;

    /** @param port of Camel's main server */
    Listener(int port) {
        this.port = port;
    }

    @Override
    public int getServerPort() {
        return port;
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        return new Consumer(endpoint, processor, VertxPlatformHttpRouter.getRouterNameFromPort(port));
    }

    private static final class Consumer extends VertxPlatformHttpConsumer {

        Consumer(PlatformHttpEndpoint endpoint, Processor processor, String router) {
            super(endpoint, processor, List.of(), router);
        }

        @Override
        protected void handleRequest(RoutingContext request) {
            if (isSuspended()) {
                super.handleRequest(request);
                return;
            }
            Exchange exchange = createExchange(false);
            exchange.setPattern(ExchangePattern.InOut);
            Context loop = request.vertx().getOrCreateContext();
            processHttpRequest(exchange, request)
                    .onSuccess(read -> loop.executeBlocking(
                            () -> {
                                process(exchange, request, loop);
                                return exchange;
                            },
                            false))
                    .onFailure(failure -> failed(exchange, request, failure));
        }

        /** On a worker, as Camel's: a step that blocks there keeps no other connection waiting. */
        private void process(Exchange exchange, RoutingContext request, Context loop) {
            try {
                createUoW(exchange);
            } catch (Exception e) {
                loop.runOnContext(now -> failed(exchange, request, e));
                return;
            }
            getAsyncProcessor().process(exchange, here -> loop.runOnContext(now -> answer(exchange, request)));
        }

        private void answer(Exchange exchange, RoutingContext request) {
            try {
                // Somebody who has hung up meanwhile hears nothing.
                if (!request.response().ended()) {
                    write(exchange, request.response());
                }
            } catch (RuntimeException e) {
                failed(exchange, request, e);
                return;
            }
            over(exchange);
        }

        private void write(Exchange exchange, HttpServerResponse response) {
            Message message = exchange.getMessage();
            boolean failed = exchange.getException() != null;
            byte[] body = failed ? null : message.getBody(byte[].class);
            int otherwise = body == null ? 204 : 200;
            response.setStatusCode(
                    failed ? 500 : message.getHeader(Exchange.HTTP_RESPONSE_CODE, otherwise, Integer.class));
            HeaderFilterStrategy filter = getEndpoint().getHeaderFilterStrategy();
            for (Map.Entry<String, Object> header : message.getHeaders().entrySet()) {
                String value = String.valueOf(header.getValue());
                if (!filter.applyFilterToCamelHeaders(header.getKey(), value, exchange)) {
                    response.putHeader(header.getKey(), value);
                }
            }
            String type = MessageHelper.getContentType(message);
            if (type != null) {
                response.putHeader(HttpHeaders.CONTENT_TYPE, type);
            }
            response.end(body == null ? Buffer.buffer() : Buffer.buffer(body));
        }

        private void failed(Exchange exchange, RoutingContext request, Throwable failure) {
            getExceptionHandler().handleException("a request cannot be answered", exchange, failure);
            request.fail(failure);
            over(exchange);
        }

        private void over(Exchange exchange) {
            doneUoW(exchange);
            releaseExchange(exchange, false);
        }
    }
}
