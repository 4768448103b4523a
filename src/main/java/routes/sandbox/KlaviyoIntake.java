package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Takes events, one by one or in bulk jobs: validates, identifies the profile, keeps the first of each (profile,
 * metric, {@code unique_id}). Klaviyo takes the event behind its 202; here it is done before, so that tests need not
 * wait. Safe for use by several threads.
 */
final class KlaviyoIntake {

    /** Bulk Create Events: at most 1,000 events in a request, however many profiles they belong to. */
    static final int MAX_BULK_EVENTS = 1_000;

    private static final String GROUPS = "/data/attributes/events-bulk-create/data";

    /** Documented as "@example.com, @test.com or similar": taken with 202 and never seen again. */
    private static final Set<String> TEST_DOMAINS =
            Set.of("example.com", "example.org", "example.net", "test.com", "test.org", "test.net");

    private final Clock clock;
    private final Ledger ledger;
    private final Profiles profiles;
    private final ProfileRules profileRules;
    private final EventRules eventRules;
    private final boolean dropsTestDomains;
    private final boolean tellsOnlyFirst;
    private final LongAdder accepted = new LongAdder();
    private final LongAdder repeats = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    KlaviyoIntake(
            Clock clock,
            Ledger ledger,
            Profiles profiles,
            ProfileRules profileRules,
            boolean dropsTestDomains,
            boolean tellsOnlyFirst) {
        this.clock = clock;
        this.ledger = ledger;
        this.profiles = profiles;
        this.profileRules = profileRules;
        this.eventRules = new EventRules(clock);
        this.dropsTestDomains = dropsTestDomains;
        this.tellsOnlyFirst = tellsOnlyFirst;
    }

    /** {@code POST /api/events}. */
    Answer takeOne(JsonNode document, int bodySize, Revision revision) {
        Findings findings = new Findings();
        JsonNode data = document.path("data");
        checkType(data, "event", "/data", findings);
        JsonNode attributes = data.path("attributes");
        if (!attributes.isObject()) {
            findings.missing("/data", "attributes", "event");
            return findings.answer(tellsOnlyFirst);
        }
        eventRules.check(attributes, "/data/attributes", true, revision, findings);
        JsonNode profile = attributes.path("profile").path("data");
        if (profile.isMissingNode()) {
            findings.missing("/data/attributes", "profile", "event");
        } else {
            profileRules.check(profile, "/data/attributes/profile/data", true, limitFor(bodySize), findings);
        }
        if (!findings.none()) {
            return findings.answer(tellsOnlyFirst);
        }
        boolean backfill =
                revision.knowsBackfill() && attributes.path("backfill").asBoolean();
        JsonNode meta = profile.path("attributes").path("meta");
        keep((ObjectNode) attributes, profile, meta, backfill, false);
        return Answer.empty(202);
    }

    /** {@code POST /api/event-bulk-create-jobs}: all of it or, with one mistake anywhere, nothing. */
    Answer takeBulk(JsonNode document, int bodySize, Revision revision) {
        Findings findings = new Findings();
        JsonNode data = document.path("data");
        checkType(data, "event-bulk-create-job", "/data", findings);
        JsonNode groups = data.path("attributes").path("events-bulk-create").path("data");
        if (!groups.isArray() || groups.isEmpty()) {
            findings.missing("/data/attributes", "events-bulk-create", "event-bulk-create-job");
            return findings.answer(tellsOnlyFirst);
        }
        int events = 0;
        Set<String> identities = new HashSet<>();
        for (int i = 0; i < groups.size(); i++) {
            events += checkGroup(groups.get(i), GROUPS + "/" + i, bodySize, revision, identities, findings);
        }
        if (events > MAX_BULK_EVENTS) {
            findings.invalid(GROUPS, "A request can have at most " + MAX_BULK_EVENTS + " events.");
        }
        if (!findings.none()) {
            return findings.answer(tellsOnlyFirst);
        }
        for (JsonNode group : groups) {
            keepGroup(group.path("attributes"), revision);
        }
        return Answer.empty(202);
    }

    long accepted() {
        return accepted.sum();
    }

    long repeats() {
        return repeats.sum();
    }

    long dropped() {
        return dropped.sum();
    }

