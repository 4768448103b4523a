package routes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.Body;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.intercom.IntercomException;
import routes.intercom.Json;
import routes.klaviyo.Answer;
import routes.klaviyo.Identity;
import routes.klaviyo.Pace;
import routes.store.CaseStore;
import routes.store.CaseStore.Counts;
import routes.store.CaseStore.Due;
import routes.store.CaseStore.Outcome;
import routes.store.CaseStore.Told;
import routes.store.StoreException;

/**
 * What routes.yaml says with {@code bean: caseUpdates}: which profiles are to be told how many cases are open, and what
 * is taken down of Klaviyo's answers. Only the latest counts matter, so one that fails is no event that could be parked:
 * it is told again later, with the counts of then.
 *
 * <p>Thread-safe; {@link #next} is called by one thread at a time, when all updates it gave before have an outcome or are
 * given up.
 */
public final class CaseUpdates implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CaseUpdates.class);

    /** In one look: what Klaviyo takes in four seconds. */
    private static final int MOST = 50;

    private static final Duration UNTIL_THE_KEY_IS_TRIED_AGAIN = Duration.ofHours(1);
    /** For who has no address yet, or one that Klaviyo does not take. */
    private static final Backoff NOBODY = new Backoff(Duration.ofMinutes(1), Duration.ofDays(1));

    private final ObjectMapper json = JsonMapper.builder().build();
    private final CaseStore cases;
    private final Enricher.Source source;
    private final Identity identity;
    private final Pace pace;
    private final Standing standing;
    private final MeterRegistry meters;
    private final Clock clock;
    /** What became of contacts, to be written with one commit before others are told, and by the next look. */
    private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();

    private volatile Instant pausedUntil = Instant.EPOCH;

    /** @param pace of {@code /api/profile-import}; @param standing whether the key may write profiles */
    CaseUpdates(
            CaseStore cases,
            Enricher.Source source,
            Identity identity,
            Pace pace,
            Standing standing,
            MeterRegistry meters,
            Clock clock) {
        this.cases = cases;
        this.source = source;
        this.identity = identity;
        this.pace = pace;
        this.standing = standing;
        this.meters = meters;
        this.clock = clock;
        List.of("told", "busy", "refused").forEach(outcome -> count(outcome, 0));
    }

    private void count(String outcome, int more) {
        Counter.builder("intercom_klaviyo_open_case_updates")
                .description("Open cases told to Klaviyo profiles, by what came of it")
                .tag("outcome", outcome)
                .register(meters)
                .increment(more);
    }

    /**
     * One profile that is to be told something.
     *
     * @param email address of the profile, or null where {@code phone} is its number
     */
    public record Update(
            Due due, @Nullable String email, @Nullable String phone, Told told) {}

    /** @return what is to be told now, at most one update of a contact */
    public List<Update> next() {
        writeOutcomes();
        int most = clock.instant().isBefore(pausedUntil) ? 0 : Math.min(MOST, pace.free());
        if (most == 0) {
            return List.of();
        }
        List<Due> due = new ArrayList<>();
        for (Due each : cases.claim(most)) {
            if (each.told().isEmpty() && each.counts().equals(Counts.NONE)) {
                // Closed before anybody was told that it was open.
                outcome(each, () -> cases.settle(each));
            } else {
                due.add(each);
            }
        }
        if (due.isEmpty()) {
            return List.of();
        }
        Enricher.Lookup contacts =
                source.lookup(due.stream().map(Due::contactId).toList());
        List<Update> updates = new ArrayList<>();
        for (Due each : due) {
            try {
                Update update = update(each, contacts.contact(each.contactId()));
                if (update != null) {
                    updates.add(update);
                }
            } catch (IntercomException e) {
                postpone(each, Backoff.INTERCOM.delay(each.attempts()));
            }
        }
        return noted(updates);
    }

    /** Those that are to be told still, each noted; with the same commit what became of the others. */
    private List<Update> noted(List<Update> updates) {
        List<Update> noted = new ArrayList<>();
        updates.forEach(update -> outcome(update.due(), () -> {
            if (cases.tells(update.due(), update.told().profile())) {
                noted.add(update);
            }
        }));
        writeOutcomes();
        pace.take(noted.size());
        return noted;
    }

    /** What is not written for want of a database is written by the next look; until then nobody else is told. */
    private synchronized void writeOutcomes() {
        List<Outcome> written = List.copyOf(outcomes);
        if (!written.isEmpty()) {
            cases.together(written);
            outcomes.removeAll(written);
        }
    }

    private void outcome(Due due, Runnable writing) {
        outcomes.add(new Outcome(due, writing));
    }

    private void postpone(Due due, Duration wait) {
        Instant until = clock.instant().plus(wait);
        outcome(due, () -> cases.postpone(due, until));
    }

    /** @return what is to be told of a contact; null when it is nothing now */
    private @Nullable Update update(Due due, @Nullable ObjectNode contact) {
        if (contact == null) {
            outcome(due, () -> cases.forget(due));
            return null;
        }
        String id = Json.id(contact.get("id"));
        if (id != null && !id.equals(due.contactId())) {
            outcome(due, () -> cases.move(due, id));
            return null;
        }
        String email = Identity.email(Json.text(contact.get("email")));
        String phone = email == null ? identity.phone(Json.text(contact.get("phone"))) : null;
        String profile = email == null ? phone : email;
        for (Told former : due.told()) {
            if (profile != null && !former.profile().equals(profile)) {
                // The contact has another address now, or was merged: nobody closes what this profile still shows.
                boolean isNumber = former.profile().startsWith("+");
                return new Update(
                        due,
                        isNumber ? null : former.profile(),
                        isNumber ? former.profile() : null,
                        new Told(former.profile(), Counts.NONE));
            }
        }
        if (profile == null) {
            postpone(due, NOBODY.delay(due.attempts()));
            return null;
        }
        Counts told = due.told().isEmpty() ? Counts.NONE : due.told().get(0).counts();
        if (told.equals(due.counts())) {
            outcome(due, () -> cases.settle(due));
            return null;
        }
        return new Update(due, email, phone, new Told(profile, due.counts()));
    }

    /** @return what the mapping sees: {@code email} or {@code phone_number}, {@code conversations}, {@code tickets} */
    public JsonNode document(@Body Update update) {
        return json.createObjectNode()
                .put("email", update.email())
                .put("phone_number", update.phone())
                .put("conversations", update.told().counts().conversations())
                .put("tickets", update.told().counts().tickets());
    }

    /** @return the body of {@code POST /api/profile-import} */
    public byte[] request(@Body JsonNode mapped) throws JsonProcessingException {
        return json.writeValueAsBytes(mapped);
    }

    /** Takes down an answer, and how much of the quota it says is left. */
    public Answer answered(
            @Body byte[] body,
            @Header("CamelHttpResponseCode") int status,
            @Header("Content-Type") @Nullable String contentType,
            @Header("Retry-After") @Nullable String retryAfter,
            @Header("RateLimit-Remaining") @Nullable String remaining,
            @Header("RateLimit-Reset") @Nullable String reset) {
        Answer answer = Answer.of(status, contentType, retryAfter, new String(body, StandardCharsets.UTF_8));
        Duration pause = status == 429 && answer.retryAfter() == null ? Duration.ofSeconds(1) : answer.retryAfter();
        pace.answered(Deliveries.number(remaining), Deliveries.number(reset), pause);
        return noted(answer);
    }

    /** Takes down that there was no answer. */
    public Answer unanswered(@ExchangeException Exception failure) {
        pace.answered(null, null, null);
        return noted(Answer.none(failure.getClass().getSimpleName()));
    }

    private Answer noted(Answer answer) {
        standing.note(answer);
        return answer;
    }

    /** The profile shows the counts now. */
    public void told(@ExchangeProperty("update") Update update) {
        outcome(update.due(), () -> cases.told(update.due(), update.told()));
        pausedUntil = Instant.EPOCH;
        count("told", 1);
    }

    /** Klaviyo could not take it now. */
    public void busy(@ExchangeProperty("update") Update update, @Body Answer answer) {
        Duration wait = answer.retryAfter() == null
                ? Backoff.KLAVIYO.delay(update.due().attempts())
                : answer.retryAfter().plus(Backoff.KLAVIYO.delay(0));
        postpone(update.due(), wait);
        count("busy", 1);
    }

    /** The key may not write profiles: said once, and tried again when somebody may have changed it. */
    public void forbidden(@ExchangeProperty("update") Update update, @Body Answer answer) {
        if (pausedUntil.equals(Instant.EPOCH)) {
            LOG.warn(
                    "Open cases are not told to Klaviyo: it answers {} {}. The key needs the scope profiles:write;"
                            + " tried again every hour",
                    answer.status(),
                    answer.words());
        }
        pausedUntil = clock.instant().plus(UNTIL_THE_KEY_IS_TRIED_AGAIN);
        notTold(update, UNTIL_THE_KEY_IS_TRIED_AGAIN);
        count("refused", 1);
    }

    /** Klaviyo does not take this profile: tried again ever more rarely, with what Intercom says then. */
    public void refused(@ExchangeProperty("update") Update update, @Body Answer answer) {
        LOG.warn(
                "Open cases of the contact {} are not told: Klaviyo answers {} {}",
                update.due().contactId(),
                answer.status(),
                answer.words());
        notTold(update, NOBODY.delay(update.due().attempts()));
        count("refused", 1);
    }

    private void notTold(Update update, Duration wait) {
        Instant until = clock.instant().plus(wait);
        outcome(update.due(), () -> cases.refused(update.due(), update.told(), until));
    }

    /** Writes what was told at last; what cannot be written is told once more by the next start. */
    @Override
    public void close() {
        try {
            writeOutcomes();
        } catch (StoreException e) {
            LOG.info("Open cases that were told at last are told once more by the next start: {}", e.getMessage());
        }
    }
}
