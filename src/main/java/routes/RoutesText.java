package routes;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The text of a routes file, taken apart into its routes and route configurations, so that two texts can be compared
 * route by route. Checks what Camel does not: that every id is given once, that nothing sends to a route that does not
 * exist, and that no part of the way of an event is missing.
 */
final class RoutesText {

    private static final String RECEIVER = "receive-webhook";

    /** Without these an event does not get from Intercom to Klaviyo. */
    private static final Set<String> NEEDED = new TreeSet<>(List.of(
            RECEIVER,
            "process-inbox",
            "transform-notification",
            "route-event",
            "created-conversation",
            "rated-conversation",
            "read-conversation",
            "replied-to-conversation",
            "created-ticket",
            "submitted-ticket",
            "replied-to-ticket",
            "marked-ticket-on-hold",
            "resolved-ticket",
            "record-event",
            "deliver-events",
            "deliver-event",
            "deliver-in-bulk",
            "settle-shipment"));

    /** As Camel reads it, with the same library: nothing can mean one thing here and another there. */
    private static final LoadSettings SETTINGS =
            LoadSettings.builder().setAllowDuplicateKeys(false).build();

    private static final Pattern DIRECT = Pattern.compile("(?:direct|seda):([\\w-]+)");

    /**
     * A route or route configuration.
     *
     * @param text gives its YAML, as an entry of a list
     * @param trial gives the same, but fed from nowhere: to be built without opening a port or firing a job
     * @param line where it begins, from 1
     */
    record Part(
            String id,
            boolean configuration,
            Supplier<String> text,
            Supplier<String> trial,
            int line,
            @Nullable String from,
            Set<String> sendsTo,
            List<Jq> jq) {}

    /** The text of a part, made when it is first asked for: only an edit needs it, and a start does not wait for it. */
    private static final class Dump implements Supplier<String> {

        private final Node entry;
        private @Nullable String text;

        Dump(Node entry) {
            this.entry = entry;
        }

        @Override
        public synchronized String get() {
            String made = text == null ? dump(entry) : text;
            text = made;
            return made;
        }
    }

    /** What a route begins with that answers a sender. */
    private static final String RECEIVING = "platform-http";

    private static final String POLICY = "routeConfiguration";
    private static final String REFERENCE = "routeConfigurationId";

    /** A jq expression and the line where it begins. */
    record Jq(String text, int line) {}

    private final String whole;
    private final Map<String, Part> parts;

    private RoutesText(String whole, Map<String, Part> parts) {
        this.whole = whole;
        this.parts = parts;
    }

    /**
     * @return the beginning of the text with all that senders reach, and every policy, where they stand word for word as in
     *     the other text and none comes later; else empty
     */
    static String opening(String text, String other) {
        String opening = text.substring(0, endOfOpening(text));
        boolean same = parts(opening).equals(parts(other.substring(0, endOfOpening(other))));
        return same && !isMetBySenders(text, opening.length()) ? opening : "";
    }

    /** @return where the part after the receiver begins, or the comments above it; 0 where there is none */
    private static int endOfOpening(String text) {
        int receiver = text.indexOf("\n    id: " + RECEIVER + "\n");
        int end = receiver < 0 ? 0 : text.indexOf("\n- ", receiver) + 1;
        int line = text.lastIndexOf('\n', end - 2) + 1;
        while (end > 1 && isComment(text, line)) {
            end = line;
            line = text.lastIndexOf('\n', end - 2) + 1;
        }
        return end;
    }

    /** @return without comments above the first part: people head their copy with one */
    private static String parts(String opening) {
        int start = 0;
        while (start < opening.length() && isComment(opening, start)) {
            start = opening.indexOf('\n', start) + 1;
        }
        return opening.substring(start);
    }

    private static boolean isComment(String text, int line) {
        return text.charAt(line) == '#' || text.charAt(line) == '\n';
    }

    /** By words, not by a pattern: this stands between a start and its first answer, and nothing is compiled by then. */
    private static boolean isMetBySenders(String text, int from) {
        if (text.indexOf(RECEIVING, from) >= 0) {
            return true;
        }
        int found = text.indexOf(POLICY, from);
        while (found >= 0 && text.startsWith(REFERENCE, found)) {
            found = text.indexOf(POLICY, found + 1);
        }
        return found >= 0;
    }

