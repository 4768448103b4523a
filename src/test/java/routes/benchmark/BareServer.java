package routes.benchmark;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import routes.harness.Orders;

/** The baseline: the same HTTP server without anything behind it. It reads the request and answers 200. */
public final class BareServer {

    private BareServer() {}

    public static void main(String[] args) throws IOException {
        // As the program does.
        System.setProperty("vertx.disableDnsResolver", "true");
        Vertx vertx = Vertx.vertx();
        HttpServer server = vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                .requestHandler(request ->
                        request.body().onSuccess(body -> request.response().end("stored")));
        CompletableFuture<Integer> port = new CompletableFuture<>();
        server.listen(0)
                .onSuccess(listening -> port.complete(listening.actualPort()))
                .onFailure(port::completeExceptionally);
        Orders.obey(Integer.toString(port.join()), order -> order);
        vertx.close();
    }
}
