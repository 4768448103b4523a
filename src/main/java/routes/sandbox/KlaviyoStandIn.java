package routes.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Klaviyo's API, as far as a sender of events needs it: events single and in bulk, profile import, accounts, metrics.
 * It checks what Klaviyo is documented to check, and remembers what it took. Safe for use by several threads.
 */
public final class KlaviyoStandIn implements AutoCloseable {

    private static final int REFUSALS_KEPT = 1_000;

    /** What a request does, and the scope it takes (Klaviyo's API reference). */
    private enum Endpoint {
        EVENTS("POST", "/api/events", "events:write"),
        BULK("POST", "/api/event-bulk-create-jobs", "events:write"),
        PROFILE_IMPORT("POST", "/api/profile-import", "profiles:write"),
        ACCOUNTS("GET", "/api/accounts", "accounts:read"),
        METRICS("GET", "/api/metrics", "metrics:read");

        private final String method;
        private final String path;
        private final String scope;

        Endpoint(String method, String path, String scope) {
            this.method = method;
            this.path = path;
            this.scope = scope;
        }

        /** The endpoint at {@code path}, with or without a slash at its end as in Klaviyo's own examples. */
        static @Nullable Endpoint at(String path) {
            String bare = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
            for (Endpoint endpoint : values()) {
                if (endpoint.path.equals(bare)) {
                    return endpoint;
                }
            }
            return null;
        }
    }

    private final Builder options;
    private final KlaviyoDoor door;
    private final Ledger ledger;
    private final Profiles profiles = new Profiles();
    private final ProfileRules profileRules;
    private final KlaviyoIntake intake;
    private final Counts counts = new Counts();
    private final Deque<Refusal> refusals = new ArrayDeque<>();
    private final StandInServer server;
    private volatile Predicate<String> refusedPhones = phone -> false;