    /**
     * @param name of the file, for messages
     * @throws RoutesException with the line, when it is not YAML or something is missing or given twice
     */
    static RoutesText parse(String name, String text) {
        Node root;
        try {
            root = new Compose(SETTINGS).composeString(text).orElse(null);
            // What is composed may hold a key twice; what is constructed may not.
            Object unused = new StandardConstructor(SETTINGS).constructSingleDocument(Optional.ofNullable(root));
        } catch (MarkedYamlEngineException e) {
            throw new RoutesException(name + " line " + line(e.getProblemMark()) + ": " + e.getProblem(), e);
        } catch (RuntimeException e) {
            throw new RoutesException(name + ": " + e.getMessage(), e);
        }
        if (!(root instanceof SequenceNode sequence)) {
            throw new RoutesException(name + ": is empty or not a list of routes");
        }
        Map<String, Part> parts = new LinkedHashMap<>();
        for (Node entry : sequence.getValue()) {
            Part part = part(name, entry);
            if (parts.put(part.id, part) != null) {
                throw new RoutesException(name + " line " + part.line + ": the id " + part.id + " is given twice");
            }
        }
        RoutesText routes = new RoutesText(text, parts);
        routes.check(name);
        return routes;
    }

    private static Part part(String name, Node entry) {
        int line = line(entry.getStartMark());
        if (entry instanceof MappingNode mapping && mapping.getValue().size() == 1) {
            NodeTuple tuple = mapping.getValue().get(0);
            String kind = scalar(tuple.getKeyNode());
            if (tuple.getValueNode() instanceof MappingNode body
                    && ("route".equals(kind) || "routeConfiguration".equals(kind))) {
                String id = scalar(member(body, "id"));
                if (id == null) {
                    throw new RoutesException(name + " line " + line + ": a " + kind + " has no id");
                }
                Node from = member(body, "from");
                String uri = from instanceof MappingNode mapped ? scalar(member(mapped, "uri")) : null;
                if ("route".equals(kind) && uri == null) {
                    throw new RoutesException(name + " line " + line + ": the route " + id + " has no from.uri");
                }
                Set<String> sendsTo = new HashSet<>();
                collectUris(body, sendsTo);
                sendsTo.remove(uri);
                List<Jq> jq = new ArrayList<>();
                collectJq(body, jq);
                return new Part(
                        id,
                        "routeConfiguration".equals(kind),
                        new Dump(entry),
                        () -> trial(entry, from, uri, id),
                        line,
                        uri,
                        sendsTo,
                        jq);
            }
        }
        throw new RoutesException(name + " line " + line + ": only route and routeConfiguration stand at the top");
    }

    private static String trial(Node entry, @Nullable Node from, @Nullable String uri, String id) {
        if (from instanceof MappingNode mapped
                && uri != null
                && !DIRECT.matcher(uri).lookingAt()) {
            List<NodeTuple> given = mapped.getValue();
            mapped.setValue(fedFromNowhere(mapped, id));
            String trial = dump(entry);
            mapped.setValue(given);
            return trial;
        }
        return dump(entry);
    }

    private static List<NodeTuple> fedFromNowhere(MappingNode from, String id) {
        List<NodeTuple> kept = new ArrayList<>();
        for (NodeTuple tuple : from.getValue()) {
            String key = scalar(tuple.getKeyNode());
            if ("uri".equals(key)) {
                kept.add(new NodeTuple(
                        tuple.getKeyNode(), new ScalarNode(Tag.STR, "direct:trial-of-" + id, ScalarStyle.PLAIN)));
            } else if (!"parameters".equals(key)) {
                kept.add(tuple);
            }
        }
        return kept;
    }

    private void check(String name) {
        Set<String> missing = new TreeSet<>(NEEDED);
        missing.removeAll(parts.keySet());
        if (!missing.isEmpty()) {
            throw new RoutesException(name + ": has no route with the id " + String.join(", ", missing));
        }
        Set<String> answered = new HashSet<>();
        parts.values().forEach(part -> {
            Matcher from = DIRECT.matcher(part.from == null ? "" : part.from);
            if (from.lookingAt()) {
                answered.add(from.group());
            }
        });
        for (Part part : parts.values()) {
            for (String uri : part.sendsTo) {
                Matcher target = DIRECT.matcher(uri);
                if (target.lookingAt() && !answered.contains(target.group())) {
                    throw new RoutesException(name + " line " + part.line + ": " + part.id + " sends to "
                            + target.group() + ", which no route answers");
                }
            }
        }
    }

    /** @return whether one of these routes is what senders reach */
    boolean isReceiving(Set<String> ids) {
        return parts.values().stream().anyMatch(part -> ids.contains(part.id) && isReceiving(part));
    }

