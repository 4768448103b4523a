package routes.store;

/** The store on a real PostgreSQL. */
class StoreOnPostgresqlTest extends StoreContract {

    StoreOnPostgresqlTest() {
        super(TestDatabase.POSTGRESQL);
    }
}
