package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import routes.sandbox.Fault;
import routes.sandbox.FaultPlan;

/** What the console is told, and what it can have done. */
@ExtendWith(ApplicationExtension.class)
class ConsoleApiTest {

    private final RunningApplication running;

    ConsoleApiTest(RunningApplication running) {
        this.running = running;
    }

    private String converse(String contact) {
        String conversation = running.scenes().conversation(contact);
        return running.sendOne(running.scenes().tell().conversationCreated(conversation));
    }

    private JsonNode awaitStatus(String what, Predicate<JsonNode> wanted) {
        return Eventually.value(what, running::status, wanted);
    }

    private static boolean says(JsonNode status, String words) {
        for (JsonNode sentence : status.path("attention")) {
            if (sentence.asText().contains(words)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void activityCountsWhatWasDeliveredThisHour() {
        JsonNode before = running.get("/api/activity").body();
        String uniqueId = converse(running.scenes().user("ada.hour@klaviyo-demo.com"));
        running.awaitState("delivered", uniqueId);

        JsonNode after = running.get("/api/activity").body();

        assertEquals(25, after.path("hours").size());
        assertEquals(sum(before, "delivered") + 1, sum(after, "delivered"));
        assertEquals(sum(before, "received") + 1, sum(after, "received"));
        assertEquals(25, after.at("/metrics/Resolved Ticket/delivered").size());
    }

    private static int sum(JsonNode activity, String kind) {
        int sum = 0;
        for (JsonNode amount :
                activity.path("metrics").path("Created Conversation").path(kind)) {
            sum += amount.asInt();
        }
        return sum;
    }

    @Test
    void aRefusedKeyIsSaidUntilItIsAccepted() {
        running.klaviyo().faults(FaultPlan.next(1, Fault.status(401)));
        String uniqueId = converse(running.scenes().user("bo.key@klaviyo-demo.com"));
        JsonNode parked = running.awaitState("parked", uniqueId);

        assertTrue(parked.path("advice").asText().startsWith("Klaviyo refuses the key"), parked::toString);
        assertTrue(says(running.status(), "Klaviyo refuses the key since "));
        assertTrue(says(running.status(), "parked"));

        assertEquals(
                202,
                running.post("/api/events/" + AdminClient.encode(uniqueId) + "/replay", "")
                        .status());
        running.awaitState("delivered", uniqueId);
        assertFalse(says(running.status(), "refuses the key"));
    }

    @Test
    void aRefusedTokenIsSaidUntilItIsAccepted() {
        running.intercom().faults(FaultPlan.random(new Random(4), 1, Fault.status(401)));
        String uniqueId = converse(running.scenes().user("cy.token@klaviyo-demo.com"));
        awaitStatus("the token is refused", status -> says(status, "Intercom refuses the access token since "));

        running.intercom().faults(FaultPlan.none());
        running.awaitState("delivered", uniqueId);
        assertFalse(says(running.status(), "refuses the access token"));
    }

    @Test
    void checksSayWhatTheCommandSays() {
        JsonNode checks = running.get("/api/checks").body().path("checks");

        List<String> said = new ArrayList<>();
        checks.forEach(check -> said.add(
                check.path("result").asText() + " " + check.path("what").asText()));
        assertEquals(List.of("ok Intercom", "ok Klaviyo", "ok Klaviyo", "ok database", "ok routes"), said);
    }

    @Test
    void theRunningRoutesTellTheWayOfAnEvent() {
        running.awaitState("delivered", converse(running.scenes().user("di.route@klaviyo-demo.com")));
        JsonNode routes = running.get("/api/routes").body().path("routes");

        List<String> shown = new ArrayList<>();
        routes.forEach(route -> shown.add(route.path("id").asText()));
        assertEquals(
                Pattern.compile("- route:\n    id: (\\S+)")
                        .matcher(RoutesFile.bundled())
                        .results()
                        .map(found -> found.group(1))
                        .toList(),
                shown,
                "as they stand in the file");
        assertEquals(
                "[\"inbox\"]", route(routes, "receive-webhook").path("writes").toString());
        assertEquals("[\"inbox\"]", route(routes, "process-inbox").path("reads").toString());
        assertEquals(
                "[\"inbox\"]", route(routes, "process-history").path("reads").toString());
        assertEquals("[\"inbox\"]", route(routes, "import-page").path("writes").toString());
        assertEquals("[\"inbox\"]", route(routes, "reconcile").path("writes").toString());
        assertEquals(
                "[\"delivery log\"]",
                route(routes, "record-event").path("writes").toString());
        assertEquals(
                "[\"delivery log\"]",
                route(routes, "deliver-events").path("reads").toString());
        assertEquals(9, route(routes, "route-event").path("sendsTo").size());
        JsonNode transformer = route(routes, "created-conversation");
        assertEquals("[\"record-event\"]", transformer.path("sendsTo").toString());
        assertTrue(transformer.path("total").asInt() > 0, transformer::toString);
        assertEquals(
                running.klaviyo().url() + "/api/events",
                route(routes, "deliver-event").at("/calls/0").asText());
    }

    private static JsonNode route(JsonNode routes, String id) {
        for (JsonNode route : routes) {
            if (route.path("id").asText().equals(id)) {
                return route;
            }
        }
        throw new AssertionError("no route " + id);
    }

    @Test
    void aPreviewShowsBothRequestsAndSendsNothing() {
        String contact = running.scenes().user("ed.before@klaviyo-demo.com");
        String uniqueId = converse(contact);
        running.awaitState("delivered", uniqueId);
        long sent = running.klaviyo().requests();

        JsonNode preview = running.get("/api/events/" + AdminClient.encode(uniqueId) + "/preview")
                .body();

        assertEquals(preview.path("before"), preview.at("/after/0"), preview::toPrettyString);
        assertEquals(uniqueId, preview.at("/before/data/attributes/unique_id").asText());
        assertEquals(sent, running.klaviyo().requests());
        assertEquals(404, running.get("/api/events/nothing/preview").status());
    }

    @Test
    void whatPeopleWroteIsNotShown() {
        String conversation = running.scenes().conversation(running.scenes().user("ida.wrote@klaviyo-demo.com"));
        running.scenes().rateConversation(conversation, 2, "A remark of mine");
        String rated = running.sendOne(running.scenes().tell().conversationRated(conversation));
        String ticket = running.scenes().ticket(running.scenes().user("jon.wrote@klaviyo-demo.com"));
        String created = running.send(running.scenes().tell().ticketCreated(ticket))
                .get(0)
                .uniqueId();
        running.awaitState("delivered", rated);
        running.awaitState("delivered", created);

        for (String uniqueId : List.of(rated, created)) {
            String path = "/api/events/" + AdminClient.encode(uniqueId);
            String shown = running.text(path) + running.text(path + "/preview");
            for (String words : List.of("Where is my spade", "A remark of mine", "It broke on the first day")) {
                assertFalse(shown.contains(words), () -> words + " is shown in " + shown);
            }
        }
    }

    @Test
    void aPersonIsDeletedByEmailPhoneOrContact() {
        String byEmail = running.scenes().user("fay+leaves@klaviyo-demo.com");
        String byPhone = running.scenes().contact(lead -> lead.put("phone", "+12015550177"));
        String byContact = running.scenes().stranger();
        String stays = converse(running.scenes().user("gus.stays@klaviyo-demo.com"));
        String first = converse(byEmail);
        String second = converse(byPhone);
        String third = converse(byContact);
        running.awaitState("delivered", first);
        running.awaitState("delivered", second);
        running.awaitState("waiting", third);
        running.awaitState("delivered", stays);

        assertEquals(202, delete("FAY+leaves@klaviyo-demo.com"));
        assertEquals(202, delete("+12015550177"));
        assertEquals(202, delete(byContact));

        for (String gone : List.of(first, second, third)) {
            assertEquals(
                    404, running.get("/api/events/" + AdminClient.encode(gone)).status(), gone);
        }
        assertEquals("delivered", running.event(stays).path("state").asText());
        assertEquals(404, delete("FAY+leaves@klaviyo-demo.com"));
    }

    @Test
    void whatStillLiesInTheInboxIsDeletedToo() {
        running.intercom().faults(FaultPlan.random(new Random(4), 1, Fault.status(503)));
        String contact = running.scenes().user("hal.inbox@klaviyo-demo.com");
        String uniqueId = converse(contact);
        awaitStatus("it waits for Intercom", status -> status.path("inbox").asInt() == 1);

        assertEquals(202, delete(contact));

        running.intercom().faults(FaultPlan.none());
        running.awaitRest();
        assertEquals(List.of(), running.recorded(uniqueId));
    }

    private int delete(String person) {
        URI api = URI.create(running.application().consoleUrl() + "api/profiles/" + AdminClient.encode(person));
        HttpResponse<String> answer =
                running.http(HttpRequest.newBuilder(api).DELETE().build());
        return answer.statusCode();
    }
}