    void forget() {
        accepted.reset();
        repeats.reset();
        dropped.reset();
    }

    private int checkGroup(
            JsonNode group,
            String pointer,
            int bodySize,
            Revision revision,
            Set<String> identities,
            Findings findings) {
        checkType(group, "event-bulk-create", pointer, findings);
        JsonNode attributes = group.path("attributes");
        String here = pointer + "/attributes";
        JsonNode profile = attributes.path("profile").path("data");
        if (profile.isMissingNode()) {
            findings.missing(here, "profile", "event-bulk-create");
        } else {
            profileRules.check(profile, here + "/profile/data", false, limitFor(bodySize), findings);
        }
        JsonNode events = attributes.path("events").path("data");
        if (!events.isArray() || events.isEmpty()) {
            findings.missing(here, "events", "event-bulk-create");
            return 0;
        }
        String key = profiles.keyOf(profile);
        for (int i = 0; i < events.size(); i++) {
            String eventPointer = here + "/events/data/" + i;
            JsonNode event = events.get(i);
            checkType(event, "event", eventPointer, findings);
            eventRules.check(event.path("attributes"), eventPointer + "/attributes", false, revision, findings);
            String uniqueId = event.path("attributes").path("unique_id").asText("");
            // The specification: a repeated unique_id for the same profile and metric fails the request.
            if (!uniqueId.isEmpty()
                    && !identities.add(key + '\t' + metric(event.path("attributes")) + '\t' + uniqueId)) {
                findings.invalid(
                        eventPointer + "/attributes/unique_id",
                        "'unique_id' is repeated for the same profile and metric within this request.");
            }
        }
        return events.size();
    }

    private void keepGroup(JsonNode attributes, Revision revision) {
        JsonNode profile = attributes.path("profile").path("data");
        JsonNode meta = profile.path("meta");
        boolean groupBackfill = attributes.path("backfill").asBoolean();
        for (JsonNode event : attributes.path("events").path("data")) {
            ObjectNode own = (ObjectNode) event.path("attributes");
            boolean backfill = own.path("backfill").asBoolean(groupBackfill);
            keep(own, profile, meta, revision.knowsBackfill() && backfill, true);
        }
    }

    private void keep(ObjectNode event, JsonNode profile, JsonNode meta, boolean backfill, boolean bulk) {
        String key = profiles.keyOf(profile);
        // An id that belongs to no profile is one of the documented ways to lose an event behind a 202.
        if (key == null || (dropsTestDomains && isTest(key))) {
            dropped.increment();
            return;
        }
        profiles.merge(key, profile.path("attributes"), meta, false);
        Instant now = clock.instant();
        Instant sent = event.path("time").isTextual()
                ? EventRules.parse(event.path("time").asText())
                : null;
        Instant time = (sent == null ? now : sent).truncatedTo(ChronoUnit.SECONDS);
        // Documented default: the time to the second, so that one event per profile, metric and second survives.
        String uniqueId = event.path("unique_id").asText("");
        if (bulk) {
            event.putObject("profile").set("data", profile);
        }
        boolean first = ledger.keep(new RecordedEvent(
                uniqueId.isEmpty() ? Long.toString(time.getEpochSecond()) : uniqueId,
                metric(event),
                time,
                key,
                event,
                backfill,
                bulk,
                now));
        (first ? accepted : repeats).increment();
    }

    private static boolean isTest(String key) {
        return TEST_DOMAINS.contains(key.substring(key.indexOf('@') + 1).toLowerCase(Locale.ROOT));
    }

    private static String metric(JsonNode attributes) {
        return attributes
                .path("metric")
                .path("data")
                .path("attributes")
                .path("name")
                .asText();
    }

    /**
     * No profile in a body below the limit can be above it: measuring each of them would cost more than all the rest.
     */
    private static int limitFor(int bodySize) {
        return bodySize > ProfileRules.MAX_IN_EVENT ? ProfileRules.MAX_IN_EVENT : 0;
    }

    private static void checkType(@Nullable JsonNode data, String type, String pointer, Findings findings) {
        if (data == null || !data.path("type").asText().equals(type)) {
            findings.invalid(pointer + "/type", "'type' must be '" + type + "'.");
        }
    }
}
