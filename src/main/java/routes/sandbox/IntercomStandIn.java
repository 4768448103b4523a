package routes.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Intercom's REST API, version 2.14, over a {@link Workspace}: contacts, teammates, tags, conversations and tickets
 * with their searches, and OAuth for a public app. Safe for use by several threads.
 */
public final class IntercomStandIn implements AutoCloseable {

    /** GET of a conversation or ticket gives the newest 500 parts and no sign that there are more. */
    static final int MAX_PARTS = 500;

    private static final String VERSION = "2.14";
    private static final Set<String> VERSIONS = Set.of(
            "1.0",
            "1.1",
            "1.2",
            "1.3",
            "1.4",
            "2.0",
            "2.1",
            "2.2",
            "2.3",
            "2.4",
            "2.5",
            "2.6",
            "2.7",
            "2.8",
            "2.9",
            "2.10",
            "2.11",
            "2.12",
            "2.13",
            "2.14",
            "2.15",
            "2.16",
            "2.17",
            "Unstable",
            "Preview");

    private final Builder options;
    private final Workspace workspace;
    private final OAuthDesk desk;
    private final SearchPages pages;
    private final Counts counts = new Counts();
    private final RateWindow window;
    private final StandInServer server;

    private IntercomStandIn(Builder options) {
        this.options = options;
        workspace = options.workspace;
        desk = new OAuthDesk(options.app, workspace.name(), options.clock);
        pages = new SearchPages(options.granularity, options.order, options.pageTimeoutAbove);
        window = new RateWindow(options.limit, Duration.ofSeconds(10));
        server = new StandInServer(
                "intercom-stand-in",
                options.port,
                options.latency,
                this::answer,
                IntercomAnswers::fault,
                counts,
                IntercomStandIn::endpoint);
        server.start();
    }

    /** A stand-in over this workspace, whose content may change at any time. */
    public static Builder builder(Workspace workspace) {
        return new Builder(workspace);
    }

    /** Where it listens, on loopback: the value of {@code INTERCOM_URL}. */
    public URI url() {
        return server.url();
    }

    public Workspace workspace() {
        return workspace;
    }

    /** What goes wrong from now on. */
    public void faults(FaultPlan plan) {
        server.faults(plan);
    }

    /** Requests of any kind, faults included. */
    public long requests() {
        return counts.requests();
    }

    /** Requests by endpoint, for example {@code GET /contacts/{id}}. */
    public Map<String, Long> endpoints() {
        return counts.endpoints();
    }

    /** Answers by status; 0 stands for none. */
    public Map<Integer, Long> statuses() {
        return counts.statuses();
    }

    /** Sets all counts to zero. */
    public void forget() {
        counts.forget();
    }

    @Override
    public void close() {
        server.close();
    }

    private static String endpoint(String methodAndPath) {
        return methodAndPath.replaceFirst("/(contacts|conversations|tickets)/(?!search$)[^/]+", "/$1/{id}");
    }

    /** As if the workspace had uninstalled the app: tokens from OAuth are worth nothing any more. */
    public void uninstall() {
        desk.revoke();
    }

    /** Tokens from OAuth that are worth something. */
    public Set<String> issuedTokens() {
        return desk.tokens();
    }

    private Answer answer(Request request) {
        if (request.path().startsWith(StandInServer.OWN_PATH)) {
            return own(request);
        }
        if (OAuthDesk.isFor(request)) {
            return desk.answer(request);
        }
        String version = request.header("Intercom-Version");
        Answer answer = checked(request, version);
        return answer.with("Intercom-Version", version == null ? VERSION : version);
    }

    private Answer checked(Request request, @Nullable String version) {
        String authorization = request.header("Authorization");
        boolean known = authorization != null
                && (authorization.equals("Bearer " + options.accessToken) || desk.accepts(authorization));
        if (!known) {
            return IntercomAnswers.error(401, "unauthorized", "Access Token Invalid");
        }
        if (version != null && !VERSIONS.contains(version)) {
            return IntercomAnswers.error(400, "intercom_version_invalid", "The requested version could not be found");
        }
        if (!options.limited) {
            return route(request);
        }
        boolean fits;
        int remaining;
        long reset;
        synchronized (window) {
            fits = window.fits(options.clock.millis());
            if (fits) {
                window.take();
            }
            remaining = window.remaining();
            reset = (window.endsAt() + 999) / 1000;
        }
        Answer answer = fits
                ? route(request)
                : IntercomAnswers.error(429, "rate_limit_exceeded", "Exceeded rate limit for REST API");
        return answer.with("X-RateLimit-Limit", Integer.toString(options.limit))
                .with("X-RateLimit-Remaining", Integer.toString(remaining))
                .with("X-RateLimit-Reset", Long.toString(reset));
    }

