package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The contacts of the sample workspace: users and leads, with every way in which e-mail and phone can be good, bad or
 * absent. Phones are from ranges reserved for fiction. Not thread-safe.
 */
final class SampleContacts {

    private static final String[] AREA_CODES = {
        "201", "206", "212", "213", "214", "215", "216", "303", "305", "310", "312", "313", "404", "410", "412", "414",
        "415", "503", "504", "512", "602", "612", "614", "615", "617", "702", "713", "716", "718", "816"
    };

    private final Workspace workspace;
    private final RandomGenerator random;
    private final List<ObjectNode> present = new ArrayList<>();
    private final List<ObjectNode> deleted = new ArrayList<>();
    private final List<ObjectNode> speakers = new ArrayList<>();

    SampleContacts(Workspace workspace, RandomGenerator random) {
        this.workspace = workspace;
        this.random = random;
    }

    /** Contacts that the workspace has. */
    List<ObjectNode> present() {
        return present;
    }

    /** Contacts that are gone; what is left of them are their author blocks. */
    List<ObjectNode> deleted() {
        return deleted;
    }

    /** Whoever can be first contact of a conversation: those present and, under their old ids, those merged. */
    List<ObjectNode> speakers() {
        return speakers;
    }

    void fill(int count, long from, long now) {
        for (int i = 0; i < count; i++) {
            long created = from + (long) ((now - from) * 0.5 * random.nextDouble());
            ObjectNode contact = contact(i, created);
            if (i % 60 == 56) {
                deleted.add(contact);
                continue;
            }
            workspace.putContact(contact);
            present.add(contact);
            speakers.add(contact);
            if (i % 25 == 9) {
                // A lead that turned out to be this user: conversations keep naming the lead.
                ObjectNode lead = contact.deepCopy()
                        .put("id", newId())
                        .put("role", "lead")
                        .put("email", "");
                workspace.mergeContact(
                        lead.path("id").asText(), contact.path("id").asText());
                speakers.add(lead);
            }
        }
    }

    /** A new lead without anything to know it by, as the messenger makes them. */
    ObjectNode anonymousLead(long at) {
        return shape("lead", null, null, null, at);
    }

    ObjectNode contact(int i, long created) {
        String first = SampleWords.any(SampleWords.FIRST_NAMES, random);
        String last = SampleWords.any(SampleWords.LAST_NAMES, random);
        String name = i % 9 == 5 ? first : first + " " + last;
        String email = (plain(first) + "." + plain(last) + "." + i + "@klaviyo-demo.com").toLowerCase(Locale.ROOT);
        ObjectNode contact =
                switch (i % 20) {
                    case 0 -> shape("lead", "", null, null, created);
                    case 1 -> shape("lead", email, null, name, created);
                    case 2 -> shape("user", null, "(212) 555-0" + (100 + i % 100), name, created);
                    case 3 -> shape("user", first + " at klaviyo-demo.com", phone(i), name, created);
                    case 4 -> shape("user", "nobody@", i % 40 == 4 ? "+999 123 456" : phone(i), name, created);
                    case 5 -> shape("user", email, "12", name, created);
                    case 6, 7 -> shape(i % 40 == 6 ? "lead" : "user", null, phone(i), name, created);
                    case 8 -> shape("user", email.toUpperCase(Locale.ROOT), phone(i), name, created);
                    case 10, 11, 12, 13 -> shape("user", email, null, name, created);
                    case 14 -> shape("user", email, "020 7946 0" + (100 + i % 900), name, created);
                    case 15 -> shape("user", "a".repeat(90) + i + "@klaviyo-demo.com", phone(i), name, created);
                    default -> shape("user", email, phone(i), name, created);
                };
        details(contact, i);
        return contact;
    }

