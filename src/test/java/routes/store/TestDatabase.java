package routes.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The two databases that the store speaks, both real: a file in a folder of the test, and a PostgreSQL of the tests' own. */
public enum TestDatabase {
    HSQLDB {
        @Override
        public String url(Path folder) {
            return "jdbc:hsqldb:file:" + folder.resolve("store");
        }

        @Override
        public String user() {
            return "SA";
        }
    },
    POSTGRESQL {
        private final AtomicInteger count = new AtomicInteger();
        private @Nullable EmbeddedPostgres server;

        /** A new database in the one server, which ends with the process. */
        @Override
        public synchronized String url(Path folder) {
            try {
                EmbeddedPostgres running = server;
                if (running == null) {
                    running = EmbeddedPostgres.builder().start();
                    server = running;
                }
                String name = "store" + count.incrementAndGet();
                try (Connection connection = running.getPostgresDatabase().getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute("CREATE DATABASE " + name);
                }
                return running.getJdbcUrl("postgres", name);
            } catch (IOException e) {
                throw new UncheckedIOException("PostgreSQL does not start", e);
            } catch (SQLException e) {
                throw new IllegalStateException("PostgreSQL does not make a database", e);
            }
        }

        @Override
        public String user() {
            return "postgres";
        }
    };

    /** @return the address of a database that nobody has used yet */
    public abstract String url(Path folder);

    public abstract String user();
}