    private KlaviyoStandIn(Builder options) {
        this.options = options;
        ledger = options.countOnly ? new CompactLedger() : new FullLedger();
        door = new KlaviyoDoor(options.apiKey, options.missingScopes);
        options.limits.forEach((path, limit) -> door.limit(path, options.clock, limit[0], limit[1]));
        profileRules = new ProfileRules(phone -> refusedPhones.test(phone));
        intake = new KlaviyoIntake(
                options.clock, ledger, profiles, profileRules, options.dropsTestDomains, options.tellsOnlyFirst);
        server = new StandInServer(
                "klaviyo-stand-in", options.port, options.latency, this::answer, KlaviyoStandIn::fault, counts, s -> s);
        server.start();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Where it listens, on loopback: the value of {@code KLAVIYO_URL}. */
    public URI url() {
        return server.url();
    }

    /** What goes wrong from now on. */
    public void faults(FaultPlan plan) {
        server.faults(plan);
    }

    /** Numbers that are refused from now on although they look right, as Klaviyo refuses some. */
    public void refusePhone(Predicate<String> phones) {
        refusedPhones = phones;
    }

    /** All events taken, each once, in the order of arrival; empty in count-only mode. */
    public List<RecordedEvent> events() {
        return ledger.events();
    }

    /** Requests of any kind, faults included. */
    public long requests() {
        return counts.requests();
    }

    /** Answers by status; 0 stands for none. */
    public Map<Integer, Long> statuses() {
        return counts.statuses();
    }

    /** Requests by {@code METHOD /path}. */
    public Map<String, Long> endpoints() {
        return counts.endpoints();
    }

    /** Events taken for the first time. */
    public long accepted() {
        return intake.accepted();
    }

    /** Events answered 202 whose (profile, metric, {@code unique_id}) was known already. */
    public long repeats() {
        return intake.repeats();
    }

    /** Events answered 202 and silently thrown away: test domains, ids of no profile. */
    public long dropped() {
        return intake.dropped();
    }

    /** The latest error answers, oldest first, at most 1,000. Faults are not among them. */
    public List<Refusal> refusals() {
        synchronized (refusals) {
            return new ArrayList<>(refusals);
        }
    }

    /** Copies of the profiles' attributes by key: the e-mail in lower case, else the phone. */
    public Map<String, JsonNode> profiles() {
        return profiles.all();
    }

    /** As if newly started, but for faults and the state of the rate limits. */
    public void forget() {
        ledger.forget();
        profiles.forget();
        intake.forget();
        counts.forget();
        synchronized (refusals) {
            refusals.clear();
        }
    }

    @Override
    public void close() {
        server.close();
    }

    private Answer answer(Request request) {
        if (request.path().startsWith(StandInServer.OWN_PATH)) {
            return own(request);
        }
        Answer answer = route(request);
        if (answer.status() >= 400) {
            synchronized (refusals) {
                if (refusals.size() == REFUSALS_KEPT) {
                    refusals.removeFirst();
                }
                refusals.add(new Refusal(
                        options.clock.instant(),
                        request.method(),
                        request.path(),
                        answer.status(),
                        new String(answer.body(), StandardCharsets.UTF_8)));
            }
        }
        return answer;
    }

    private Answer route(Request request) {
        Endpoint endpoint = Endpoint.at(request.path());
        if (endpoint == null) {
            return Findings.single(404, "not_found", "Not found.", "No such path.", null, "");
        }
        if (!endpoint.method.equals(request.method())) {
            return Findings.single(
                    405, "method_not_allowed", "Method not allowed.", "Method not allowed.", "pointer", "/data/");
        }
        Answer refused = door.refuse(request, endpoint.scope);
        if (refused != null) {
            return refused;
        }
        KlaviyoQuota.Verdict verdict = door.pass(endpoint.path);
        if (verdict == null) {
            return answer(endpoint, request);
        }
        return verdict.throttled()
                ? KlaviyoDoor.throttled(verdict.retryAfter())
                : verdict.mark(answer(endpoint, request));
    }

    private Answer answer(Endpoint endpoint, Request request) {
        if (endpoint == Endpoint.ACCOUNTS) {
            return vendorJson(200, KlaviyoCatalogue.account(options.accountId, options.accountName));
        }
        if (endpoint == Endpoint.METRICS) {
            return metrics(request);
        }
        byte[] body = KlaviyoDoor.decoded(request);
        Answer refused = KlaviyoDoor.refuseBody(request, body);
        Revision revision = Revision.of(request.header("revision"));
        if (refused != null || body == null || revision == null) {
            return refused == null ? Answer.empty(400) : refused;
        }
        JsonNode document;
        try {
            document = Json.MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            return Findings.single(
                    400,
                    "invalid",
                    "Invalid input.",
                    "The payload provided in the request is invalid.",
                    "pointer",
                    "/data");
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory", e);
        }
        if (endpoint == Endpoint.PROFILE_IMPORT) {
            return importProfile(document.path("data"));
        }
        return endpoint == Endpoint.EVENTS
                ? intake.takeOne(document, body.length, revision)
                : intake.takeBulk(document, body.length, revision);
    }

    private Answer importProfile(JsonNode data) {
        Findings findings = new Findings();
        profileRules.check(data, "/data", false, ProfileRules.MAX_ALONE, findings);
        if (!findings.none()) {
            return findings.answer(options.tellsOnlyFirst);
        }
        String key = profiles.keyOf(data);
        if (key == null) {
            return Findings.single(404, "not_found", "Not found.", "A profile with this id does not exist.", null, "");
        }
        boolean isNew = profiles.merge(key, data.path("attributes"), data.path("meta"), true);
        ObjectNode profile = Json.object().put("type", "profile").put("id", Profiles.idOf(key));
        profile.set("attributes", profiles.get(key));
        return vendorJson(isNew ? 201 : 200, Json.object().set("data", profile));
    }

    private Answer metrics(Request request) {
        return KlaviyoCatalogue.metrics(
                request.parameter("filter"),
                options.builtInIntegrationActive,
                ledger.events().stream().map(RecordedEvent::metric).toList());
    }

    private Answer own(Request request) {
        if (request.path().equals(StandInServer.OWN_PATH + "/events")) {
            return Answer.lines(ledger::writeLines);
        }
        if (request.method().equals("DELETE")) {
            forget();
        }
        ObjectNode json = counts.json()
                .put("accepted", accepted())
                .put("repeats", repeats())
                .put("dropped", dropped())
                .put("profiles", profiles.size());
        return Answer.json(200, json);
    }

    private static Answer fault(Fault.Status status) {
        int code = status.code();
        if (code == 429) {
            Integer wait = status.retryAfterSeconds();
            return KlaviyoDoor.throttled(wait == null ? 1 : wait);
        }
        Answer answer = Findings.single(
                code,
                code >= 500 ? "error" : "invalid",
                "A fault of status " + code,
                "On purpose.",
                "pointer",
                "/data");
        Integer wait = status.retryAfterSeconds();
        return wait == null ? answer : answer.with("Retry-After", wait.toString());
    }

    static Answer vendorJson(int status, JsonNode body) {
        return Answer.bytes(status, "application/vnd.api+json", Json.bytes(body));
    }

    /** Options of a stand-in; each has a default that suits a test. */
    public static final class Builder {

        private int port;
        private String apiKey = "pk_stand_in";
        private String accountId = "StAnD1";
        private String accountName = "Klaviyo stand-in";
        private Clock clock = Clock.systemUTC();
        private Duration latency = Duration.ZERO;
        private boolean dropsTestDomains = true;
        private boolean tellsOnlyFirst;
        private boolean builtInIntegrationActive;
        private boolean countOnly;
        private final Set<String> missingScopes = new HashSet<>();
        private final Map<String, int[]> limits = new LinkedHashMap<>();

        private Builder() {
            limits.put("/api/events", new int[] {350, 3_500});
            limits.put("/api/event-bulk-create-jobs", new int[] {10, 150});
            limits.put("/api/profile-import", new int[] {75, 750});
            limits.put("/api/accounts", new int[] {1, 15});
            limits.put("/api/metrics", new int[] {10, 150});
        }

        /** 0, the default, takes any free port. */
        public Builder port(int value) {
            port = value;
            return this;
        }

        public Builder apiKey(String value) {
            apiKey = value;
            return this;
        }

        /** The account that {@code GET /api/accounts} names. */
        public Builder account(String id, String name) {
            accountId = id;
            accountName = name;
            return this;
        }

        public Builder clock(Clock value) {
            clock = value;
            return this;
        }

        /** Turns all rate limits off; they are on by default. */
        public Builder withoutLimits() {
            limits.clear();
            return this;
        }

        /** Another limit for one endpoint, for example {@code /api/events}. */
        public Builder limit(String path, int perSecond, int perMinute) {
            limits.put(path, new int[] {perSecond, perMinute});
            return this;
        }

        /** Time added to each answer. */
        public Builder latency(Duration value) {
            latency = value;
            return this;
        }

        /** False to record events of {@code @example.com} and the like, which Klaviyo drops behind its 202. */
        public Builder dropTestDomains(boolean value) {
            dropsTestDomains = value;
            return this;
        }

        /** True to name one mistake per answer instead of all: both are compatible with what is documented. */
        public Builder tellOnlyFirstError(boolean value) {
            tellsOnlyFirst = value;
            return this;
        }

        /** True when the account has Klaviyo's own Intercom integration: its nine metrics are listed. */
        public Builder builtInIntegrationActive(boolean value) {
            builtInIntegrationActive = value;
            return this;
        }

        /** True to keep one line per event and no more, for benchmarks. */
        public Builder countOnly(boolean value) {
            countOnly = value;
            return this;
        }

        /** A scope that the key lacks, for example {@code events:write}: 403 {@code permission_denied}. */
        public Builder withoutScope(String scope) {
            missingScopes.add(scope);
            return this;
        }

        /** Starts it. */
        public KlaviyoStandIn start() {
            return new KlaviyoStandIn(this);
        }
    }
}