    private static boolean isReceiving(Part part) {
        return part.from != null && part.from.startsWith(RECEIVING);
    }

    Map<String, Part> parts() {
        return parts;
    }

    /** @return the line where the part begins that a failure speaks of: the first whose id stands in its message */
    String where(String message) {
        return parts.values().stream()
                .sorted(Comparator.comparingInt((Part part) -> part.id.length()).reversed())
                .filter(part -> message.contains(part.id))
                .findFirst()
                .map(part -> " line " + part.line + " (" + part.id + ")")
                .orElse("");
    }

    /** @return ids of the route, of all routes it sends to in some way, and of all configurations */
    Set<String> reachableFrom(String route) {
        Set<String> reached = new HashSet<>();
        Deque<String> ahead = new ArrayDeque<>(List.of(route));
        while (!ahead.isEmpty()) {
            Part part = parts.get(ahead.pop());
            if (part != null && reached.add(part.id)) {
                parts.values().stream()
                        .filter(other -> other.from != null && part.sendsTo.contains(other.from))
                        .forEach(other -> ahead.push(other.id));
            }
        }
        parts.values().stream().filter(Part::configuration).forEach(part -> reached.add(part.id));
        return reached;
    }

    /** @return the parts of those ids as one YAML text, in the order of the file */
    String text(Set<String> ids) {
        if (ids.containsAll(parts.keySet())) {
            return whole;
        }
        StringBuilder text = new StringBuilder();
        parts.values().stream().filter(part -> ids.contains(part.id)).forEach(part -> text.append(part.text.get()));
        return text.toString();
    }

    /** @return the whole text for a trial */
    String trial() {
        StringBuilder text = new StringBuilder();
        parts.values().forEach(part -> text.append(part.trial.get()));
        return text.toString();
    }

    /** @return ids of routes that differ between the two, or depend on a configuration that does */
    Set<String> changedFrom(RoutesText before) {
        Set<String> changed = new TreeSet<>();
        Set<String> all = new HashSet<>(parts.keySet());
        all.addAll(before.parts.keySet());
        for (String id : all) {
            Part old = before.parts.get(id);
            Part now = parts.get(id);
            if (old == null || now == null || !old.text.get().equals(now.text.get())) {
                changed.add(id);
            }
        }
        List<Part> dependent = new ArrayList<>(parts.values());
        dependent.addAll(before.parts.values());
        for (Part part : dependent) {
            Matcher configuration =
                    Pattern.compile("routeConfigurationId: *\"?([\\w-]+)").matcher(part.text.get());
            if (configuration.find() && changed.contains(configuration.group(1))) {
                changed.add(part.id);
            }
        }
        return changed;
    }

    /** Not cut out of the file: comments and blank lines are no difference. */
    private static String dump(Node entry) {
        DumpSettings settings = DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setSplitLines(false)
                .build();
        Node list = new SequenceNode(Tag.SEQ, List.of(entry), FlowStyle.BLOCK);
        return new Present(settings)
                .emitToString(new Serialize(settings).serializeOne(list).iterator());
    }

    /** @return from 1; 1 where none is known */
    private static int line(Optional<Mark> mark) {
        return mark.map(Mark::getLine).orElse(0) + 1;
    }

    private static void collectJq(Node node, List<Jq> found) {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if ("jq".equals(scalar(tuple.getKeyNode()))
                        && tuple.getValueNode() instanceof MappingNode expression
                        && member(expression, "expression") instanceof ScalarNode text) {
                    found.add(new Jq(text.getValue(), line(text.getStartMark())));
                }
                collectJq(tuple.getValueNode(), found);
            }
        } else if (node instanceof SequenceNode sequence) {
            sequence.getValue().forEach(each -> collectJq(each, found));
        }
    }

    private static void collectUris(Node node, Set<String> uris) {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if ("uri".equals(scalar(tuple.getKeyNode()))) {
                    String uri = scalar(tuple.getValueNode());
                    if (uri != null) {
                        uris.add(uri);
                    }
                }
                collectUris(tuple.getValueNode(), uris);
            }
        } else if (node instanceof SequenceNode sequence) {
            sequence.getValue().forEach(each -> collectUris(each, uris));
        }
    }

    private static @Nullable Node member(MappingNode mapping, String name) {
        return mapping.getValue().stream()
                .filter(tuple -> name.equals(scalar(tuple.getKeyNode())))
                .map(NodeTuple::getValueNode)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String scalar(@Nullable Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : null;
    }
}
