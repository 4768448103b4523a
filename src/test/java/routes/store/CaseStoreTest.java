package routes.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import routes.Eventually;
import routes.SteppedClock;
import routes.store.CaseStore.Counts;
import routes.store.CaseStore.Due;
import routes.store.CaseStore.Outcome;
import routes.store.CaseStore.Told;
import routes.store.OpenCase.Kind;

/** Cases and who is due to be told of them, on both databases. */
class CaseStoreTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final SteppedClock clock = new SteppedClock();
    private @Nullable Database opened;

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private Database open(TestDatabase kind) {
        Database database = Database.open(kind.url(folder), kind.user(), "");
        opened = database;
        return database;
    }

    private void hand(Database database, Consumer<HandOver> tells) {
        HandOver handOver = new HandOver();
        tells.accept(handOver);
        database.transaction(() -> {
            CaseStore.write(database, handOver, clock.millis());
            return handOver;
        });
        clock.pass(Duration.ofMillis(10));
    }

    private static OpenCase told(String id, @Nullable String contact, boolean open, long asOf) {
        return new OpenCase(Kind.CONVERSATION, id, contact, open, asOf, false);
    }

    private static void tell(CaseStore cases, Due due, Told told) {
        assertTrue(cases.tells(due, told.profile()));
        cases.told(due, told);
    }

    private Due annOpensOne(Database database, CaseStore cases) {
        hand(database, handOver -> handOver.openCase(told("1", "ann", true, 10)));
        return only(cases.claim(10));
    }

    private static Due only(List<Due> due) {
        assertEquals(1, due.size(), due::toString);
        return due.get(0);
    }

    @ParameterizedTest
    @EnumSource
    void theNewestStateCountsWhicheverCameFirst(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        hand(database, handOver -> {
            handOver.openCase(told("1", "ann", true, 10));
            handOver.openCase(told("1", "ann", false, 9));
            handOver.openCase(told("2", "ann", false, 10));
            handOver.openCase(new OpenCase(Kind.TICKET, "1", "ann", true, 10, false));
        });
        hand(database, handOver -> handOver.openCase(told("2", "ann", true, 9)));

        Due due = only(cases.claim(10));
        assertEquals(new Counts(1, 1), due.counts());
        tell(cases, due, new Told("ann@klaviyo-demo.com", due.counts()));

        hand(database, handOver -> handOver.openCase(told("1", null, false, 11)));
        assertEquals(new Counts(0, 1), only(cases.claim(10)).counts(), "whose it is was known");
    }

    private static void touch(Connection connection, String contact) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertEquals(
                    1,
                    statement.executeUpdate(
                            "UPDATE due_contact SET attempts = attempts WHERE contact_id = '" + contact + "'"));
        }
    }

    private static boolean somebodyWaits(Database database) {
        Integer waiting = database.jdbc()
                .queryForObject(
                        database.isShared()
                                ? "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                                : "SELECT COUNT(*) FROM information_schema.system_sessions WHERE this_waiting_for <> ''",
                        Integer.class);
        return waiting != null && waiting > 0;
    }

    /** Cases of ann, then of bob are noted elsewhere, as the recorder does it, while something is done here for both. */
    private static <T> T beside(Database database, Supplier<T> here) throws Exception {
        try (Connection other = database.dataSource().getConnection()) {
            other.setAutoCommit(false);
            touch(other, "ann");
            CompletableFuture<T> done = CompletableFuture.supplyAsync(here);
            Eventually.holds("it waits for ann", () -> somebodyWaits(database));
            touch(other, "bob");
            other.commit();
            return done.get();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoNotesCasesIsNotWaitedForInACircle(TestDatabase kind) throws Exception {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        hand(database, handOver -> handOver.openCase(told("1", "bob", true, 10)));
        hand(database, handOver -> handOver.openCase(told("2", "ann", true, 10)));

        List<Due> due = beside(database, () -> cases.claim(10));
        assertEquals(List.of("ann", "bob"), due.stream().map(Due::contactId).toList());

        List<Outcome> outcomes = due.stream()
                .sorted(Comparator.comparing(Due::contactId).reversed())
                .map(each -> new Outcome(each, () -> cases.settle(each)))
                .toList();
        beside(database, () -> {
            cases.together(outcomes);
            return outcomes;
        });
        assertEquals(List.of(), cases.claim(10), "both are settled");
    }

    @ParameterizedTest
    @EnumSource
    void aContactIsDueWhenSomethingChangedAndOnlyThen(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        Due due = annOpensOne(database, cases);
        tell(cases, due, new Told("ann@klaviyo-demo.com", due.counts()));

        assertEquals(List.of(), cases.claim(10), "all of it was told");
        hand(database, handOver -> handOver.recheck("ann"));
        Due again = only(cases.claim(10));
        assertEquals(List.of(new Told("ann@klaviyo-demo.com", new Counts(1, 0))), again.told());
        cases.settle(again);
        assertEquals(List.of(), cases.claim(10));
        hand(database, handOver -> handOver.openCase(told("1", "ann", true, 20)));
        assertEquals(List.of(), cases.claim(10), "it is still open");

        hand(database, handOver -> handOver.openCase(told("1", "ann", false, 30)));
        Due closed = only(cases.claim(10));
        tell(cases, closed, new Told("ann@klaviyo-demo.com", Counts.NONE));
        assertEquals(List.of(), cases.claim(10));
        assertEquals(
                List.of(),
                CaseStore.contactsOf(database, "ann@klaviyo-demo.com"),
                "nothing is kept of what shows nothing");
    }

    @ParameterizedTest
    @EnumSource
    void anotherProfileOfTheContactIsToldNext(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        Due due = annOpensOne(database, cases);
        cases.together(
                List.of(new Outcome(due, () -> tell(cases, due, new Told("ann@klaviyo-demo.com", due.counts())))));
        hand(database, handOver -> handOver.recheck("ann"));

        cases.told(only(cases.claim(10)), new Told("ann@klaviyo-demo.com", Counts.NONE));

        Due next = only(cases.claim(10));
        assertEquals(List.of(), next.told());
        tell(cases, next, new Told("+15005550006", next.counts()));
        assertEquals(List.of(), cases.claim(10));
        assertEquals(List.of("ann"), CaseStore.contactsOf(database, "+15005550006"));
    }

    @ParameterizedTest
    @EnumSource
    void ofAPersonWhoIsDeletedWhileTheirProfileIsToldNothingIsKept(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        Due due = annOpensOne(database, cases);
        Told told = new Told("ann@klaviyo-demo.com", due.counts());
        assertTrue(cases.tells(due, told.profile()));
        database.transaction(() -> {
            CaseStore.forget(database, "ann");
            return due;
        });

        cases.told(due, told);

        assertEquals(List.of(), CaseStore.contactsOf(database, "ann@klaviyo-demo.com"));
    }

    @ParameterizedTest
    @EnumSource
    void ofAContactWhoIsMergedWhileTheirProfileIsToldTheProfileIsKnown(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        Due due = annOpensOne(database, cases);
        Told told = new Told("ann@klaviyo-demo.com", due.counts());
        assertTrue(cases.tells(due, told.profile()));
        hand(database, handOver -> handOver.merge("ann", "ben"));

        cases.told(due, told);

        assertEquals(
                List.of(new Told(told.profile(), Counts.UNKNOWN)),
                only(cases.claim(10)).told());
        assertEquals(List.of("ben"), CaseStore.contactsOf(database, "ann@klaviyo-demo.com"));
    }

    @ParameterizedTest
    @EnumSource
    void ofAContactWhoChangedSinceTheyWereClaimedNobodyIsTold(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        hand(database, handOver -> {
            handOver.openCase(told("1", "ann", true, 10));
            handOver.openCase(told("2", "ben", true, 10));
        });
        List<Due> due = cases.claim(10);
        hand(database, handOver -> handOver.merge("ann", "cat"));
        database.transaction(() -> {
            CaseStore.forget(database, "ben");
            return due;
        });

        for (Due each : due) {
            assertFalse(cases.tells(each, each.contactId() + "@klaviyo-demo.com"));
            assertEquals(List.of(), CaseStore.contactsOf(database, each.contactId() + "@klaviyo-demo.com"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCaseThatIsNewSinceTheClaimLeavesWhatWasToldAsItIs(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        Due open = annOpensOne(database, cases);
        Told told = new Told("ann@klaviyo-demo.com", open.counts());
        tell(cases, open, told);
        hand(database, handOver -> handOver.openCase(told("1", "ann", false, 20)));
        Due closed = only(cases.claim(10));
        hand(database, handOver -> handOver.openCase(told("2", "ann", true, 20)));

        assertFalse(cases.tells(closed, told.profile()));
        Due again = only(cases.claim(10));
        assertEquals(new Counts(1, 0), again.counts());
        assertEquals(List.of(told), again.told());
    }

    @ParameterizedTest
    @EnumSource
    void aCaseThatIsNewSinceTheClaimMovesAfterTheOthers(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        Due due = annOpensOne(database, cases);
        tell(cases, due, new Told("ann@klaviyo-demo.com", due.counts()));
        hand(database, handOver -> handOver.recheck("ann"));
        Due ann = only(cases.claim(10));
        hand(database, handOver -> handOver.openCase(told("2", "ann", true, 20)));

        cases.move(ann, "ben");

        List<Due> both = cases.claim(10);
        assertEquals(
                Set.of("ann", "ben"), both.stream().map(Due::contactId).collect(Collectors.toSet()), both::toString);
        both.stream().filter(each -> each.contactId().equals("ann")).forEach(each -> cases.move(each, "ben"));
        Due ben = only(cases.claim(10));
        assertEquals("ben", ben.contactId());
        assertEquals(new Counts(2, 0), ben.counts());
        assertEquals(List.of(new Told("ann@klaviyo-demo.com", new Counts(1, 0))), ben.told());
    }

    @ParameterizedTest
    @EnumSource
    void aContactIsDueWhenACaseTurnsOutToBeTheirs(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        hand(database, handOver -> handOver.openCase(told("1", null, true, 10)));
        assertEquals(List.of(), cases.claim(10));

        hand(database, handOver -> handOver.openCase(told("1", "ann", true, 20)));

        assertEquals(new Counts(1, 0), only(cases.claim(10)).counts());
    }

    @ParameterizedTest
    @EnumSource
    void aContactWithoutOpenCasesWhoWaitsIsLookedAtAgainWhenTheyAreKnown(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        hand(database, handOver -> handOver.openCase(told("1", "ann", false, 10)));
        cases.postpone(only(cases.claim(10)), clock.instant().plusSeconds(300));

        hand(database, handOver -> {
            handOver.recheck("ann");
            handOver.recheck("ben");
        });

        Due ann = only(cases.claim(10));
        assertEquals("ann", ann.contactId());
        assertEquals(0, ann.attempts());
    }

    @ParameterizedTest
    @EnumSource
    void whileAProfileIsToldThatNothingIsOpenNobodyKnowsWhatItShows(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        hand(database, handOver -> handOver.openCase(told("1", "ann", true, 10)));
        Due open = only(cases.claim(10));
        tell(cases, open, new Told("ann@klaviyo-demo.com", open.counts()));
        hand(database, handOver -> handOver.openCase(told("1", "ann", false, 20)));
        assertTrue(cases.tells(only(cases.claim(10)), "ann@klaviyo-demo.com"));

        hand(database, handOver -> handOver.openCase(told("1", "ann", true, 30)));

        assertEquals(
                List.of(new Told("ann@klaviyo-demo.com", Counts.UNKNOWN)),
                only(cases.claim(10)).told());
    }

    @ParameterizedTest
    @EnumSource
    void aProfileThatIsRefusedShowsNothingAndOneThatMayHaveBeenToldIsToldAgain(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        Due due = annOpensOne(database, cases);
        Told told = new Told("ann@klaviyo-demo.com", due.counts());
        assertTrue(cases.tells(due, told.profile()));
        cases.refused(due, told, clock.instant().plusSeconds(1));
        clock.pass(Duration.ofSeconds(2));

        Due again = only(cases.claim(10));
        assertEquals(List.of(), again.told());
        assertEquals(1, again.attempts());

        assertTrue(cases.tells(again, told.profile()));
        Due unknown = only(cases.claim(10));
        assertEquals(List.of(new Told(told.profile(), Counts.UNKNOWN)), unknown.told());
        cases.refused(unknown, told, clock.instant().plusSeconds(1));
        assertEquals(List.of("ann"), CaseStore.contactsOf(database, told.profile()));
    }

    @ParameterizedTest
    @EnumSource
    void outcomesAreWrittenTogetherOrNotAtAll(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        Due due = annOpensOne(database, cases);

        assertThrows(
                IllegalStateException.class,
                () -> cases.together(List.of(new Outcome(due, () -> cases.settle(due)), new Outcome(due, () -> {
                    throw new IllegalStateException("the second fails");
                }))));

        assertEquals(due.contactId(), only(cases.claim(10)).contactId());
    }

    @ParameterizedTest
    @EnumSource
    void whatChangesWhileItIsToldIsToldAfter(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        Due due = annOpensOne(database, cases);
        hand(database, handOver -> handOver.openCase(told("1", "ann", false, 11)));

        cases.settle(due);

        assertEquals(Counts.NONE, only(cases.claim(10)).counts());
    }

    @ParameterizedTest
    @EnumSource
    void whatIsPostponedWaitsAndWhatIsLeftIsFoundAgain(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        hand(database, handOver -> handOver.openCase(told("1", "ann", true, 10)));
        cases.postpone(only(cases.claim(10)), clock.instant().plusSeconds(300));
        assertEquals(List.of(), cases.claim(10));

        hand(database, handOver -> handOver.recheck("ann"));
        assertEquals(0, only(cases.claim(10)).attempts(), "somebody says who it is");
        Due found = only(cases.claim(10));
        cases.postpone(found, clock.instant().plusSeconds(1));
        clock.pass(Duration.ofSeconds(2));
        assertEquals(1, only(cases.claim(10)).attempts());
    }

    @Test
    void whatAProcessWasAtWhenItDiedIsTakenUpAtOnceByTheNext() {
        Database database = open(TestDatabase.HSQLDB);
        hand(database, handOver -> handOver.openCase(told("1", "ann", true, 10)));
        Due due = only(new CaseStore(database, clock).claim(10));
        database.close();

        CaseStore next = new CaseStore(open(TestDatabase.HSQLDB), clock);

        assertEquals(due.contactId(), only(next.claim(10)).contactId());
    }

    @ParameterizedTest
    @EnumSource
    void casesMoveAndAreForgotten(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        hand(database, handOver -> {
            handOver.openCase(told("1", "ann", true, 10));
            handOver.openCase(told("2", "ben", true, 10));
        });
        for (Due due : cases.claim(10)) {
            tell(cases, due, new Told(due.contactId() + "@klaviyo-demo.com", due.counts()));
        }
        cases.claim(10).forEach(cases::settle);

        hand(database, handOver -> handOver.merge("ann", "ben"));
        Due both = only(cases.claim(10));
        assertEquals("ben", both.contactId());
        assertEquals(new Counts(2, 0), both.counts());
        assertEquals(2, both.told().size());
        assertEquals(List.of("ben"), CaseStore.contactsOf(database, "ann@klaviyo-demo.com"));

        cases.forget(both);
        hand(database, handOver -> handOver.recheck("ben"));
        assertEquals(List.of(), cases.claim(10));
        assertEquals(List.of(), CaseStore.contactsOf(database, "ann@klaviyo-demo.com"));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsLongClosedTakesNoRoom(TestDatabase kind) {
        Database database = open(kind);
        CaseStore cases = new CaseStore(database, clock);
        hand(database, handOver -> {
            handOver.openCase(new OpenCase(Kind.CONVERSATION, "old", "ann", false, 5, true));
            handOver.openCase(told("1", "ann", true, 10));
            handOver.openCase(told("2", "ann", false, 10));
            handOver.openCase(told("3", null, false, 10));
        });
        assertEquals(3, rows(database));
        hand(database, handOver -> handOver.openCase(new OpenCase(Kind.CONVERSATION, "1", "ann", false, 11, true)));
        Due due = only(cases.claim(10));
        assertEquals(Counts.NONE, due.counts());

        assertEquals(1, cases.prune(clock.instant().plusSeconds(1)), "of ann's something may still have to be told");
        cases.settle(due);
        assertEquals(2, cases.prune(clock.instant().plusSeconds(1)));
        assertEquals(0, rows(database));
    }

    private static long rows(Database database) {
        Long count = database.jdbc().queryForObject("SELECT COUNT(*) FROM open_case", Long.class);
        return count == null ? 0 : count;
    }
}
