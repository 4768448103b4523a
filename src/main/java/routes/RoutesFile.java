package routes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.RouteConfigurationsBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.language.jq.JqLanguage;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes file and its live edits. A saved edit is tried as a whole in a context of its own first; only then the
 * routes that changed are replaced, so that an edit of a mapping does not touch receiving. What cannot work is refused
 * as a whole: the routes before it go on.
 *
 * <p>Camel's own reload is not used: a syntax error there removes all routes, and a half-written file is loaded as it
 * stands.
 *
 * <p>Thread-safe.
 */
public final class RoutesFile {

    private static final Logger LOG = LoggerFactory.getLogger(RoutesFile.class);
    private static final String BUNDLED = "/routes.yaml";
    private static final long LOOK_EVERY_MILLIS = 400;

    private final @Nullable Path file;
    private final Gate gate;
    private final Clock clock;
    private @Nullable CamelContext context;
    private @Nullable Consumer<Registry> binding;
    /** The bundled routes, while they run: only the first edit needs to know their parts. */
    private String unparsed = "";

    private @Nullable RoutesText running;
    /** What was loaded before the others. */
    private String opening = "";
    /** Ids as they stand in the file. */
    private volatile List<String> order = List.of();

    private byte[] seen = new byte[0];
    private byte[] decided = new byte[0];
    private volatile @Nullable Instant loadedAt;
    private volatile @Nullable String error;

    /**
     * @param file null: the bundled routes, which nobody edits
     * @param gate holds senders while a route that receives is replaced
     */
    RoutesFile(@Nullable Path file, Gate gate, Clock clock) {
        this.file = file;
        this.gate = gate;
        this.clock = clock;
    }

    /** @return path of the file, or {@code bundled} */
    public String name() {
        return file == null ? "bundled" : file.toString();
    }

    /** @return when the running routes were loaded */
    public @Nullable Instant loadedAt() {
        return loadedAt;
    }

    /** @return why the last edit was refused: file, line, reason; null when it was not */
    public @Nullable String error() {
        return error;
    }

