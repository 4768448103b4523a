package routes.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.ClassicConfiguration;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.flywaydb.core.internal.plugin.PluginRegister;
import org.hsqldb.DatabaseManager;
import org.hsqldb.DatabaseType;
import org.hsqldb.HsqlException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * One database, embedded HSQLDB or PostgreSQL: its pool, its schema brought up to date, its statements. Everything that
 * differs between the two stands in {@code sql/hsqldb} and {@code sql/postgresql}, and here.
 *
 * <p>Thread-safe.
 */
public final class Database implements AutoCloseable {

    /** The two that are tested. */
    enum Dialect {
        HSQLDB,
        POSTGRESQL;

        String folder() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private static final String FILES = "jdbc:hsqldb:file:";

    private final Dialect dialect;
    /** Path of an embedded database's files, without ending; null: it has none. */
    private final @Nullable String files;

    private final @Nullable FileLock lock;
    private final DiskSpace disk;
    private final FutureTask<Pool> opening;
    private final Map<String, String> statements = new ConcurrentHashMap<>();
    private final Ids ids;
    private final Texts texts;
    private @Nullable Claims claims;
    private @Nullable Arrivals arrivals;
    /** Files of a new database. */
    private @Nullable StoreFiles making;

    private record Pool(HikariDataSource source, JdbcTemplate jdbc, TransactionTemplate transactions) {

        static Pool of(HikariDataSource source) {
            return new Pool(
                    source,
                    new JdbcTemplate(source),
                    new TransactionTemplate(new DataSourceTransactionManager(source)));
        }
    }

    private Database(String url, String user, String password) {
        dialect = dialect(url);
        files = url.startsWith(FILES) ? url.substring(FILES.length()).replaceFirst(";.*", "") : null;
        lock = files == null ? null : FileLock.take(files);
        disk = files == null ? DiskSpace.ofNobody() : DiskSpace.around(files);
        opening = new FutureTask<>(() -> openPool(url, user, password));
        ids = new Ids(this);
        texts = new Texts(this, dialect == Dialect.HSQLDB);
    }

    /**
     * Opens the database and brings its schema to this version's. One in files that is new takes in webhooks at once, and is
     * made when more is asked of it: senders need not wait for that.
     *
     * @param url {@code jdbc:hsqldb:file:…} (a path without {@code ;} options), {@code jdbc:hsqldb:mem:…} or {@code jdbc:postgresql:…}
     * @throws StoreException when it cannot be opened or must not be used: the message says what to do
     */
    public static Database open(String url, String user, String password) {
        Database database = new Database(url, user, password);
        try {
            database.open();
            return database;
        } catch (RuntimeException e) {
            database.abandon();
            throw database.cannotBeOpened(e);
        }
    }

    private void open() {
        if (files == null || lock == null) {
            require();
            return;
        }
        disk.require();
        StoreFiles stored = new StoreFiles(files);
        boolean used = lock.isUsed();
        if (!used && stored.areBeingMade()) {
            stored.moveAside();
        }
        if (!used && !stored.areThere()) {
            arrivals = Arrivals.ofNew(this, files);
            stored.markAsBeingMade();
            making = stored;
            return;
        }
        stored.prepare(used);
        readOpenWork();
        arrivals = Arrivals.of(this, files);
        lock.markAsUsed();
        stored.markAsMade();
    }

    private Pool openPool(String url, String user, String password) {
        boolean embedded = dialect == Dialect.HSQLDB;
        HikariDataSource source = null;
        try {
            source = new HikariDataSource(config(url, user, password, embedded));
            if (embedded && (lock == null || !lock.isUsed())) {
                compareWithoutPadding(source);
            }
            migrate(source, dialect);
            Pool pool = Pool.of(source);
            if (making != null && lock != null && arrivals != null) {
                // HSQLDB only warns when it cannot write: from here on what it says has been made counts.
                disk.require();
                arrivals.begin(pool.jdbc);
                lock.markAsUsed();
                making.markAsMade();
            }
            return pool;
        } catch (RuntimeException e) {
            if (source != null) {
                source.close();
            }
            throw cannotBeOpened(e);
        }
    }

    /**
     * Returns when all of it can be used.
     *
     * @throws StoreException when it cannot be: the message says what to do
     */
    public void require() {
        var unused = pool();
    }

