package routes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.random.RandomGenerator;

/** The conversations of the sample workspace, each played from its first word to now. Not thread-safe. */
final class SampleConversations {

    private static final List<String> CHANNELS =
            List.of("conversation", "conversation", "conversation", "email", "whatsapp", "instagram", "facebook");

    private final Workspace workspace;
    private final SampleContacts contacts;
    private final RandomGenerator random;
    private final long now;
    private final List<JsonNode> admins;
    private final List<JsonNode> tags;

    SampleConversations(Workspace workspace, SampleContacts contacts, RandomGenerator random, long now) {
        this.workspace = workspace;
        this.contacts = contacts;
        this.random = random;
        this.now = now;
        this.admins = workspace.admins();
        this.tags = workspace.tags();
    }

    void play(int i, long at) {
        boolean gone = i % 40 == 13 && !contacts.deleted().isEmpty();
        ObjectNode contact = SampleWords.any(gone ? contacts.deleted() : contacts.speakers(), random);
        JsonNode admin = SampleWords.any(admins, random);
        // Of a deleted contact only the author block of the source tells who it was: it must have begun.
        String deliveredAs = gone ? "customer_initiated" : deliveredAs(i);
        ConversationEdit conversation = ConversationEdit.start(
                workspace,
                contact.path("id").asText(),
                author(deliveredAs, contact, admin),
                SampleWords.any(CHANNELS, random),
                deliveredAs,
                SampleWords.any(SampleWords.OPENINGS, random),
                at);
        details(conversation.node(), i);
        if (i % 5 == 2) {
            conversation.part(
                    "language_detection_details", null, Parts.bot(workspace.idCode()), later(conversation, 2));
        }
        talk(conversation, i, contact, admin, deliveredAs);
        if (i == 77) {
            // More parts than REST gives.
            for (int n = 0; n < 260; n++) {
                conversation.contactReplies(contact, "Line " + n + " of a long list", later(conversation, 60));
                conversation.adminReplies(admin, "comment", "Noted line " + n, later(conversation, 60));
            }
        }
        end(conversation, i, admin, gone);
        workspace.putConversation(conversation.node());
    }

    private void talk(ConversationEdit conversation, int i, ObjectNode contact, JsonNode admin, String deliveredAs) {
        if (i % 3 == 0) {
            conversation.botReplies("Hello! I am Fin. Let me look that up.", later(conversation, 20));
        }
        if (i % 2 == 0) {
            String withReply = i % 4 == 0 ? SampleWords.any(SampleWords.ANSWERS, random) : null;
            conversation.assign(admin, i % 6 == 0 ? 4_001L : null, withReply, later(conversation, 900));
        }
        int turns = deliveredAs.equals("campaigns_initiated") ? i % 2 : random.nextInt(4);
        for (int turn = 0; turn < turns; turn++) {
            // Sometimes only a picture: no words, no reply to report.
            String text = random.nextInt(12) == 0 ? null : SampleWords.any(SampleWords.REPLIES, random);
            conversation.contactReplies(contact, text, later(conversation, 3_600));
            if (turn % 2 == 0) {
                String answer = SampleWords.any(SampleWords.ANSWERS, random);
                conversation.adminReplies(admin, "comment", answer, later(conversation, 3_600));
            }
        }
        if (i % 7 == 3) {
            conversation.adminReplies(admin, "note", "Regular customer, be generous.", later(conversation, 300));
        }
        if (i % 19 == 6) {
            conversation
                    .adminReplies(admin, "comment", "x", later(conversation, 60))
                    .put("redacted", true)
                    .put("body", "<p><i>This message was deleted</i></p>");
        }
    }

    private void end(ConversationEdit conversation, int i, JsonNode admin, boolean gone) {
        if (i % 4 == 1) {
            conversation.tag(SampleWords.any(tags, random), admin, conversation.latest());
        }
        if (i % 5 == 0) {
            conversation.sla(List.of("hit", "missed", "active", "cancelled").get(i / 5 % 4));
        }
        if (i % 17 == 4) {
            conversation.attach(
                    SampleWords.any(contacts.present(), random).path("id").asText());
        }
        if (i % 8 == 7) {
            conversation.snooze(admin, now + 86_400, later(conversation, 600));
        } else if (i % 2 == 1 || i % 3 == 0) {
            conversation.close(admin, later(conversation, 600));
            // Whether somebody who is gone can be found by a rating is left open: none of them rates.
            if (i % 3 == 0 && !gone) {
                rate(conversation, i, admin);
            }
        }
        if (i % 2 == 0) {
            conversation.read();
        }
    }

    private void rate(ConversationEdit conversation, int i, JsonNode admin) {
        conversation.requestRating(admin, later(conversation, 30));
        if (i % 15 != 0) {
            String remark = i % 6 == 0 ? SampleWords.any(SampleWords.REMARKS, random) : null;
            conversation.rate(1 + random.nextInt(5), remark, i % 12 != 3, later(conversation, 7_200));
        }
    }

    private void details(ObjectNode node, int i) {
        node.put("title", i % 3 == 0 ? null : i % 3 == 1 ? "" : SampleWords.any(SampleWords.TITLES, random));
        node.put("priority", i % 10 == 0 ? "priority" : "not_priority");
        ((ObjectNode) node.path("custom_attributes"))
                .put("Order number", "D-" + (20_000 + i))
                .put("Basket value", 15 + i % 90 + 0.5)
                .put("Gift", i % 13 == 0)
                .putNull("Voucher");
    }

    private ObjectNode author(String deliveredAs, ObjectNode contact, JsonNode admin) {
        return switch (deliveredAs) {
            case "customer_initiated" -> Parts.contact(contact, true);
            case "operator_initiated", "automated" -> Parts.bot(workspace.idCode());
            default -> Parts.admin(admin);
        };
    }

    private static String deliveredAs(int i) {
        return switch (i % 20) {
            case 4, 14 -> "operator_initiated";
            case 5, 15 -> "admin_initiated";
            case 8 -> "campaigns_initiated";
            case 18 -> "automated";
            default -> "customer_initiated";
        };
    }

    private long later(ConversationEdit conversation, int atMost) {
        return Math.min(now, conversation.latest() + 1 + random.nextInt(atMost));
    }
}
