package routes.store;

/** The store on an embedded HSQLDB file. */
class StoreOnHsqldbTest extends StoreContract {

    StoreOnHsqldbTest() {
        super(TestDatabase.HSQLDB);
    }
}
