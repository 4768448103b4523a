package routes;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.TypeConverter;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.support.MessageHelper;
import org.apache.camel.support.ObjectHelper;
import org.apache.camel.support.http.HttpUtil;
import org.jspecify.annotations.Nullable;

/**
 * What {@code platform-http:/path} is answered by: as Camel's own, but no thread waits for a route that waits. Camel's
 * keeps a worker for each request until its route has ended; with one of them for each sender who waits for a commit,
 * waking them all took more time than all that they did.
 */
final class Listener implements PlatformHttpEngine {

    private static final byte[] NOTHING = {};

    private final int port;
    private final AtomicInteger unanswered = new AtomicInteger();

    /** @param port of Camel's main server */
    Listener(int port) {
        this.port = port;
    }

    /** @return how many requests are here as a whole and not answered yet */
    int unanswered() {
        return unanswered.get();
    }

    @Override
    public int getServerPort() {
        return port;
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        return new Consumer(endpoint, processor, VertxPlatformHttpRouter.getRouterNameFromPort(port));
    }

    private final class Consumer extends VertxPlatformHttpConsumer {

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
                    .compose(read -> begin(exchange, request, loop))
                    .onFailure(failure -> {
                        failed(exchange, request, failure);
                        over(exchange);
                    });
        }

        private Future<Boolean> begin(Exchange exchange, RoutingContext request, Context loop) {
            Future<Boolean> begun = loop.executeBlocking(() -> process(exchange, request, loop), false);
            unanswered.incrementAndGet();
            return begun.onFailure(failure -> unanswered.decrementAndGet());
        }

        /** Begins on a worker, as Camel's; what follows an asynchronous step runs where that ended, and must not block. */
        private boolean process(Exchange exchange, RoutingContext request, Context loop) throws Exception {
            createUoW(exchange);
            return getAsyncProcessor().process(exchange, here -> {
                // Not on the loop: a stream may be long in coming.
                byte[] body = body(exchange);
                try {
                    loop.runOnContext(now -> answer(exchange, request, body));
                } catch (RejectedExecutionException e) {
                    // The server has ended, and with it the connection.
                    answered(exchange);
                }
            });
        }

        private static byte[] body(Exchange exchange) {
            try {
                // Camel would write text in the character set that the sender's Content-Type names.
                byte[] body = exchange.getMessage().getBody() instanceof String text
                        ? text.getBytes(StandardCharsets.UTF_8)
                        : exchange.getMessage().getBody(byte[].class);
                // What a failure is about is nothing to tell a stranger.
                return body == null || exchange.getException() != null ? NOTHING : body;
            } catch (RuntimeException | Error e) {
                exchange.setException(e);
                return NOTHING;
            }
        }

        private void answer(Exchange exchange, RoutingContext request, byte[] body) {
            try {
                // Somebody who has hung up meanwhile hears nothing.
                if (!request.response().ended()) {
                    write(exchange, request.response(), body);
                }
            } catch (RuntimeException e) {
                failed(exchange, request, e);
            } finally {
                answered(exchange);
            }
        }

        private void write(Exchange exchange, HttpServerResponse response, byte[] body) {
            Message message = exchange.getMessage();
            response.setStatusCode(HttpUtil.determineResponseCode(exchange, message.getBody()));
            TypeConverter converter = exchange.getContext().getTypeConverter();
            message.getHeaders()
                    .forEach((name, value) -> HttpUtil.applyHeader(
                            getEndpoint().getHeaderFilterStrategy(),
                            exchange,
                            ObjectHelper.createIterator(value, null, true),
                            converter,
                            name,
                            (values, only) -> putHeader(response, name, values, only)));
            String type = MessageHelper.getContentType(message);
            if (type != null) {
                response.putHeader(HttpHeaders.CONTENT_TYPE, type);
            }
            response.end(Buffer.buffer(body));
        }

        private static void putHeader(
                HttpServerResponse response, String name, @Nullable List<String> values, @Nullable String only) {
            if (values != null) {
                response.putHeader(name, values);
            } else if (only != null) {
                response.putHeader(name, only);
            }
        }

        private void failed(Exchange exchange, RoutingContext request, Throwable failure) {
            getExceptionHandler().handleException("a request cannot be answered", exchange, failure);
            request.fail(failure);
        }

        private void answered(Exchange exchange) {
            unanswered.decrementAndGet();
            over(exchange);
        }

        private void over(Exchange exchange) {
            doneUoW(exchange);
            releaseExchange(exchange, false);
        }
    }
}
