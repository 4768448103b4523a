package routes.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.migration.baseline.BaselineMigrationConfigurationExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What an older version has left in its store is still there after an upgrade, and goes on where it stood. */
class UpgradeTest {

    private static final List<String> LEFT = List.of(
            "INSERT INTO notification VALUES (1, 'webhook', 'ticket.created', 'notif_1', 1700000000000, '{\"a\":1}')",
            "INSERT INTO notification VALUES (2, 'webhook', 'ticket.created', 'notif_2', 1700000000000, '{\"a\":2}')",
            "INSERT INTO inbox VALUES (2, 2, 0, 1700000000000, 3, NULL)",
            event(11, "delivered", "NULL", 0, "202", "1700000009000"),
            event(12, "pending", "1700000060000", 2, "503", "NULL"),
            event(13, "waiting", "NULL", 0, "NULL", "NULL"),
            event(14, "parked", "NULL", 1, "400", "NULL"),
            "INSERT INTO attempt VALUES (12, 1700000001000, 503, 'busy')",
            "INSERT INTO attempt VALUES (12, 1700000002000, 503, 'busy')",
            "INSERT INTO attempt VALUES (14, 1700000001000, 400, 'no')");

    /** Columns in the order of the first schema. */
    private static String event(int id, String state, String dueAt, int attempts, String lastStatus, String settledAt) {
        return ("INSERT INTO event VALUES (%d, 'unique-%d', 'Created Ticket', 'contact-%d', 'old@klaviyo-demo.com',"
                        + " 1700000000000, 'webhook', 0, '%s', %s, %d, NULL, %s, NULL, 1700000000000, %s, 1, '{\"id\":%d}')")
                .formatted(id, id, id, state, dueAt, attempts, lastStatus, settledAt, id);
    }

    @ParameterizedTest
    @CsvSource({"HSQLDB, 1", "HSQLDB, 2", "HSQLDB, 5", "POSTGRESQL, 1", "POSTGRESQL, 2", "POSTGRESQL, 5"})
    void whatAnOlderVersionLeftGoesOnWhereItStood(TestDatabase kind, String version, @TempDir Path folder)
            throws SQLException {
        String url = kind.url(folder);
        write(kind, url, version, LEFT);

        try (Database database = Database.open(url, kind.user(), "");
                Inbox inbox = new Inbox(database, Clock.systemUTC());
                DeliveryLog log = new DeliveryLog(database, Clock.systemUTC())) {
            List<InboxEntry> entries = inbox.claim(Origin.WEBHOOK, 10);
            assertEquals(1, entries.size());
            assertEquals("notif_2", entries.get(0).notificationId());
            assertEquals("{\"a\":2}", new String(entries.get(0).body(), UTF_8));
            assertEquals(3, entries.get(0).attempts());

            List<Delivery> deliveries = log.claim(true, 10);
            assertEquals(
                    List.of("unique-12"),
                    deliveries.stream().map(Delivery::uniqueId).toList());
            assertEquals("{\"id\":12}", deliveries.get(0).request());
            assertEquals(2, deliveries.get(0).attempts());

            LogView view = new LogView(database);
            for (int id = 11; id <= 14; id++) {
                assertTrue(log.contains("unique-" + id), "a fact that was told before is still known");
                LogView.Row event = view.event("unique-" + id);
                assertNotNull(event);
                assertEquals(
                        List.of("delivered", "pending", "waiting", "parked").get(id - 11), event.text("state"));
                assertEquals(List.of(1, 2, 0, 1).get(id - 11), view.attempts(id).size());
            }
            assertTrue(database.ids().next() > 14, "new rows get ids of their own");
        }
    }

