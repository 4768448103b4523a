package routes.intercom;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Holds requests to their {@link HttpRequest#timeout()} until the last byte of the answer. Java's client looks at it
 * until the headers are there only: a body that stops half-way, as on a connection that a firewall has forgotten, would
 * be waited for without end.
 */
public final class WholeExchange {

    private WholeExchange() {}

    /**
     * @param client of HTTP/1.1: what is given up takes its connection with it
     * @param request with a timeout
     * @return the answer; ends with {@link HttpTimeoutException} when it is not whole in time
     */
    public static <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpClient client, HttpRequest request, BodyHandler<T> body) {
        long millis = millis(request);
        CompletableFuture<HttpResponse<T>> exchange = client.sendAsync(request, body);
        // Not on the thread that ends them: all time-outs of this process share it.
        return exchange.copy().orTimeout(millis, TimeUnit.MILLISECONDS).handleAsync((response, failure) -> {
            if (failure == null) {
                return response;
            }
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause instanceof TimeoutException) {
                exchange.cancel(true);
                throw new CompletionException(late(millis));
            }
            throw new CompletionException(cause);
        });
    }

    /**
     * As {@link #sendAsync}, waiting for the answer.
     *
     * @throws IOException when there is none, or none in time
     */
    public static <T> HttpResponse<T> send(HttpClient client, HttpRequest request, BodyHandler<T> body)
            throws IOException, InterruptedException {
        long millis = millis(request);
        CompletableFuture<HttpResponse<T>> exchange = client.sendAsync(request, body);
        try {
            return exchange.get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw late(millis);
        } finally {
            // Where it is answered this does nothing; else nobody waits for it any more.
            exchange.cancel(true);
        }
    }

    private static long millis(HttpRequest request) {
        return request.timeout().orElseThrow().toMillis();
    }

    private static HttpTimeoutException late(long millis) {
        return new HttpTimeoutException("no whole answer within " + millis + " ms");
    }
}
