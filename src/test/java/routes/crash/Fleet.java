package routes.crash;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import routes.harness.Child;
import routes.harness.Deadline;
import routes.harness.Product;

/** The jar as one process on its embedded database, or as several on one PostgreSQL. Not thread-safe. */
final class Fleet implements AutoCloseable {

    private static final Duration READY = Duration.ofSeconds(120);
    private static final Path JAR = Path.of("target", "intercom-klaviyo.jar");

    private final @Nullable EmbeddedPostgres database;
    private final List<Product> products = new ArrayList<>();
    private final List<Child> lives = new ArrayList<>();

    Fleet(int instances, Path folder, Path log, URI intercom, URI klaviyo) throws IOException {
        EmbeddedPostgres shared = null;
        if (instances > 1) {
            ProcessBuilder.Redirect tooMuchToShow = ProcessBuilder.Redirect.appendTo(
                    folder.resolve("postgresql.txt").toFile());
            shared = EmbeddedPostgres.builder()
                    .setOutputRedirector(tooMuchToShow)
                    .setErrorRedirector(tooMuchToShow)
                    .start();
        }
        database = shared;
        for (int i = 0; i < instances; i++) {
            Product product = new Product(JAR, List.of("-Xmx512m"), folder, log, intercom, klaviyo);
            if (shared != null) {
                product.with("DATABASE_URL", shared.getJdbcUrl("postgres", "postgres"))
                        .with("DATABASE_USER", "postgres");
            }
            products.add(product);
        }
    }

    /** All of them; returns when they are ready. */
    void start() {
        products.forEach(product -> lives.add(product.start()));
        products.forEach(product -> Deadline.await("the first start", READY, product::isReady));
    }

    List<URI> webhooks() {
        return products.stream().map(Product::webhooks).toList();
    }

    Product first() {
        return products.get(0);
    }

    Child life(int which) {
        return lives.get(which);
    }

    void startAgain(int which) {
        lives.set(which, products.get(which).start());
    }

    @Override
    public void close() throws IOException {
        products.forEach(Product::close);
        if (database != null) {
            database.close();
        }
    }
}