    private Answer route(Request request) {
        String[] steps = request.path().split("/");
        String first = steps.length > 1 ? steps[1] : "";
        String second = steps.length > 2 ? steps[2] : "";
        if (request.method().equals("POST")) {
            return steps.length == 3 && second.equals("search") ? search(first, request) : noSuchPath();
        }
        if (!request.method().equals("GET")) {
            return IntercomAnswers.error(405, "action_forbidden", "Method not allowed");
        }
        if (steps.length == 4 && first.equals("contacts") && steps[3].equals("tags")) {
            return contact(second, true);
        }
        if (steps.length == 3) {
            return switch (first) {
                case "contacts" -> contact(second, false);
                case "conversations" -> withParts(workspace.conversationShelf().get(second), request);
                case "tickets" -> withParts(workspace.ticketShelf().get(second), request);
                default -> noSuchPath();
            };
        }
        return steps.length == 2 ? list(first, request) : noSuchPath();
    }

    private Answer list(String name, Request request) {
        return switch (name) {
            case "me" -> Answer.json(200, me());
            case "admins" -> list("admin.list", "admins", workspace.admins());
            case "teams" -> list("team.list", "teams", workspace.teams());
            case "tags" -> list("list", "data", workspace.tags());
            case "conversations" -> conversations(request);
            default -> noSuchPath();
        };
    }

    private Answer conversations(Request request) {
        String after = request.parameter("starting_after");
        if (after != null && after.isEmpty()) {
            // Measured, not documented (webhookdb).
            return IntercomAnswers.error(500, "server_error", "Internal Server Error");
        }
        String perPage = request.parameter("per_page");
        int size = perPage == null
                ? SearchKind.CONVERSATIONS.perPage()
                : perPage.matches("\\d{1,6}") ? Integer.parseInt(perPage) : 0;
        return pages.list(SearchKind.CONVERSATIONS, workspace.conversationShelf(), size, after);
    }

    private Answer search(String name, Request request) {
        if (!request.mediaType().equals("application/json")) {
            return IntercomAnswers.error(415, "media_type_not_acceptable", "Content-Type must be application/json");
        }
        JsonNode body;
        try {
            body = Json.MAPPER.readTree(request.body());
        } catch (JsonProcessingException e) {
            return IntercomAnswers.error(400, "bad_request", "The request body is not valid JSON");
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory", e);
        }
        return switch (name) {
            case "conversations" -> pages.search(SearchKind.CONVERSATIONS, workspace.conversationShelf(), body);
            case "tickets" -> pages.search(SearchKind.TICKETS, workspace.ticketShelf(), body);
            case "contacts" -> pages.search(SearchKind.CONTACTS, workspace.contactShelf(), body);
            default -> noSuchPath();
        };
    }

    /** The contact, or its tags with their names: the contact itself lists at most ten of them, without names. */
    private Answer contact(String id, boolean tags) {
        String survivor = workspace.survivorOf(id);
        if (survivor != null) {
            return IntercomAnswers.error(410, "contact_merged", "Contact has been merged")
                    .with("Link", "</contacts/" + survivor + ">; rel=\"canonical\"");
        }
        Stored stored = workspace.contactShelf().get(id);
        if (stored == null) {
            return IntercomAnswers.notFound("User Not Found");
        }
        if (!tags) {
            return Answer.bytes(200, "application/json; charset=utf-8", ContactShape.onTheWire(stored));
        }
        ArrayNode data = Json.array();
        for (JsonNode tag : ContactShape.tags(stored.node())) {
            workspace.tags().stream()
                    .filter(known -> known.path("id").equals(tag.path("id")))
                    .forEach(data::add);
        }
        return Answer.json(200, Json.object().put("type", "list").set("data", data));
    }

    private static Answer withParts(@Nullable Stored stored, Request request) {
        if (stored == null) {
            return IntercomAnswers.notFound("Resource Not Found");
        }
        if ("plaintext".equals(request.parameter("display_as"))) {
            return Answer.json(200, PlainText.bodies(stored.nodeWithNewestParts(MAX_PARTS)));
        }
        return stored.partCount() > MAX_PARTS
                ? Answer.json(200, stored.nodeWithNewestParts(MAX_PARTS))
                : Answer.bytes(200, "application/json; charset=utf-8", stored.whole());
    }

