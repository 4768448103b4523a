package routes.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import routes.harness.Product;
import routes.sandbox.ExpectedEvent;
import routes.sandbox.ExpectedLive;
import routes.sandbox.PayloadGeneration;
import routes.sandbox.SampleWorkspace;
import routes.sandbox.StreamScenes;
import routes.sandbox.WebhookSender;
import routes.sandbox.Workspace;

/**
 * Any number of distinct signed notifications, made of one real one for each metric: conversation or ticket,
 * notification and contact differ from request to request. Of each only what differs and its signature is kept, so that
 * a million of them fit into memory and nothing is computed while the clock runs. Not thread-safe.
 */
final class Requests {

    /** What a conversation with two or three parts takes. */
    static final int BODY_BYTES = 5_400;

    static final String WORKSPACE = "bench001";
    static final long SEED = 7;
    static final int CONTACTS = 2_000;

    /** Not one phrase again and again: what is stored is packed. */
    private static final List<String> WORDS = List.of(
            ("the spade arrived without its handle and we ordered two of them in March for our garden could you please send"
                            + " another one or tell me how this can be returned I have paid by card on Monday thanks a lot best"
                            + " regards from Leeds where it has been raining since your parcel left warehouse number seven yesterday")
                    .split(" "));

    private static final long FIRST_OBJECT = 315_470_000_000_000L;
    private static final int SIGNATURE = 40;

    private final List<Template> templates;
    private final List<byte[]> contacts;
    private final Mac mac;
    private byte[] signatures = new byte[0];
    private int prepared;

    /** One metric's notification with the places where requests differ. */
    private record Template(
            byte[] request, int body, int signature, int[] objects, int[] notifications, int[] contacts, int events) {}

    private Requests(List<Template> templates, List<byte[]> contacts) {
        this.templates = templates;
        this.contacts = contacts;
        try {
            mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(Product.CLIENT_SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA1", e);
        }
    }

    static Requests ofAllMetrics() {
        Workspace workspace =
                new SampleWorkspace(WORKSPACE, SEED, CONTACTS, 0, 0, Duration.ofDays(60)).create(Clock.systemUTC());
        List<byte[]> contacts = new ArrayList<>();
        for (String id : workspace.contactIds()) {
            ObjectNode contact = workspace.contact(id);
            if (contact != null && contact.path("email").asText().matches("[a-z.0-9]{1,40}@klaviyo-demo\\.com")) {
                contacts.add(id.getBytes(StandardCharsets.US_ASCII));
            }
        }
        List<Template> templates = new ArrayList<>();
        choose(workspace).values().forEach(each -> templates.add(template(each, workspace)));
        return new Requests(templates, contacts);
    }

    /** Intercom's ping, as long as the others: verified, read and answered by the same route, but not stored. */
    static Requests ofPing() {
        ObjectNode ping = JsonNodeFactory.instance.objectNode();
        ping.put("type", "notification_event").put("app_id", WORKSPACE).put("topic", "ping");
        ObjectNode item = ping.putObject("data").putObject("item").put("type", "ping");
        item.put("message", "");
        pad(item, "message", BODY_BYTES - WebhookSender.bytes(ping).length);
        byte[] body = WebhookSender.bytes(ping);
        String head = head(body.length);
        int[] none = {};
        return new Requests(
                List.of(new Template(
                        request(head, body), head.length() + SIGNATURE + 4, head.length(), none, none, none, 0)),
                List.of());
    }

    /** The first notification of each metric that says exactly one thing. */
    private static Map<String, ObjectNode> choose(Workspace workspace) {
        StreamScenes scenes = new StreamScenes(
                workspace, List.of(PayloadGeneration.V2_14), Clock.systemUTC(), new SplittableRandom(SEED));
        ExpectedLive expected = new ExpectedLive(workspace);
        Map<String, ObjectNode> chosen = new LinkedHashMap<>();
        for (int scene = 0; scene < 5_000 && chosen.size() < 9; scene++) {
            for (ObjectNode notification : scenes.play()) {
                List<ExpectedEvent> events = expected.of(notification);
                if (!events.isEmpty()
                        && events.get(0).contactId() != null
                        && WebhookSender.bytes(notification).length < BODY_BYTES - 200) {
                    chosen.putIfAbsent(events.get(0).metric(), notification);
                }
            }
        }
        if (chosen.size() < 9) {
            throw new IllegalStateException("not all metrics have a notification: " + chosen.keySet());
        }
        return chosen;
    }

    private static Template template(ObjectNode notification, Workspace workspace) {
        List<ExpectedEvent> events = new ExpectedLive(workspace).of(notification);
        String object = events.get(0).uniqueId().split(":")[3];
        String contact = String.valueOf(events.get(0).contactId());
        // A quotation that the newest part carries along: of no consequence, but it has to be read and stored.
        ObjectNode item = (ObjectNode) notification.path("data").path("item");
        int missing = BODY_BYTES - WebhookSender.bytes(notification).length - ",\"quoted\":\"\"".length();
        pad(item, "quoted", missing);
        byte[] body = WebhookSender.bytes(notification);
        String head = head(body.length);
        byte[] request = request(head, body);
        String text = new String(request, StandardCharsets.ISO_8859_1);
        return new Template(
                request,
                head.length() + SIGNATURE + 4,
                head.length(),
                places(text, object),
                places(text, notification.path("id").asText().substring("notif_".length())),
                places(text, contact),
                events.size());
    }

    private static void pad(ObjectNode item, String member, int length) {
        SplittableRandom random = new SplittableRandom(SEED);
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append(WORDS.get(random.nextInt(WORDS.size()))).append(' ');
        }
        item.put(member, text.substring(0, length));
    }

