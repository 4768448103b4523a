package routes.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLSyntaxErrorException;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class PreparedOnceTest {

    @SuppressWarnings("NullAway.Init")
    private Connection connection;

    @BeforeEach
    void open() throws SQLException {
        connection = new PreparedOnce(new DriverManagerDataSource("jdbc:hsqldb:mem:" + UUID.randomUUID(), "SA", ""))
                .getConnection();
        execute("CREATE TABLE pet (id INTEGER PRIMARY KEY, name VARCHAR(20))");
    }

    @AfterEach
    void close() throws SQLException {
        execute("SHUTDOWN");
        connection.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            boolean unused = statement.execute(sql);
        }
    }

    private int insert(int id, String name) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO pet (id, name) VALUES (?, ?)")) {
            insert.setInt(1, id);
            insert.setString(2, name);
            return insert.executeUpdate();
        }
    }

    private int columns() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT * FROM pet WHERE name = ?")) {
            select.setString(1, "Rex");
            try (ResultSet row = select.executeQuery()) {
                assertTrue(row.next());
                return row.getMetaData().getColumnCount();
            }
        }
    }

    @Test
    void aStatementIsUsedManyTimes() throws SQLException {
        assertEquals(1, insert(1, "Rex"));
        assertEquals(1, insert(2, "Kim"));
        assertEquals(2, columns());
        assertEquals(2, columns());
    }

    @Test
    void aStatementSeesATableThatHasChanged() throws SQLException {
        assertEquals(1, insert(1, "Rex"));
        assertEquals(2, columns());
        execute("ALTER TABLE pet ADD COLUMN age INTEGER");
        assertEquals(3, columns());
    }

    @Test
    void failuresAreTheDatabasesOwn() throws SQLException {
        assertThrows(SQLSyntaxErrorException.class, () -> connection.prepareStatement("SELECT * FROM nowhere"));
        assertEquals(1, insert(1, "Rex"));
        assertThrows(java.sql.SQLIntegrityConstraintViolationException.class, () -> insert(1, "Kim"));
    }
}
