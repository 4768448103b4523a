package routes;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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

    /**
     * As many as can work at once, and one for when one waits. Of Camel's 20 one would be woken for each request, all to
     * wait for the same processors.
     */
    private static final int WORKERS = Math.max(3, Runtime.getRuntime().availableProcessors() + 1);

    private final int port;
    private final AtomicInteger unanswered = new AtomicInteger();
    private final ThreadPoolExecutor workers;

    /** @param port of Camel's main server */
    Listener(int port) {
        this.port = port;
        workers = new ThreadPoolExecutor(WORKERS, WORKERS, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), work -> {
            Thread thread = new Thread(work, "receive");
            thread.setDaemon(true);
            return thread;
        });
        // They end by themselves when nobody comes any more.
        workers.allowCoreThreadTimeOut(true);
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
                    .onSuccess(read -> begin(exchange, request, loop))
                    .onFailure(failure -> {
                        failed(exchange, request, failure);
                        over(exchange);
                    });
        }

        private void begin(Exchange exchange, RoutingContext request, Context loop) {
            unanswered.incrementAndGet();
            try {
                workers.execute(() -> process(exchange, request, loop));
            } catch (RuntimeException | Error e) {
                // No thread can be had.
                end(exchange, () -> failed(exchange, request, e));
            }
        }

        /** What follows an asynchronous step runs where that ended, and must not block. */
        private void process(Exchange exchange, RoutingContext request, Context loop) {
            try {
                createUoW(exchange);
                boolean unused = getAsyncProcessor().process(exchange, here -> {
                    // Not on the loop: a stream may be long in coming.
                    byte[] body = body(exchange);
                    onLoop(loop, exchange, () -> answer(exchange, request, body));
                });
            } catch (Exception | Error e) {
                // Also when the memory is full: somebody waits for an answer.
                onLoop(loop, exchange, () -> failed(exchange, request, e));
            }
        }

        private void onLoop(Context loop, Exchange exchange, Runnable answer) {
            try {
                loop.runOnContext(now -> end(exchange, answer));
            } catch (RejectedExecutionException e) {
                // The server has ended, and with it the connection.
                answered(exchange);
            }
        }

        private void end(Exchange exchange, Runnable answer) {
            try {
                answer.run();
            } finally {
                answered(exchange);
            }
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