    private ObjectNode shape(
            String role, @Nullable String email, @Nullable String phone, @Nullable String name, long created) {
        String id = newId();
        ObjectNode contact = Json.object()
                .put("type", "contact")
                .put("id", id)
                .put("workspace_id", workspace.idCode())
                .put("external_id", role.equals("lead") ? null : "ext-" + id.substring(id.length() - 6))
                .put("role", role)
                .put("email", email)
                .put("phone", phone)
                .put("name", name)
                .putNull("avatar")
                .putNull("owner_id")
                .put("has_hard_bounced", false)
                .put("marked_email_as_spam", false)
                .put("unsubscribed_from_emails", false)
                .put("created_at", created)
                .put("updated_at", created)
                .put("signed_up_at", role.equals("lead") ? null : (Long) created)
                .put("last_seen_at", created)
                .put("language_override", (String) null)
                .put("browser", "chrome")
                .put("os", "OS X 10.15.7");
        contact.putObject("location")
                .put("type", "location")
                .putNull("country")
                .putNull("region")
                .putNull("city")
                .putNull("country_code")
                .putNull("continent_code");
        contact.putObject("custom_attributes");
        reference(contact, "tags");
        reference(contact, "notes");
        reference(contact, "companies");
        reference(contact, "opted_out_subscription_types");
        reference(contact, "opted_in_subscription_types");
        return contact;
    }

    private void details(ObjectNode contact, int i) {
        if (i % 3 == 0) {
            contact.put("avatar", "https://static.klaviyo-demo.com/avatars/" + i + ".png");
        } else if (i % 3 == 1) {
            contact.putObject("avatar")
                    .put("type", "avatar")
                    .put("image_url", i % 4 == 1 ? null : "https://static.klaviyo-demo.com/avatars/" + i + ".png");
        }
        if (i % 2 == 0) {
            ((ObjectNode) contact.path("location"))
                    .put("country", "Netherlands")
                    .put("region", "Zuid-Holland")
                    .put("city", SampleWords.any(SampleWords.CITIES, random));
        }
        contact.put("has_hard_bounced", i % 31 == 0).put("unsubscribed_from_emails", i % 11 == 0);
        ((ObjectNode) contact.path("custom_attributes"))
                .put("plan", i % 5 == 0 ? null : "Gardener " + (i % 3 + 1))
                .put("lifetime_orders", random.nextInt(40))
                .put("newsletter", i % 2 == 0);
        List<JsonNode> tags = workspace.tags();
        // One contact has more tags than the contact itself lists.
        int wanted = i == 16 ? tags.size() : i % 4 == 0 ? 1 + random.nextInt(2) : 0;
        ArrayNode references = (ArrayNode) contact.path("tags").path("data");
        for (int t = 0; t < wanted && t < tags.size(); t++) {
            String tagId = tags.get((i + t) % tags.size()).path("id").asText();
            references.addObject().put("id", tagId).put("type", "tag").put("url", "/tags/" + tagId);
        }
        ((ObjectNode) contact.path("tags")).put("total_count", references.size());
        if (i % 6 == 0) {
            ((ObjectNode) contact.path("companies"))
                    .put("total_count", 1)
                    .withArrayProperty("data")
                    .addObject()
                    .put("type", "company")
                    .put("id", "66f1" + newId().substring(4))
                    .put("url", "/companies/" + i);
        }
        ((ObjectNode) contact.path("opted_out_subscription_types")).put("total_count", i % 7 == 0 ? 2 : 0);
    }

    private static void reference(ObjectNode contact, String name) {
        contact.putObject(name)
                .put("type", "list")
                .put("url", "/contacts/" + contact.path("id").asText() + "/" + name)
                .put("total_count", 0)
                .put("has_more", false)
                .putArray("data");
    }

    /** International, valid, in one of the ways people write it. */
    private static String phone(int i) {
        return switch (i % 4) {
            case 0 -> "+1 " + AREA_CODES[i / 100 % AREA_CODES.length] + "-555-0" + (100 + i % 100);
            case 1 -> "+44 20 7946 0" + String.format(Locale.ROOT, "%03d", i % 1_000);
            case 2 -> "+33199" + String.format(Locale.ROOT, "%06d", i % 10_000);
            default -> "+1" + AREA_CODES[i / 100 % AREA_CODES.length] + "5550" + (100 + i % 100);
        };
    }

    private static String plain(String name) {
        return java.text.Normalizer.normalize(name, java.text.Normalizer.Form.NFD)
                .replaceAll("[^A-Za-z]", "");
    }

    private String newId() {
        return String.format(Locale.ROOT, "66%06x%016x", random.nextInt(1 << 24), random.nextLong());
    }
}
