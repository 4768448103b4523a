package routes.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.quartz.JobPersistenceException;
import org.quartz.impl.jdbcjobstore.JobStoreTX;
import org.quartz.spi.OperableTrigger;
import org.quartz.spi.TriggerFiredBundle;
import org.quartz.utils.ConnectionProvider;
import org.quartz.utils.DBConnectionManager;

/**
 * Quartz on a shared database: a job fires on one instance, and when that one dies while it runs, once more on another.
 */
public final class SharedSchedule {

    /** An instance that has not checked in for this long, and 7.5 s that Quartz adds, is dead to the others. */
    private static final String CHECK_IN_MILLIS = "2000";

    private SharedSchedule() {}

    /** @return what a Quartz scheduler is configured with to keep its jobs there; it uses the database's own pool */
    public static Properties properties(Database database) {
        // Quartz knows sources of connections by name, one list for the whole process.
        String name = "database-" + database.claims().owner();
        DBConnectionManager.getInstance().addConnectionProvider(name, new Pooled(database));
        Properties properties = new Properties();
        properties.put("org.quartz.scheduler.instanceName", "intercom-klaviyo");
        // Not AUTO: that asks for the host's name, which not every container has.
        properties.put("org.quartz.scheduler.instanceId", database.claims().owner());
        properties.put("org.quartz.threadPool.threadCount", "4");
        properties.put("org.quartz.jobStore.class", Store.class.getName());
        properties.put("org.quartz.jobStore.driverDelegateClass", "org.quartz.impl.jdbcjobstore.PostgreSQLDelegate");
        properties.put("org.quartz.jobStore.dataSource", name);
        properties.put("org.quartz.jobStore.useProperties", "true");
        properties.put("org.quartz.jobStore.isClustered", "true");
        properties.put("org.quartz.jobStore.clusterCheckinInterval", CHECK_IN_MILLIS);
        return properties;
    }

    /**
     * An instance takes a job up to 30 s ahead of its time. When it is rescheduled in between and another instance takes it
     * with its new schedule, Quartz sees that it is taken, not by whom: the former one fired it as well, and wrote its old
     * schedule back, from then on for good.
     */
    public static final class Store extends JobStoreTX {

        @Override
        protected @Nullable TriggerFiredBundle triggerFired(Connection connection, OperableTrigger taken)
                throws JobPersistenceException {
            OperableTrigger stored = retrieveTrigger(connection, taken.getKey());
            boolean unchanged = stored != null
                    && taken.getStartTime().equals(stored.getStartTime())
                    && Objects.equals(taken.getNextFireTime(), stored.getNextFireTime());
            return unchanged ? super.triggerFired(connection, taken) : null;
        }
    }

    private record Pooled(Database database) implements ConnectionProvider {

        @Override
        public Connection getConnection() throws SQLException {
            return database.dataSource().getConnection();
        }

        @Override
        public void initialize() {
            // The pool is there already.
        }

        @Override
        public void shutdown() {
            // The pool outlives the scheduler.
        }
    }
}