    /** Whoever needs it first makes it. */
    private Pool pool() {
        opening.run();
        try {
            return opening.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StoreException known
                    ? known
                    : new StoreException("the database cannot be opened: " + root(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while the database was opened", e);
        }
    }

    private static Dialect dialect(String url) {
        return url.startsWith("jdbc:hsqldb:") ? Dialect.HSQLDB : Dialect.POSTGRESQL;
    }

    private StoreException cannotBeOpened(RuntimeException failure) {
        if (failure instanceof StoreException known) {
            return known;
        }
        String reason = "the database cannot be opened: " + root(failure);
        return new StoreException(
                files == null
                        ? reason
                        : reason + "; if the files " + files
                                + ".* are damaged, restore their folder from a backup: an empty database is not begun in their place",
                failure);
    }

    /**
     * As PostgreSQL does. HSQLDB otherwise pads the shorter text with blanks at every comparison. It goes for tables that
     * are made later, so an older database stays as it is.
     */
    private static void compareWithoutPadding(DataSource source) {
        new JdbcTemplate(source).execute("SET DATABASE COLLATION SQL_TEXT NO PAD");
    }

    /**
     * HSQLDB reads a damaged file of rows without a word until it comes to the damage: of what is still to be done the first
     * thousands are read at once. All of it would hold up a start with a large backlog.
     */
    private void readOpenWork() {
        jdbc().query(sql("read-open-inbox"), row -> {});
        jdbc().query(sql("read-open-outbox"), row -> {});
    }

    private static HikariConfig config(String url, String user, String password, boolean embedded) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("database");
        config.setConnectionTimeout(Duration.ofSeconds(3).toMillis());
        config.setMaximumPoolSize(12);
        config.setMinimumIdle(2);
        if (embedded) {
            // write_delay=false: a commit returns when it is synced to disk. cached: bodies do not stay in memory.
            // full_log_replay: a log that is damaged in the middle is refused, not read up to there.
            // lock_file=false: ours is let go by the system when the process dies, HSQLDB's is waited for.
            // cache_rows, cache_size: rows of the delivery log that its indices are gone through for, found without
            // reading them.
            String options = ";hsqldb.write_delay=false;hsqldb.tx=mvcc;hsqldb.default_table_type=cached"
                    + ";hsqldb.lock_file=false;hsqldb.full_log_replay=true;hsqldb.log_size=200"
                    + ";hsqldb.cache_rows=100000;hsqldb.cache_size=65536;sql.syntax_pgs=false;shutdown=false";
            config.setDataSource(new PreparedOnce(new DriverManagerDataSource(url + options, user, password)));
            config.setInitializationFailTimeout(1);
        } else {
            config.setJdbcUrl(url);
            config.setUsername(user);
            config.setPassword(password);
            config.addDataSourceProperty("reWriteBatchedInserts", "true");
            config.addDataSourceProperty("ApplicationName", "intercom-klaviyo");
            // Else what a statement was to write, notifications among it, gets into the log with its failure.
            config.addDataSourceProperty("logServerErrorDetail", "false");
            config.addDataSourceProperty("socketTimeout", "60");
            config.addDataSourceProperty("connectTimeout", "5");
        }
        return config;
    }

    /**
     * Flyway's extensions, none of which is set here. Flyway works with a copy of its configuration, and copies them through
     * JSON: a tenth of the start.
     */
    private static final class OnlyOne extends PluginRegister {

        @Override
        public PluginRegister getCopy() {
            return this;
        }
    }

    private static void migrate(DataSource source, Dialect dialect) {
        Migrations migrations = new Migrations(dialect);
        if (!areApplied(migrations, source)) {
            migrate(source, migrations);
        }
    }

    private static boolean areApplied(Migrations migrations, DataSource source) {
        try (Connection connection = source.getConnection()) {
            return migrations.areApplied(connection);
        } catch (SQLException e) {
            throw new StoreException("the database cannot be reached: " + root(e), e);
        }
    }

    private static void migrate(DataSource source, Migrations migrations) {
        ClassicConfiguration configuration = new ClassicConfiguration();
        configuration.setPluginRegister(new OnlyOne());
        configuration.setDataSource(source);
        configuration.setLocationsAsStrings(migrations.location());
        configuration.setResourceProvider(migrations);
        configuration.setJavaMigrationClassProvider(List::of);
        configuration.setTable("schema_version");
        // Nothing is ignored: a store written by a newer version must be refused, not half understood.
        configuration.setIgnoreMigrationPatterns("*:pending");
        configuration.setBaselineOnMigrate(false);
        configuration.setLoggers("slf4j");
        Flyway flyway = new Flyway(configuration);
        try {
            flyway.migrate();
        } catch (FlywayValidateException e) {
            throw new StoreException(
                    "the database was written by another version of this program, newer than this one or changed by hand;"
                            + " start that version, or restore a backup: " + e.getMessage(),
                    e);
        } catch (FlywayException e) {
            throw new StoreException("the database's schema could not be brought up to date: " + root(e), e);
        }
    }

    /** @return what Camel's sql component and Quartz use; nobody else does outside this package */
    public DataSource dataSource() {
        return pool().source;
    }

    /** @return whether several instances may share the database at this URL */
    public static boolean isShared(String url) {
        return dialect(url) == Dialect.POSTGRESQL;
    }

    /** @return whether several instances may share this database */
    public boolean isShared() {
        return dialect == Dialect.POSTGRESQL;
    }

    /** @throws StoreException when it cannot be opened */
    JdbcTemplate jdbc() {
        return pool().jdbc;
    }

    Ids ids() {
        return ids;
    }

    Texts texts() {
        return texts;
    }

    /** @return what this process claims with, on a shared database; from the first time on, others see that it lives */
    synchronized Claims claims() {
        Claims ours = claims;
        if (ours == null) {
            ours = new Claims(this);
            ours.start();
            claims = ours;
        }
        return ours;
    }

    /** @return where webhooks wait; null: in the inbox itself, as where several instances share it */
    @Nullable
    Arrivals arrivals() {
        return arrivals;
    }

    /** @return when the oldest webhook came of those that wait here, or the other time where that is earlier */
    @Nullable
    Instant oldestWith(@Nullable Instant other) {
        Instant oldest = arrivals == null ? null : arrivals.oldest();
        return oldest == null || (other != null && other.isBefore(oldest)) ? other : oldest;
    }

    /** In the transaction that is under way: they are due from when they came. */
    void insertInbox(List<InboxEntry> entries) {
        List<Object[]> rows = new ArrayList<>(entries.size());
        for (InboxEntry entry : entries) {
            rows.add(new Object[] {
                entry.id(),
                entry.notification(),
                entry.origin().lane(),
                entry.receivedAt().toEpochMilli(),
                entry.replays()
            });
        }
        batch("insert-inbox", rows);
    }

    /** @return for each row how many were changed */
    int[] batch(String statement, List<Object[]> rows) {
        return rows.isEmpty() ? new int[0] : jdbc().batchUpdate(sql(statement), rows);
    }

    /** @return the statement of that name: the dialect's own where it has one */
    String sql(String name) {
        return statements.computeIfAbsent(name, wanted -> {
            String own = read("/sql/" + dialect.folder() + "/" + wanted + ".sql");
            return own == null
                    ? Objects.requireNonNull(read("/sql/" + wanted + ".sql"), "no statement " + wanted)
                    : own;
        });
    }

    private static @Nullable String read(String resource) {
        try (InputStream stream = Database.class.getResourceAsStream(resource)) {
            return stream == null ? null : new String(stream.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws StoreException when the disk is about to be full */
    void requireDisk() {
        disk.require();
    }

    /**
     * @throws StoreException when it did not commit; then nothing of it is in the database
     * @throws OvertakenException when that is so because of another transaction at this moment
     */
    <T extends @Nullable Object> T transaction(Supplier<T> work) {
        disk.require();
        try {
            return pool().transactions.execute(status -> work.get());
        } catch (ConcurrencyFailureException e) {
            throw new OvertakenException("another transaction was faster: " + root(e), e);
        } catch (DataAccessException | TransactionException e) {
            throw new StoreException("the database refuses: " + root(e), e);
        }
    }

    /** @return whether a trivial query is answered, and there is room to write */
    public boolean isReachable() {
        if (!disk.isEnough()) {
            return false;
        }
        try (Connection connection = pool().source.getConnection()) {
            return connection.isValid(2);
        } catch (SQLException | StoreException e) {
            return false;
        }
    }

    private static String root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    /**
     * Leaves the files as they are, but for those of a database that could not be made. HSQLDB keeps a database open behind
     * its last connection, also where it refused the first: with it as many bytes as damage said that a row has, and whoever
     * opens the restored files gets the damaged ones.
     */
    private void abandon() {
        Pool opened = opening.isDone() ? opened() : null;
        if (opened != null) {
            opened.source.close();
        }
        try {
            org.hsqldb.Database open =
                    files == null ? null : DatabaseManager.lookupDatabaseObject(DatabaseType.DB_FILE, files);
            if (open != null) {
                open.close(org.hsqldb.Database.CLOSEMODE_IMMEDIATELY);
            }
        } catch (HsqlException e) {
            // Why it is refused is what an operator has to hear.
            LOG.debug("The database stays open", e);
        }
        if (making != null && lock != null && !lock.isUsed()) {
            making.delete();
        }
        if (arrivals != null) {
            arrivals.close();
        }
        if (lock != null) {
            lock.close();
        }
    }

    /** @return null: it could not be opened */
    private @Nullable Pool opened() {
        try {
            return pool();
        } catch (StoreException e) {
            LOG.debug("Nothing was opened", e);
            return null;
        }
    }

    /** The pool is closed first: a connection that it opens after that would open the database again. */
    private static void shutDown(HikariDataSource pool) throws SQLException {
        try (Connection last = Objects.requireNonNull(pool.getDataSource()).getConnection();
                Statement statements = last.createStatement()) {
            pool.close();
            boolean unused = statements.execute("SHUTDOWN");
        }
    }

    /** What is handled need not be read again by the next start. */
    private static void closeArrivals(Arrivals arrivals) {
        try (arrivals) {
            arrivals.discard();
        } catch (StoreException e) {
            LOG.debug("The journal stays as it is", e);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (claims != null) {
                claims.close();
            }
        }
        Pool opened = opened();
        if (opened == null) {
            abandon();
            return;
        }
        HikariDataSource source = opened.source;
        try {
            if (arrivals != null) {
                closeArrivals(arrivals);
            }
            if (dialect == Dialect.HSQLDB && source.isRunning()) {
                shutDown(source);
            }
        } catch (SQLException e) {
            throw new StoreException("the database does not shut down: " + root(e), e);
        } finally {
            source.close();
            if (lock != null) {
                lock.close();
            }
        }
    }
}
