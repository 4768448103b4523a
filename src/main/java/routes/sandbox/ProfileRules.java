package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What Klaviyo accepts as {@code profile.data}: identifiers, attributes, and where {@code meta} may stand. Messages of
 * e-mail and phone are Klaviyo's own (they are in the tests of its mobile SDKs).
 */
final class ProfileRules {

    static final String PHONE_DETAIL = "Invalid phone number format (Example of a valid format: +12345678901)";
    static final String EMAIL_DETAIL = "Invalid email address";

    /** A profile inside an event; the profile endpoints take 100 KB. */
    static final int MAX_IN_EVENT = 95_000;

    static final int MAX_ALONE = 100_000;

    private static final List<String> IDENTIFIERS =
            List.of("email", "phone_number", "external_id", "anonymous_id", "_kx");
    private static final Set<String> TEXTS = Set.of(
            "external_id",
            "anonymous_id",
            "_kx",
            "first_name",
            "last_name",
            "organization",
            "locale",
            "title",
            "image");
    private static final Set<String> LOCATION = Set.of(
            "address1", "address2", "city", "country", "region", "zip", "timezone", "latitude", "longitude", "ip");
    private static final Pattern PHONE = Pattern.compile("\\+[1-9]\\d{6,14}");
    private static final Pattern EMAIL =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
                    + "@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,63}");

    private final Predicate<String> refusedPhones;

    /** @param refusedPhones numbers that are refused although they look right */
    ProfileRules(Predicate<String> refusedPhones) {
        this.refusedPhones = refusedPhones;
    }

    /**
     * Checks {@code data} of a profile.
     *
     * @param metaInside true for a single event, where {@code meta} is one of the attributes; in bulk jobs and in
     * profile
     *     import it stands beside them. Each refuses the other's form
     * @param maxBytes 0 when the request as a whole is too small to hold a profile over the limit
     */
    void check(JsonNode data, String pointer, boolean metaInside, int maxBytes, Findings findings) {
        if (!data.isObject()) {
            findings.invalid(pointer, "'data' must be an object.");
            return;
        }
        if (!data.path("type").asText().equals("profile")) {
            findings.invalid(pointer + "/type", "'type' must be 'profile'.");
        }
        if (metaInside && data.has("meta")) {
            findings.invalid(pointer + "/meta", "'meta' is not a valid field for the resource 'profile'.");
        }
        JsonNode attributes = data.path("attributes");
        if (attributes.isObject()) {
            checkAttributes(attributes, pointer + "/attributes", metaInside, findings);
        } else {
            findings.missing(pointer, "attributes", "profile");
        }
        if (!data.path("id").isTextual() && IDENTIFIERS.stream().noneMatch(name -> given(attributes.path(name)))) {
            findings.invalid(
                    pointer + "/attributes",
                    "A profile needs at least one identifier: id, email, phone_number, external_id, anonymous_id or"
                            + " _kx.");
        }
        if (maxBytes > 0 && Json.bytes(data).length > maxBytes) {
            findings.invalid(pointer, "The profile is larger than " + maxBytes / 1000 + " KB.");
        }
    }

    private void checkAttributes(JsonNode attributes, String pointer, boolean metaInside, Findings findings) {
        for (Map.Entry<String, JsonNode> field : attributes.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            String here = pointer + "/" + name;
            if (name.equals("email")) {
                checkEmail(value, here, findings);
            } else if (name.equals("phone_number")) {
                checkPhone(value, here, findings);
            } else if (name.equals("location")) {
                checkLocation(value, here, findings);
            } else if (name.equals("properties")) {
                PropertyRules.checkProfile(value, here, findings);
            } else if (TEXTS.contains(name)) {
                if (!value.isTextual() && !value.isNull()) {
                    findings.invalid(here, "'" + name + "' must be a string.");
                }
            } else if (!(metaInside && name.equals("meta"))) {
                findings.invalid(here, "'" + name + "' is not a valid field for the resource 'profile'.");
            }
        }
    }

    private static void checkEmail(JsonNode value, String pointer, Findings findings) {
        if (value.isNull()) {
            return;
        }
        String email = value.isTextual() ? value.textValue() : "";
        if (email.length() > 100 || !EMAIL.matcher(email).matches()) {
            findings.invalid(pointer, EMAIL_DETAIL);
        }
    }

    private void checkPhone(JsonNode value, String pointer, Findings findings) {
        if (value.isNull()) {
            return;
        }
        String phone = value.isTextual() ? value.textValue() : "";
        if (!PHONE.matcher(phone).matches() || refusedPhones.test(phone)) {
            findings.invalid(pointer, PHONE_DETAIL);
        }
    }

    private static void checkLocation(JsonNode location, String pointer, Findings findings) {
        if (!location.isObject() && !location.isNull()) {
            findings.invalid(pointer, "'location' must be an object.");
        }
        for (Map.Entry<String, JsonNode> field : location.properties()) {
            boolean number =
                    field.getKey().endsWith("itude") && field.getValue().isNumber();
            if (!LOCATION.contains(field.getKey())) {
                findings.invalid(pointer + "/" + field.getKey(), "'" + field.getKey() + "' is not a valid field.");
            } else if (!field.getValue().isTextual() && !field.getValue().isNull() && !number) {
                findings.invalid(pointer + "/" + field.getKey(), "'" + field.getKey() + "' must be a string.");
            }
        }
    }

    private static boolean given(JsonNode identifier) {
        return identifier.isTextual() && !identifier.textValue().isEmpty();
    }
}
