package routes;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;

/** A Vert.x whose HTTP server is watched over by {@link Senders}: Camel makes that server, without a setting for limits. */
final class BoundedVertx extends VertxWrapper {

    static {
        // A server looks no names up: Netty's resolver would be loaded for nothing, and is not in the jar.
        System.setProperty("vertx.disableDnsResolver", "true");
    }

    /** A server of ours sends none: it makes no folder for copies of them. */
    private static final FileSystemOptions NO_FILES =
            new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);

    private static final long LOOK_EVERY_MILLIS = 100;

    private final Senders senders;
    private final Runnable beforeListening;

    /** @param beforeListening done when a server is there, and nobody can connect to it yet */
    BoundedVertx(Senders senders, Runnable beforeListening) {
        super((VertxInternal) Vertx.vertx(new VertxOptions().setFileSystemOptions(NO_FILES)));
        this.senders = senders;
        this.beforeListening = beforeListening;
    }

    @Override
    public HttpServer createHttpServer(HttpServerOptions options) {
        // Without HTTP/2, where one connection carries any number of requests; TLS, and that, are the proxy's.
        HttpServer server =
                super.createHttpServer(options.setHttp2ClearTextEnabled(false)).connectionHandler(senders::connected);
        beforeListening.run();
        setPeriodic(LOOK_EVERY_MILLIS, timer -> senders.look());
        return server;
    }
}
