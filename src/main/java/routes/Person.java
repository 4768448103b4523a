package routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;
import routes.intercom.Normalizer;
import routes.store.Origin;

/** Tells whether a notification is one person's: told by who acted, or by a contact that is its item. Thread-safe. */
final class Person {

    private final Normalizer normalizer = new Normalizer();

    /**
     * @param notification JSON, as it lies in the inbox
     * @param names e-mail addresses and contact ids of one person, in lower case
     */
    boolean actsIn(String notification, Collection<String> names) {
        try {
            for (ObjectNode reading :
                    normalizer.read(notification.getBytes(StandardCharsets.UTF_8), Origin.WEBHOOK.word(), null)) {
                boolean contact = reading.path("topic").asText().startsWith("contact.");
                JsonNode block = contact ? reading.path("item") : reading.path("acting");
                if (isNamed(block.path("id"), names) || isNamed(block.path("email"), names)) {
                    return true;
                }
            }
            return false;
        } catch (IOException | RuntimeException e) {
            // What cannot be read is parked, and is found there by its contact as far as it names one.
            return false;
        }
    }

    private static boolean isNamed(JsonNode value, Collection<String> names) {
        return value.isTextual() && names.contains(value.textValue().toLowerCase(Locale.ROOT));
    }
}
