package routes.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Connections on which a statement stays prepared. HSQLDB forgets the compiled form with the last that used it, and
 * compiling takes longer than most statements run; other drivers keep it by themselves. Thread-safe, its connections are
 * not.
 */
final class PreparedOnce extends DelegatingDataSource {

    /** Far more than there are: texts that somebody makes up each time must not fill the memory. */
    private static final int MOST = 500;

    PreparedOnce(DataSource target) {
        super(target);
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        Map<String, PreparedStatement> kept = new HashMap<>();
        return (Connection) Proxy.newProxyInstance(
                PreparedOnce.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")
                            && arguments.length == 1
                            && kept.size() < MOST
                            && !kept.containsKey((String) arguments[0])) {
                        String sql = (String) arguments[0];
                        kept.put(sql, connection.prepareStatement(sql));
                    }
                    return call(connection, method, arguments);
                });
    }

    private static Object call(Connection connection, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