    private ObjectNode me() {
        ObjectNode me = Json.object()
                .put("type", "admin")
                .put("id", "991267390")
                .put("name", "Sandbox Teammate")
                .put("email", "sandbox@klaviyo-demo.com")
                .put("email_verified", true)
                .put("has_inbox_seat", true);
        me.putObject("app")
                .put("type", "app")
                .put("id_code", workspace.idCode())
                .put("name", workspace.name())
                .put("created_at", 1_672_531_200)
                .put("secure", true)
                .put("identity_verification", false)
                .put("timezone", "America/New_York")
                .put("region", "US");
        return me;
    }

    private static Answer list(String type, String key, List<JsonNode> members) {
        ObjectNode list = Json.object().put("type", type);
        list.putArray(key).addAll(members);
        return Answer.json(200, list);
    }

    private static Answer noSuchPath() {
        return IntercomAnswers.notFound("The requested URL was not found");
    }

    private Answer own(Request request) {
        if (request.path().equals(StandInServer.OWN_PATH + "/expected")) {
            return Answer.lines(out -> {
                for (String uniqueId : SampleWorkspace.expectedUniqueIds(workspace)) {
                    out.write((uniqueId + '\n').getBytes(StandardCharsets.UTF_8));
                }
            });
        }
        if (request.path().equals(StandInServer.OWN_PATH + "/notifications")) {
            int every = Integer.parseInt(String.valueOf(request.parameter("every")));
            int first = Integer.parseInt(String.valueOf(request.parameter("first")));
            return Answer.lines(out -> {
                for (String line : new Announcements(workspace, options.clock).lines(every, first)) {
                    out.write((line + '\n').getBytes(StandardCharsets.UTF_8));
                }
            });
        }
        if (request.method().equals("DELETE")) {
            forget();
        }
        ObjectNode json = counts.json()
                .put("workspace", workspace.idCode())
                .put("contacts", workspace.contactShelf().size())
                .put("conversations", workspace.conversationShelf().size())
                .put("tickets", workspace.ticketShelf().size());
        return Answer.json(200, json);
    }

    /** Options of a stand-in; each has a default that suits a test. */
    public static final class Builder {

        private final Workspace workspace;
        private int port;
        private String accessToken = "stand-in-token";
        private OAuthDesk.@Nullable App app;
        private Clock clock = Clock.systemUTC();
        private Duration latency = Duration.ZERO;
        private boolean limited = true;
        private int limit = 1_667;
        private SearchGranularity granularity = SearchGranularity.SECOND;
        private SearchOrder order = SearchOrder.UPDATED_DESC;
        private int pageTimeoutAbove = Integer.MAX_VALUE;

        private Builder(Workspace workspace) {
            this.workspace = workspace;
        }

        /** 0, the default, takes any free port. */
        public Builder port(int value) {
            port = value;
            return this;
        }

        public Builder accessToken(String value) {
            accessToken = value;
            return this;
        }

        /** A public app, which can be connected by OAuth; its redirect addresses are those it has registered. */
        public Builder app(String clientId, String clientSecret, URI... redirects) {
            app = new OAuthDesk.App(clientId, clientSecret, Set.of(redirects));
            return this;
        }

        public Builder clock(Clock value) {
            clock = value;
            return this;
        }

        /** Turns the rate limit off; it is on by default. */
        public Builder withoutLimit() {
            limited = false;
            return this;
        }

        /** Another limit per 10 seconds; the default is 1,667, a sixth of the documented 10,000 a minute. */
        public Builder limit(int perTenSeconds) {
            limit = perTenSeconds;
            return this;
        }

        /** Time added to each answer. */
        public Builder latency(Duration value) {
            latency = value;
            return this;
        }

        public Builder searchGranularity(SearchGranularity value) {
            granularity = value;
            return this;
        }

        public Builder searchOrder(SearchOrder value) {
            order = value;
            return this;
        }

        /** Pages of searches larger than this answer 504, as they time out on large workspaces. */
        public Builder pageTimeoutAbove(int value) {
            pageTimeoutAbove = value;
            return this;
        }

        /** Starts it. */
        public IntercomStandIn start() {
            return new IntercomStandIn(this);
        }
    }
}
