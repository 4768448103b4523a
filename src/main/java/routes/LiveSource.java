package routes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import routes.intercom.Contacts;
import routes.intercom.IntercomClient;
import routes.intercom.IntercomException;
import routes.intercom.Json;
import routes.intercom.Teammates;
import routes.store.Origin;

/** Contacts, admins and teams from Intercom's REST API. Thread-safe. */
final class LiveSource implements Enricher.Source {

    /**
     * How long a batch waits for its contacts. Those that take longer are read on in the background, while the other
     * notifications of the batch go their way.
     */
    private static final Duration PATIENCE = Duration.ofMillis(1_500);

    /** Topics whose item is a contact in full: what they say overtakes what was read before. */
    private static final Set<String> NEWS = Set.of(
            "contact.lead.added_email",
            "contact.lead.signed_up",
            "contact.email.updated",
            "contact.user.created",
            "contact.user.updated",
            "contact.merged");

    /** Of Intercom's rate limit: half of what the reading of history leaves, so that what was read is soon gone. */
    private static final double LEFT_TO_LIVE = 0.015;

    private final IntercomClient intercom;
    private final Contacts contacts;
    private final Teammates teammates;

    LiveSource(IntercomClient intercom, Contacts contacts, Teammates teammates) {
        this.intercom = intercom;
        this.contacts = contacts;
        this.teammates = teammates;
    }

    @Override
    public Enricher.Lookup contacts(List<Reading> readings) {
        for (Reading reading : readings) {
            ObjectNode item = Json.object(reading.document().get("item"));
            if (NEWS.contains(reading.entry().topic())) {
                contacts.announce(item);
            } else if (reading.entry().topic().equals("contact.deleted")) {
                contacts.forget(Objects.requireNonNullElse(Json.id(item.get("id")), ""));
            }
        }
        if (readings.stream().allMatch(reading -> reading.entry().origin() == Origin.IMPORT)) {
            try {
                intercom.awaitQuota(LEFT_TO_LIVE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        List<String> ids = readings.stream()
                .map(reading -> Json.id(reading.document().path("acting").get("id")))
                .filter(Objects::nonNull)
                .toList();
        return lookup(ids);
    }

    @Override
    public Enricher.Lookup lookup(List<String> ids) {
        Map<String, Contacts.Found> found = contacts.find(ids, PATIENCE);
        return id -> {
            Contacts.Found answer = found.get(id);
            if (answer == null) {
                throw new IntercomException("Intercom does not tell who the contact is");
            }
            return answer.contact();
        };
    }

    @Override
    public @Nullable ObjectNode admin(@Nullable String id) {
        return teammates.admin(id);
    }

    @Override
    public @Nullable ObjectNode team(@Nullable String id) {
        return teammates.team(id);
    }
}
