package routes.sandbox;

import java.util.Set;

/**
 * The three searches: what they are called, by what they filter, how large their pages are (Intercom's API reference).
 */
enum SearchKind {
    CONVERSATIONS(
            "conversation.list",
            "conversations",
            20,
            Set.of(
                    "id",
                    "created_at",
                    "updated_at",
                    "state",
                    "open",
                    "read",
                    "waiting_since",
                    "snoozed_until",
                    "contact_ids",
                    "teammate_ids",
                    "admin_assignee_id",
                    "team_assignee_id",
                    "tag_ids",
                    "priority",
                    "ai_agent_participated",
                    "conversation_rating.requested_at",
                    "conversation_rating.replied_at",
                    "conversation_rating.score",
                    "conversation_rating.remark",
                    "conversation_rating.contact_id",
                    "conversation_rating.admin_d"),
            Set.of("source.", "statistics.", "ai_agent.")),
    TICKETS(
            "ticket.list",
            "tickets",
            20,
            Set.of(
                    "id",
                    "created_at",
                    "updated_at",
                    "title",
                    "description",
                    "category",
                    "ticket_type_id",
                    "contact_ids",
                    "teammate_ids",
                    "admin_assignee_id",
                    "team_assignee_id",
                    "open",
                    "state",
                    "snoozed_until"),
            Set.of("ticket_attribute.")),
    CONTACTS(
            "list",
            "data",
            50,
            Set.of(
                    "id",
                    "role",
                    "name",
                    "email",
                    "email_domain",
                    "phone",
                    "external_id",
                    "created_at",
                    "updated_at",
                    "signed_up_at",
                    "last_seen_at",
                    "owner_id",
                    "unsubscribed_from_emails",
                    "has_hard_bounced",
                    "marked_email_as_spam",
                    "tag_id"),
            Set.of("custom_attributes.", "location."));

    /** Larger pages are an error, not cut down. */
    static final int MAX_PER_PAGE = 150;

    private final String type;
    private final String key;
    private final int perPage;
    private final Set<String> fields;
    private final Set<String> prefixes;

    SearchKind(String type, String key, int perPage, Set<String> fields, Set<String> prefixes) {
        this.type = type;
        this.key = key;
        this.perPage = perPage;
        this.fields = fields;
        this.prefixes = prefixes;
    }

    String type() {
        return type;
    }

    /** The name under which the answer lists what was found. */
    String key() {
        return key;
    }

    int perPage() {
        return perPage;
    }

    boolean knows(String field) {
        return fields.contains(field) || prefixes.stream().anyMatch(field::startsWith);
    }
}
