package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The profiles of the Klaviyo stand-in and how they are merged. Safe for use by several threads. */
final class Profiles {

    private final Map<String, ObjectNode> byKey = new LinkedHashMap<>();
    private final Map<String, String> keysById = new LinkedHashMap<>();

    /**
     * Who {@code profile.data} is: the e-mail in lower case, else the phone, else the other identifiers with their name
     * before them. An {@code id} alone names a profile that must exist: null when it does not.
     */
    synchronized @Nullable String keyOf(JsonNode data) {
        JsonNode attributes = data.path("attributes");
        String email = attributes.path("email").asText("");
        if (!email.isEmpty() && !email.equals("null")) {
            return email.toLowerCase(Locale.ROOT);
        }
        String phone = attributes.path("phone_number").asText("");
        if (phone.startsWith("+")) {
            return phone;
        }
        for (String name : new String[] {"external_id", "anonymous_id", "_kx"}) {
            if (attributes.path(name).isTextual()) {
                return name + ":" + attributes.path(name).textValue();
            }
        }
        return keysById.get(data.path("id").asText());
    }

    /** Klaviyo's id of the profile: any text of that look, always the same for the same key. */
    static String idOf(String key) {
        String hex = UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8))
                .toString()
                .replace("-", "");
        return "01" + hex.substring(0, 24).toUpperCase(Locale.ROOT);
    }

    /**
     * Creates or updates a profile: fields that are named overwrite, others stay as they are.
     *
     * @param nullClears true for profile import, where null clears a field; in events it says nothing
     * @param meta {@code patch_properties} is carried out; missing when there is none
     * @return whether the profile is new
     */
    synchronized boolean merge(String key, JsonNode attributes, JsonNode meta, boolean nullClears) {
        boolean isNew = !byKey.containsKey(key);
        ObjectNode profile = byKey.computeIfAbsent(key, absent -> Json.object());
        keysById.put(idOf(key), key);
        for (Map.Entry<String, JsonNode> field : attributes.properties()) {
            String name = field.getKey();
            if (name.equals("location") || name.equals("properties")) {
                overwrite(profile.withObjectProperty(name), field.getValue(), nullClears);
            } else if (!name.equals("meta")) {
                set(profile, name, field.getValue(), nullClears);
            }
        }
        patch(profile.withObjectProperty("properties"), meta.path("patch_properties"));
        return isNew;
    }

    synchronized Map<String, JsonNode> all() {
        Map<String, JsonNode> copies = new LinkedHashMap<>();
        byKey.forEach((key, profile) -> copies.put(key, profile.deepCopy()));
        return copies;
    }

    synchronized JsonNode get(String key) {
        ObjectNode profile = byKey.get(key);
        return profile == null ? Json.object() : profile.deepCopy();
    }

    synchronized int size() {
        return byKey.size();
    }

    synchronized void forget() {
        byKey.clear();
        keysById.clear();
    }

    private static void overwrite(ObjectNode target, JsonNode source, boolean nullClears) {
        source.properties().forEach(field -> set(target, field.getKey(), field.getValue(), nullClears));
    }

    private static void set(ObjectNode target, String name, JsonNode value, boolean nullClears) {
        if (!value.isNull()) {
            target.set(name, value);
        } else if (nullClears) {
            target.remove(name);
        }
    }

    private static void patch(ObjectNode properties, JsonNode patch) {
        patch.path("append").properties().forEach(field -> {
            ArrayNode list = without(properties.path(field.getKey()), field.getValue());
            each(field.getValue()).forEach(list::add);
            properties.set(field.getKey(), list);
        });
        patch.path("unappend")
                .properties()
                .forEach(field ->
                        properties.set(field.getKey(), without(properties.path(field.getKey()), field.getValue())));
        each(patch.path("unset")).forEach(name -> properties.remove(name.asText()));
    }

    /** A list of what is in {@code list} and not in {@code values}. */
    private static ArrayNode without(JsonNode list, JsonNode values) {
        ArrayNode rest = Json.array();
        for (JsonNode item : each(list)) {
            boolean named = false;
            for (JsonNode value : each(values)) {
                named |= value.equals(item);
            }
            if (!named) {
                rest.add(item);
            }
        }
        return rest;
    }

    private static ArrayNode each(JsonNode oneOrMany) {
        if (oneOrMany.isArray()) {
            return (ArrayNode) oneOrMany;
        }
        ArrayNode one = Json.array();
        return oneOrMany.isMissingNode() || oneOrMany.isNull() ? one : one.add(oneOrMany);
    }
}
