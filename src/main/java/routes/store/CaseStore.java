package routes.store;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Which conversations and tickets are open, and what Klaviyo was told of how many each contact has. Cases are written in
 * the transaction of {@link DeliveryLog#record}; a case that changed makes its contact due. Due contacts are claimed,
 * and end as told, postponed or settled; what changes meanwhile makes them due again. All transactions take rows in one
 * order: who is due, by contact; cases; what was told.
 *
 * <p>Thread-safe; contacts are claimed by one thread of an instance, which is done with those it claimed before.
 */
public final class CaseStore {

    private final Database database;
    private final Clock clock;
    /** Whether there may be contacts that were claimed and not finished; at the start, those of the process before. */
    private volatile boolean claimed = true;

    public CaseStore(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** How many cases of each kind are open. */
    public record Counts(int conversations, int tickets) {

        public static final Counts NONE = new Counts(0, 0);

        /** A profile was to be told something, and nobody knows whether it was. */
        static final Counts UNKNOWN = new Counts(-1, -1);
    }

    /** @param profile e-mail address or phone number of a profile that was told these counts */
    public record Told(String profile, Counts counts) {}

    /**
     * A contact of whom there may be something to tell.
     *
     * @param attempts that have failed since the last that did not
     * @param told what its profiles were told, those of former addresses included; nothing where that is zero
     */
    public record Due(String contactId, int attempts, Counts counts, List<Told> told, long lease) {}

    /** Writes what a batch of notifications tells of cases; within the transaction of the batch. */
    static void write(Database database, HandOver handOver, long now) {
        if (database.isShared()) {
            lock(database, contacts(handOver));
        }
        List<Object[]> notes = new ArrayList<>();
        List<Object[]> closings = new ArrayList<>();
        List<OpenCase> cases = new ArrayList<>(handOver.cases.values());
        for (OpenCase each : cases) {
            String kind = each.kind().word();
            if (each.isOld() && !each.isOpen()) {
                closings.add(new Object[] {each.asOf(), now, kind, each.objectId(), each.asOf()});
            } else {
                notes.add(new Object[] {kind, each.objectId(), each.contactId(), each.isOpen() ? 1 : 0, each.asOf(), now
                });
            }
        }
        database.batch("note-open-case", notes);
        database.batch("close-open-case", closings);
        addDue(database, cases, now);
        List<Object[]> moves = new ArrayList<>();
        List<Object[]> moved = new ArrayList<>();
        List<Object[]> gone = new ArrayList<>();
        handOver.mergers.forEach((from, into) -> {
            moves.add(new Object[] {into, from});
            gone.add(new Object[] {from});
            moved.add(new Object[] {now, into});
            moved.add(new Object[] {now, from});
        });
        database.batch("move-open-cases", moves);
        database.batch("delete-due-contact", gone);
        database.batch("add-due-contact-of-cases", moved);
        database.batch("move-told-cases", moves);
        List<Object[]> known = new ArrayList<>();
        handOver.known.forEach(contact -> known.add(new Object[] {now, contact}));
        database.batch("recheck-due-contact", known);
        database.batch("add-due-contact-of-open-cases", known);
    }

    private static Set<String> contacts(HandOver handOver) {
        Set<String> contacts = new HashSet<>(handOver.known);
        handOver.cases.values().stream()
                .map(OpenCase::contactId)
                .filter(Objects::nonNull)
                .forEach(contacts::add);
        contacts.addAll(handOver.mergers.keySet());
        contacts.addAll(handOver.mergers.values());
        contacts.addAll(handOver.forgotten);
        return contacts;
    }

    /**
     * Where others may be at the same contacts, those that are due are taken before anything is written of any: each
     * statement for itself would keep what it has while it waits for what another transaction keeps that waits for this.
     */
    private static void lock(Database database, Set<String> contacts) {
        if (database.isShared() && !contacts.isEmpty()) {
            Object ids = contacts.toArray(String[]::new);
            database.jdbc().query(database.sql("lock-due-contacts"), row -> {}, ids);
        }
    }

    /** What was changed just now was noted at this moment. Sorted: those who note cases of the same contacts wait in turn. */
    private static void addDue(Database database, List<OpenCase> cases, long now) {
        List<Object[]> rows = cases.stream()
                .sorted(Comparator.comparing(each -> String.valueOf(each.contactId())))
                .map(each -> new Object[] {now, each.kind().word(), each.objectId(), each.asOf(), now})
                .toList();
        database.batch("add-due-contact-of-case", rows);
    }

    /** Within the caller's transaction. A case of the contact that somebody else notes at this moment makes it due again. */
    static void forget(Database database, String contactId) {
        JdbcTemplate jdbc = database.jdbc();
        lock(database, Set.of(contactId));
        jdbc.update(database.sql("delete-open-cases"), contactId);
        jdbc.update(database.sql("delete-due-contact"), contactId);
        jdbc.update(database.sql("add-due-contact-of-cases"), 0, contactId);
        jdbc.update(database.sql("delete-told-cases"), contactId);
    }

    /** @return contacts whose profile is this, in lower case */
    static List<String> contactsOf(Database database, String profile) {
        return database.jdbc().queryForList(database.sql("select-contacts-of-told-profile"), String.class, profile);
    }

    /**
     * Contacts that were claimed before and not finished are due again.
     *
     * @return contacts that are due, those that are it the longest, by id; each must be settled, postponed, told or
     *     forgotten. On a shared database no other instance gets them while this one lives
     * @throws StoreException when the database does not answer
     */
    public List<Due> claim(int most) {
        List<Due> due = database.transaction(() -> {
            JdbcTemplate jdbc = database.jdbc();
            long now = clock.millis();
            long lease = database.isShared() ? database.claims().claim() : Claims.BEYOND_TIME;
            if (claimed) {
                jdbc.update(database.sql("release-claimed-contacts"), now, lease);
            }
            claimed = true;
            // By contact, as whoever notes cases goes through them: then none waits for one who waits for it.
            Map<String, Integer> attempts = new TreeMap<>();
            jdbc.query(
                    database.sql("select-due-contacts"),
                    row -> {
                        attempts.put(row.getString("contact_id"), row.getInt("attempts"));
                    },
                    now,
                    most);
            List<Due> found = new ArrayList<>();
            attempts.forEach((contact, failed) -> {
                // Another instance may have been faster: then this contact is not due any more.
                if (jdbc.update(database.sql("lease-due-contact"), lease, contact, now) > 0) {
                    found.add(new Due(contact, failed, counts(contact), told(contact), lease));
                }
            });
            return found;
        });
        claimed = !due.isEmpty();
        return due;
    }

    private Counts counts(String contact) {
        Map<String, Integer> counts = new HashMap<>();
        database.jdbc()
                .query(
                        database.sql("count-open-cases"),
                        row -> {
                            counts.put(row.getString("kind"), row.getInt("amount"));
                        },
                        contact);
        return new Counts(
                counts.getOrDefault(OpenCase.Kind.CONVERSATION.word(), 0),
                counts.getOrDefault(OpenCase.Kind.TICKET.word(), 0));
    }

    private List<Told> told(String contact) {
        return database.jdbc()
                .query(
                        database.sql("select-told-cases"),
                        (row, number) -> new Told(
                                row.getString("profile"),
                                new Counts(row.getInt("conversations"), row.getInt("tickets"))),
                        contact);
    }

    /** There is nothing to tell. */
    public void settle(Due due) {
        database.transaction(
                () -> database.jdbc().update(database.sql("settle-due-contact"), due.contactId(), due.lease()));
    }

    /** To be looked at again then. */
    public void postpone(Due due, Instant until) {
        database.transaction(() -> postponed(due, until));
    }

    private int postponed(Due due, Instant until) {
        return database.jdbc()
                .update(database.sql("postpone-due-contact"), until.toEpochMilli(), due.contactId(), due.lease());
    }

    /**
     * What became of a contact.
     *
     * @param writing calls one or more of the methods here for this contact
     */
    public record Outcome(Due due, Runnable writing) {}

    /** Writes what became of contacts, all or nothing: one commit for all of them. What became of one stays in its order. */
    public void together(Collection<Outcome> outcomes) {
        database.transaction(() -> {
            outcomes.stream()
                    .sorted(Comparator.comparing(outcome -> outcome.due().contactId()))
                    .forEach(outcome -> outcome.writing().run());
            return outcomes;
        });
    }

    /**
     * The profile is about to be told something: from here on it may show that, whatever becomes of the contact or of this
     * process meanwhile.
     *
     * @return false where the contact changed since it was claimed: it is due again, or was deleted
     */
    public boolean tells(Due due, String profile) {
        return Boolean.TRUE.equals(database.transaction(() -> {
            JdbcTemplate jdbc = database.jdbc();
            // From here on nobody changes the contact before this is written.
            if (jdbc.update(database.sql("hold-due-contact"), due.contactId(), due.lease()) == 0) {
                return false;
            }
            jdbc.update(database.sql("delete-told-case"), profile);
            return jdbc.update(database.sql("insert-told-case"), profile, due.contactId()) > 0;
        }));
    }

    /**
     * The profile was told these counts. The contact is looked at once more where another profile of it is to be told
     * too. Where it changed since it was claimed, what the profile shows stays unknown: it is told again.
     */
    public void told(Due due, Told now) {
        database.transaction(() -> {
            JdbcTemplate jdbc = database.jdbc();
            boolean all = now.counts().equals(due.counts())
                    && due.told().stream().allMatch(each -> each.profile().equals(now.profile()));
            int held = all
                    ? jdbc.update(database.sql("settle-due-contact"), due.contactId(), due.lease())
                    : jdbc.update(database.sql("release-due-contact"), clock.millis(), due.contactId(), due.lease());
            if (held > 0) {
                if (now.counts().equals(Counts.NONE)) {
                    jdbc.update(database.sql("delete-told-case"), now.profile());
                } else {
                    jdbc.update(
                            database.sql("replace-told-case"),
                            now.counts().conversations(),
                            now.counts().tickets(),
                            now.profile());
                }
            }
            return held;
        });
    }

    /** As {@link #postpone}: the profile does not show the counts that it was to be told. */
    public void refused(Due due, Told refused, Instant until) {
        database.transaction(() -> {
            int held = postponed(due, until);
            if (held > 0 && due.told().stream().noneMatch(each -> each.profile().equals(refused.profile()))) {
                database.jdbc().update(database.sql("delete-told-case"), refused.profile());
            }
            return held;
        });
    }

    /** The contact is another one by now: so are its cases. One that was noted since the claim is moved after the next. */
    public void move(Due due, String into) {
        database.transaction(() -> {
            JdbcTemplate jdbc = database.jdbc();
            lock(database, Set.of(due.contactId(), into));
            jdbc.update(database.sql("move-open-cases"), into, due.contactId());
            jdbc.update(database.sql("settle-due-contact"), due.contactId(), due.lease());
            jdbc.update(database.sql("add-due-contact-of-cases"), clock.millis(), into);
            return jdbc.update(database.sql("move-told-cases"), into, due.contactId());
        });
    }

    /** The contact is not there any more. */
    public void forget(Due due) {
        database.transaction(() -> {
            forget(database, due.contactId());
            return due;
        });
    }

    /** Deletes cases that were closed before then and of which nothing is left to tell. */
    public int prune(Instant before) {
        Integer pruned = database.transaction(
                () -> database.jdbc().update(database.sql("delete-closed-cases"), before.toEpochMilli()));
        return pruned == null ? 0 : pruned;
    }
}