    /** @return the text of the bundled routes */
    static String bundled() {
        try (InputStream stream = Objects.requireNonNull(RoutesFile.class.getResourceAsStream(BUNDLED))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads the routes, and loads those that receive into a context that is about to start: a sender is not to wait for
     * those that deliver, nor for their text to be understood. As the program brings them they need nothing but the bean
     * {@code webhook}; edited ones may use anything, and are left to {@link #loadOthers}.
     *
     * @param beans binds what routes refer to
     * @return whether the routes that receive are loaded
     * @throws RoutesException when they cannot be used
     */
    synchronized boolean loadReceiving(CamelContext target, Consumer<Registry> beans) {
        context = target;
        binding = beans;
        decided = given();
        CalledRoutes.leaveFailuresIn(target);
        String text = decided();
        opening = RoutesText.opening(text, bundled());
        if (opening.isEmpty()) {
            return false;
        }
        try {
            load(target, opening);
            return true;
        } catch (Exception e) {
            throw failed(RoutesText.parse(name(), text), e);
        }
    }

    private String decided() {
        return new String(decided, StandardCharsets.UTF_8);
    }

    /**
     * Loads the other routes into that context, and from then on looks for edits.
     *
     * @throws RoutesException when they cannot be used
     */
    synchronized void loadOthers() {
        CamelContext target = Objects.requireNonNull(context);
        String text = decided();
        // What the jar brings was checked when it was built: a start does not read it a second time for that.
        if (text.equals(bundled())) {
            unparsed = text;
        } else {
            running = RoutesText.parse(name(), text);
        }
        try {
            // Blank lines for what is loaded already: a failure is to name the line of the file.
            String others = "\n".repeat((int) opening.lines().count()) + text.substring(opening.length());
            RouteBuilder routes = builder(target, others);
            routes.prepareModel(target);
            List<RouteDefinition> all = routes.getRouteCollection().getRoutes();
            List<String> ids = new ArrayList<>(
                    target.getRoutes().stream().map(Route::getRouteId).toList());
            all.forEach(route -> ids.add(route.getRouteId()));
            order = List.copyOf(ids);
            // Nothing is taken in that would be sent to a route which is not there yet.
            ((ModelCamelContext) target)
                    .addRouteDefinitions(all.stream()
                            .sorted(Comparator.comparing(route -> !CalledRoutes.isCalled(route)))
                            .toList());
        } catch (Exception e) {
            throw failed(whatRuns(), e);
        }
        loadedAt = clock.instant();
        if (file != null) {
            target.getExecutorServiceManager()
                    .newSingleThreadScheduledExecutor(this, "routes-file")
                    .scheduleWithFixedDelay(this::look, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private RoutesText whatRuns() {
        RoutesText parsed = running;
        return parsed == null ? RoutesText.parse(name(), unparsed) : parsed;
    }

    /** @return the running routes, in the order of the file */
    List<Route> inOrder(CamelContext target) {
        List<String> ids = order;
        return target.getRoutes().stream()
                .sorted(Comparator.comparingInt(route -> ids.indexOf(route.getRouteId())))
                .toList();
    }

    /**
     * Tries the whole file, and loads only the routes that can be reached from one of them.
     *
     * @throws RoutesException when the file cannot be used
     */
    void loadFrom(String route, CamelContext target, Consumer<Registry> beans) {
        RoutesText text = RoutesText.parse(name(), new String(given(), StandardCharsets.UTF_8));
        attempt(text, target, beans);
        CalledRoutes.leaveFailuresIn(target);
        add(target, text, text.reachableFrom(route));
    }

    /** Takes over an edit once the file has stood still from one look to the next: editors truncate, then write. */
    private synchronized void look() {
        try {
            byte[] bytes = read();
            boolean still = Arrays.equals(bytes, seen);
            seen = bytes;
            if (still && !Arrays.equals(bytes, decided)) {
                decided = bytes;
                replace(new String(bytes, StandardCharsets.UTF_8));
            }
        } catch (UncheckedIOException e) {
            LOG.debug("The routes file cannot be read now", e);
        } catch (RuntimeException e) {
            refuse(e);
        }
    }

    private void replace(String text) {
        RoutesText before = whatRuns();
        CamelContext target = Objects.requireNonNull(context);
        RoutesText after = RoutesText.parse(name(), text);
        attempt(after, target, Objects.requireNonNull(binding));
        Set<String> changed = after.changedFrom(before);
        if (before.isReceiving(changed) || after.isReceiving(changed)) {
            // Without its route the listener would answer 404.
            gate.whileHeld(() -> exchange(target, before, after, changed));
        } else {
            exchange(target, before, after, changed);
        }
        running = after;
        order = List.copyOf(after.parts().keySet());
        loadedAt = clock.instant();
        error = null;
        LOG.info("Routes of {} replaced: {}", name(), changed.isEmpty() ? "none, only comments" : changed);
    }

    private void exchange(CamelContext target, RoutesText before, RoutesText after, Set<String> changed) {
        try {
            remove(target, before, changed);
            add(target, after, changed);
        } catch (RuntimeException e) {
            LOG.debug("An edit was tried and then did not start", e);
            remove(target, after, changed);
            add(target, before, changed);
            throw e;
        }
    }

    private void refuse(RuntimeException failure) {
        String reason =
                failure instanceof RoutesException ? failure.getMessage() : name() + ": " + failure.getMessage();
        error = reason;
        LOG.error("Edit refused, the routes before it go on: {}", reason);
    }

    /**
     * Builds all routes of a text without starting them.
     *
     * @param like whose placeholders they use
     * @throws RoutesException when they cannot be built
     */
    private void attempt(RoutesText text, CamelContext like, Consumer<Registry> beans) {
        try (DefaultCamelContext scratch = new DefaultCamelContext()) {
            scratch.setAutoStartup(false);
            scratch.disableJMX();
            scratch.getPropertiesComponent()
                    .setOverrideProperties(like.getPropertiesComponent().loadProperties());
            beans.accept(scratch.getRegistry());
            load(scratch, text.trial());
            scratch.start();
            tryMappings(text, ((JqLanguage) scratch.resolveLanguage("jq")).getRootScope());
        } catch (RoutesException e) {
            throw e;
        } catch (Exception e) {
            throw failed(text, e);
        }
    }

    /** jq looks a function up when it is called: a misspelt one would show with the first event, in the middle of the night. */
    private void tryMappings(RoutesText text, Scope scope) {
        for (RoutesText.Part part : text.parts().values()) {
            for (RoutesText.Jq jq : part.jq()) {
                try {
                    JsonQuery.compile(jq.text(), Versions.JQ_1_7)
                            .apply(Scope.newChildScope(scope), JsonNodeFactory.instance.objectNode(), output -> {});
                } catch (JsonQueryException e) {
                    String reason = String.valueOf(e.getMessage());
                    // Other failures are of the empty object that it was tried with.
                    if (reason.startsWith("Function ") || e.getClass() != JsonQueryException.class) {
                        throw new RoutesException(name() + " line " + jq.line() + " (" + part.id() + "): " + reason, e);
                    }
                }
            }
        }
    }

    private void add(CamelContext target, RoutesText text, Set<String> ids) {
        try {
            load(target, text.text(ids));
        } catch (Exception e) {
            throw failed(text, e);
        }
    }

    private static void load(CamelContext target, String yaml) throws Exception {
        if (!yaml.isEmpty()) {
            target.addRoutes(builder(target, yaml));
        }
    }

    /** Adds the route configurations. Not loadRoutes: it reads the text twice, the first time for beans, which stand in none. */
    private static RouteBuilder builder(CamelContext target, String yaml) throws Exception {
        RouteBuilder routes = (RouteBuilder) PluginHelper.getRoutesLoader(target)
                .getRoutesLoader("yaml")
                .loadRoutesBuilder(ResourceHelper.fromString("routes.yaml", yaml));
        target.addRoutesConfigurations((RouteConfigurationsBuilder) routes);
        return routes;
    }

    private static void remove(CamelContext target, RoutesText text, Set<String> ids) {
        ModelCamelContext model = (ModelCamelContext) target;
        try {
            for (Map.Entry<String, RoutesText.Part> part : text.parts().entrySet()) {
                if (ids.contains(part.getKey())) {
                    if (part.getValue().configuration()) {
                        model.removeRouteConfiguration(model.getRouteConfigurationDefinition(part.getKey()));
                    } else if (target.getRoute(part.getKey()) != null) {
                        target.getRouteController().stopRoute(part.getKey());
                        target.removeRoute(part.getKey());
                    }
                }
            }
        } catch (Exception e) {
            throw new RoutesException("routes could not be stopped: " + e.getMessage(), e);
        }
    }

    private RoutesException failed(RoutesText text, Exception failure) {
        Set<String> reasons = new HashSet<>();
        StringBuilder said = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (reasons.add(message)) {
                said.append(message).append(' ');
            }
        }
        String root = String.valueOf(failure.getMessage());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = String.valueOf(cause.getMessage());
        }
        String shortened = root.lines().limit(4).collect(Collectors.joining(" "));
        return new RoutesException(name() + text.where(said.toString()) + ": " + shortened, failure);
    }

    /** Who names a file at the start is told that it is not there; while routes run, an editor may be about to write it. */
    private byte[] given() {
        try {
            return read();
        } catch (UncheckedIOException e) {
            throw new RoutesException(name() + " cannot be read: there is no such file, or not for this user", e);
        }
    }

    private byte[] read() {
        try {
            return file == null ? bundled().getBytes(StandardCharsets.UTF_8) : Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(name() + " cannot be read", e);
        }
    }
}
