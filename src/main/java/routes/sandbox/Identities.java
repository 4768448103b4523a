package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether a contact of a workspace can be a Klaviyo profile, without a default region for phones. Knows only the phone
 * ranges that {@link SampleContacts} gives out (all reserved for fiction, all valid in libphonenumber 9): a judgement
 * of its own, apart from the product's.
 */
final class Identities {

    private static final Pattern EMAIL =
            Pattern.compile("[a-z0-9._%+-]+@[a-z0-9-]+(\\.[a-z0-9-]+)*\\.[a-z]{2,}", Pattern.CASE_INSENSITIVE);
    private static final Pattern PHONE =
            Pattern.compile("\\+(1[2-9]\\d{2}55501\\d{2}|442079460\\d{3}|331990\\d{5}|493023125\\d{3})");

    private Identities() {}

    /**
     * Follows merges. Of a deleted contact only the author block is left, where it is about the same contact.
     *
     * @param author a block of the payload, possibly missing
     */
    static boolean known(Workspace workspace, @Nullable String contactId, JsonNode author) {
        if (contactId == null || contactId.isEmpty()) {
            return false;
        }
        String survivor = workspace.survivorOf(contactId);
        ObjectNode contact = workspace.contact(survivor == null ? contactId : survivor);
        if (contact != null) {
            return known(contact);
        }
        return author.path("id").asText().equals(contactId)
                && email(author.path("email").asText(""));
    }

    static boolean known(JsonNode contact) {
        return email(contact.path("email").asText(""))
                || PHONE.matcher(contact.path("phone").asText("").replaceAll("[ ()-]", ""))
                        .matches();
    }

    private static boolean email(String email) {
        return email.length() <= 100
                && !email.contains("..")
                && EMAIL.matcher(email).matches();
    }
}