    /** Up to where the signature is put in. */
    private static String head(int length) {
        return "POST /webhooks/intercom HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: */*\r\n"
                + "User-Agent: intercom-parrot-service-client/1.0\r\nContent-Length: " + length
                + "\r\nX-Hub-Signature: sha1=";
    }

    private static byte[] request(String head, byte[] body) {
        byte[] before = (head + "0".repeat(SIGNATURE) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(before.length + body.length)
                .put(before)
                .put(body)
                .array();
    }

    private static int[] places(String text, String what) {
        List<Integer> places = new ArrayList<>();
        for (int at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + 1)) {
            places.add(at);
        }
        return places.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Computes signatures so that requests up to this one are at hand. */
    void prepare(int count) {
        if (count <= prepared) {
            return;
        }
        byte[] longer = new byte[count * SIGNATURE];
        System.arraycopy(signatures, 0, longer, 0, prepared * SIGNATURE);
        ByteBuffer buffer = ByteBuffer.allocate(2 * BODY_BYTES);
        for (int i = prepared; i < count; i++) {
            Template template = fill(i, buffer.clear());
            mac.update(buffer.array(), template.body, buffer.position() - template.body);
            byte[] digest = mac.doFinal();
            for (int b = 0; b < digest.length; b++) {
                longer[i * SIGNATURE + 2 * b] = hex(digest[b] >> 4);
                longer[i * SIGNATURE + 2 * b + 1] = hex(digest[b]);
            }
        }
        signatures = longer;
        prepared = count;
    }

    private static byte hex(int nibble) {
        return (byte) Character.forDigit(nibble & 15, 16);
    }

    int prepared() {
        return prepared;
    }

    /** Writes the whole request, which must be prepared, and flips the buffer. */
    void write(int index, ByteBuffer buffer) {
        Template template = fill(index, buffer.clear());
        for (int i = 0; i < SIGNATURE; i++) {
            buffer.put(template.signature + i, signatures[index * SIGNATURE + i]);
        }
        buffer.flip();
    }

    private Template fill(int index, ByteBuffer buffer) {
        Template template = templates.get(index % templates.size());
        buffer.put(template.request);
        number(buffer, template.objects, FIRST_OBJECT + index, 15);
        number(buffer, template.notifications, index, 12);
        for (int place : template.contacts) {
            byte[] contact = contacts.get(index % contacts.size());
            for (int i = 0; i < contact.length; i++) {
                buffer.put(place + i, contact[i]);
            }
        }
        return template;
    }

    private static void number(ByteBuffer buffer, int[] places, long number, int digits) {
        for (int place : places) {
            long rest = number;
            for (int i = digits - 1; i >= 0; i--) {
                buffer.put(place + i, (byte) ('0' + rest % 10));
                rest /= 10;
            }
        }
    }

    /** @return how many events must come of the requests from one to before another */
    long events(int from, int to) {
        long events = 0;
        for (int i = from; i < to; i++) {
            events += templates.get(i % templates.size()).events;
        }
        return events;
    }

    /** @return the request by which this fact was told; null when it was none of ours */
    static @Nullable Integer indexOf(String uniqueId) {
        String[] parts = uniqueId.split(":", 5);
        return parts.length > 3 && parts[1].equals(WORKSPACE) ? (int) (Long.parseLong(parts[3]) - FIRST_OBJECT) : null;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d kinds of notifications of %d bytes", templates.size(), BODY_BYTES);
    }
}
