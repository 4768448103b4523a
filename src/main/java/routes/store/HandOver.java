package routes.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What becomes of a batch of inbox entries, collected to be written in one transaction by {@link DeliveryLog#record}.
 * Not thread-safe.
 */
public final class HandOver {

    record Deferral(InboxEntry entry, Instant dueAt) {}

    record Known(InboxEntry entry, RecordedEvent event) {}

    final List<Known> events = new ArrayList<>();
    final List<Known> duplicates = new ArrayList<>();
    final List<Deferral> deferrals = new ArrayList<>();
    final List<InboxEntry> done = new ArrayList<>();
    final Set<String> releases = new HashSet<>();
    final Set<String> forgotten = new HashSet<>();
    final Map<String, OpenCase> cases = new TreeMap<>();
    final Map<String, String> mergers = new TreeMap<>();
    final Set<String> known = new TreeSet<>();
    final Map<Tally.Key, Tally.Amount> tallies = new TreeMap<>();

    /** The entry tells this event; it was not known before. */
    public void event(InboxEntry entry, RecordedEvent event) {
        events.add(new Known(entry, event));
    }

    /** The entry tells an event that is in the log already. */
    public void duplicate(InboxEntry entry, RecordedEvent event) {
        duplicates.add(new Known(entry, event));
    }

    /** The entry stays in the inbox and is due again then. */
    public void defer(InboxEntry entry, Instant dueAt) {
        deferrals.add(new Deferral(entry, dueAt));
    }

    /** The entry leaves the inbox. */
    public void done(InboxEntry entry) {
        done.add(entry);
    }

    /** Events that wait for this contact's identity are made anew. */
    public void release(String contactId) {
        releases.add(contactId);
    }

    /** Everything stored about this contact is deleted. */
    public void forget(String contactId) {
        forgotten.add(contactId);
    }

    /** A conversation or ticket is open, or closed; of what a batch tells of one, the newest counts. */
    public void openCase(OpenCase told) {
        cases.merge(told.key(), told, (one, other) -> one.asOf() > other.asOf() ? one : other);
    }

    /** The cases of one contact are those of another from now on. */
    public void merge(String from, String into) {
        mergers.put(from, into);
    }

    /** Whoever this contact's cases are told to may be another one now. */
    public void recheck(String contactId) {
        known.add(contactId);
    }

    /** Counts one more of a kind (received, duplicate, filtered, gap) under a metric or topic. */
    public void count(String kind, String name, Instant at) {
        Tally.add(tallies, kind, name, at, 1);
    }

    /** @return ids of the entries that this is about */
    Set<Long> entries() {
        Set<Long> entries = new HashSet<>();
        done.forEach(entry -> entries.add(entry.id()));
        deferrals.forEach(deferral -> entries.add(deferral.entry().id()));
        return entries;
    }

    public boolean isEmpty() {
        return done.isEmpty() && deferrals.isEmpty();
    }
}