    @Test
    void textsThatWereDeflatedAreRead(@TempDir Path folder) throws SQLException {
        String url = TestDatabase.HSQLDB.url(folder);
        write(
                TestDatabase.HSQLDB,
                url,
                "12",
                List.of(
                        "INSERT INTO notification VALUES (2, 'webhook', 'ticket.created', 'notif_2', 1700000000000, '')",
                        "INSERT INTO inbox VALUES (2, 2, 0, 1700000000000, 0, NULL)",
                        // {"a":2}, of zlib
                        "INSERT INTO content VALUES (2, X'789cab564a54b232aa0500082c020a')"));

        try (Database database = Database.open(url, "SA", "");
                Inbox inbox = new Inbox(database, Clock.systemUTC())) {
            assertEquals(
                    "{\"a\":2}",
                    new String(inbox.claim(Origin.WEBHOOK, 10).get(0).body(), UTF_8));
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void aContactThatWasDueIsDue(TestDatabase kind, @TempDir Path folder) throws SQLException {
        String url = kind.url(folder);
        List<String> cases = new ArrayList<>(List.of(
                openCase("1", "'contact-1'", "1700000060000", 0),
                openCase("2", "'contact-1'", "1700000000000", 2),
                openCase("3", "'contact-1'", "NULL", 0),
                openCase("4", "'contact-2'", "NULL", 0),
                openCase("5", "NULL", "NULL", 0)));
        Map<String, Integer> attempts = new TreeMap<>(Map.of("contact-1", 2));
        if (kind == TestDatabase.HSQLDB) {
            // Of a process that died; on a shared database others have to miss it first.
            cases.add(openCase("6", "'contact-3'", Long.toString(Claims.BEYOND_TIME), 1));
            attempts.put("contact-3", 1);
        }
        write(kind, url, "10", cases);

        try (Database database = Database.open(url, kind.user(), "")) {
            List<CaseStore.Due> due = new CaseStore(database, Clock.systemUTC()).claim(10);
            assertEquals(
                    attempts,
                    due.stream().collect(Collectors.toMap(CaseStore.Due::contactId, CaseStore.Due::attempts)));
            assertEquals(
                    Set.of(new CaseStore.Counts(3, 0)),
                    due.stream()
                            .filter(each -> each.contactId().equals("contact-1"))
                            .map(CaseStore.Due::counts)
                            .collect(Collectors.toSet()));
        }
    }

    /** Columns in the order of the fifth schema. */
    private static String openCase(String id, String contact, String dueAt, int attempts) {
        return "INSERT INTO open_case VALUES ('conversation', '%s', %s, 1, 5, 1700000000000, %s, %d)"
                .formatted(id, contact, dueAt, attempts);
    }

    /** B15 makes at once what V1 to V15 make one after the other. */
    @Test
    void aNewDatabaseHasTheSchemaOfAnUpgradedOne(@TempDir Path folder) throws SQLException {
        String old = TestDatabase.HSQLDB.url(folder.resolve("old"));
        write(TestDatabase.HSQLDB, old, "11", List.of());

        assertEquals(schema(old), schema(TestDatabase.HSQLDB.url(folder.resolve("new"))));
        assertTrue(isCurrent(old));
    }

    /** As the versions did that had no B15. */
    @Test
    void aDatabaseThatBeganWithB13HasTheSchemaOfANewOne(@TempDir Path folder) throws IOException, SQLException {
        Path migrations = Files.createDirectory(folder.resolve("migrations"));
        try (Stream<Path> each = Files.list(Path.of("src/main/resources/db/hsqldb"))) {
            for (Path file :
                    each.filter(file -> !file.endsWith("B15__schema.sql")).toList()) {
                Files.copy(file, migrations.resolve(file.getFileName()));
            }
        }
        String old = TestDatabase.HSQLDB.url(folder.resolve("old"));
        Flyway before = Flyway.configure()
                .dataSource(old, "SA", "")
                .locations("filesystem:" + migrations)
                .table("schema_version")
                .load();
        assertEquals(3, before.migrate().migrationsExecuted, "B13, V14, V15");
        shutDown(old);

        assertEquals(schema(TestDatabase.HSQLDB.url(folder.resolve("new"))), schema(old));
        assertTrue(isCurrent(old));
    }

    private static boolean isCurrent(String url) throws SQLException {
        try (Database database = Database.open(url, "SA", "");
                Connection connection = database.dataSource().getConnection()) {
            return new Migrations(Database.Dialect.HSQLDB).areApplied(connection);
        }
    }

    private static void shutDown(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "SA", "");
                Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN");
        }
    }

    private static Set<String> schema(String url) {
        try (Database database = Database.open(url, "SA", "")) {
            return database.jdbc().queryForList("SCRIPT", String.class).stream()
                    .filter(line -> line.matches("(CREATE|SET FILES CACHE|INSERT INTO JOURNAL) .*"))
                    .filter(line -> !line.contains("schema_version"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static void write(TestDatabase kind, String url, String version, List<String> left) throws SQLException {
        FluentConfiguration older = Flyway.configure()
                .dataSource(url, kind.user(), "")
                .locations("classpath:db/" + kind.name().toLowerCase(java.util.Locale.ROOT))
                .table("schema_version")
                .target(version);
        // Older versions had no B13 and no B15, which would be taken for any target.
        older.getPluginRegister()
                .getPlugin(BaselineMigrationConfigurationExtension.class)
                .setBaselineMigrationPrefix("none");
        older.load().migrate();
        try (Connection connection = DriverManager.getConnection(url, kind.user(), "");
                Statement statement = connection.createStatement()) {
            for (String each : left) {
                assertEquals(1, statement.executeUpdate(each));
            }
        }
        if (kind == TestDatabase.HSQLDB) {
            shutDown(url);
        }
    }
}
