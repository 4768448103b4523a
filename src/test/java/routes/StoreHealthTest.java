package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import org.apache.camel.health.HealthCheck.State;
import org.junit.jupiter.api.Test;
import routes.store.Database;

class StoreHealthTest {

    @Test
    void isDownWhileTheDatabaseDoesNotAnswer() {
        Database database = Database.open("jdbc:hsqldb:mem:store-health", "SA", "");
        StoreHealth health = new StoreHealth(database, new RoutesFile(null, Gate.closed(), Clock.systemUTC()));

        assertEquals(State.UP, health.call().getState());

        database.close();

        assertEquals(State.DOWN, health.call().getState());
    }
}
