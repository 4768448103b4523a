package routes.store;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.flywaydb.core.api.Location;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.flywaydb.core.internal.resolver.ChecksumCalculator;
import org.flywaydb.core.internal.resource.classpath.ClassPathResource;
import org.jspecify.annotations.Nullable;

/**
 * The scripts of a schema by name. Flyway would find them by itself, among all that is in the jar: a hundredth of a start.
 *
 * <p>Immutable.
 */
final class Migrations implements ResourceProvider {

    private static final List<String> HSQLDB = List.of(
            "B13__schema.sql",
            "B15__schema.sql",
            "V1__inbox_and_delivery_log.sql",
            "V2__history.sql",
            "V4__connection.sql",
            "V5__open_cases.sql",
            "V6__outbox.sql",
            "V8__beginning_of_reconciliation.sql",
            "V9__smaller_cache.sql",
            "V10__request.sql",
            "V11__journal.sql",
            "V12__content.sql",
            "V13__packed.sql",
            "V14__due_contacts.sql",
            "V15__larger_cache.sql");

    private static final List<String> POSTGRESQL = List.of(
            "V1__inbox_and_delivery_log.sql",
            "V2__history.sql",
            "V3__quartz.sql",
            "V4__connection.sql",
            "V5__open_cases.sql",
            "V6__outbox.sql",
            "V7__instances.sql",
            "V8__beginning_of_reconciliation.sql",
            "V10__request.sql",
            "V14__due_contacts.sql");

    /** Types of migrations, as Flyway writes them down. */
    private static final String SQL = "SQL";

    private static final String BASELINE = "SQL_BASELINE";

    private final String folder;
    private final List<String> names;

    Migrations(Database.Dialect dialect) {
        folder = "db/" + dialect.folder() + "/";
        names = dialect == Database.Dialect.HSQLDB ? HSQLDB : POSTGRESQL;
    }

    /** @return where they are, as Flyway writes it */
    String location() {
        return "classpath:" + folder;
    }

    List<String> names() {
        return names;
    }

    @Override
    public @Nullable LoadableResource getResource(String name) {
        return names.contains(name) ? resource(name) : null;
    }

    @Override
    public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
        return names.stream()
                .filter(name ->
                        name.startsWith(prefix) && Arrays.stream(suffixes).anyMatch(name::endsWith))
                .map(this::resource)
                .toList();
    }

    private record Applied(String version, boolean baseline) {

        static Applied ofScript(String name) {
            return new Applied(name.substring(1, name.indexOf("__")), name.startsWith("B"));
        }

        int number() {
            return Integer.parseInt(version);
        }
    }

    /**
     * Asks what Flyway asks first of all, by its own checksums. Where the answer is yes it would find nothing to do, and
     * what it needs for that is a tenth of a start.
     *
     * @return whether these have been applied to the database, all of them, unchanged, and no others
     */
    boolean areApplied(Connection connection) {
        Map<Applied, Integer> applied = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT * FROM " + history(connection))) {
            while (row.next()) {
                String type = row.getString("type");
                String version = row.getString("version");
                if (version == null || !row.getBoolean("success") || !(type.equals(SQL) || type.equals(BASELINE))) {
                    return false;
                }
                applied.put(new Applied(version, type.equals(BASELINE)), row.getInt("checksum"));
            }
        } catch (SQLException e) {
            // There is none, or not as Flyway makes it.
            return false;
        }
        int baseline = names.stream()
                .map(Applied::ofScript)
                .filter(script -> script.baseline && applied.containsKey(script))
                .mapToInt(Applied::number)
                .max()
                .orElse(0);
        Map<Applied, Integer> wanted = new HashMap<>();
        for (String name : names) {
            Applied script = Applied.ofScript(name);
            if (script.baseline ? script.number() == baseline : script.number() > baseline) {
                wanted.put(script, ChecksumCalculator.calculate(resource(name)));
            }
        }
        return applied.equals(wanted);
    }

    /** Where Flyway looks: PostgreSQL would look in other schemas, too. */
    private static String history(Connection connection) throws SQLException {
        String schema = connection.getSchema();
        if (schema == null) {
            throw new SQLException("no schema");
        }
        return "\"" + schema.replace("\"", "\"\"") + "\".\"schema_version\"";
    }

    private LoadableResource resource(String name) {
        return new ClassPathResource(
                new Location(location()),
                folder + name,
                Objects.requireNonNull(Migrations.class.getClassLoader()),
                StandardCharsets.UTF_8);
    }
}
