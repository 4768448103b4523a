package routes.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;

/** Intercom's error documents: {@code {type: "error.list", request_id, errors: [{code, message}]}}. */
final class IntercomAnswers {

    private IntercomAnswers() {}

    static Answer error(int status, String code, String message) {
        ObjectNode list = Json.object()
                .put("type", "error.list")
                .put("request_id", UUID.randomUUID().toString());
        list.putArray("errors").addObject().put("code", code).put("message", message);
        return Answer.json(status, list);
    }

    static Answer notFound(String message) {
        return error(404, "not_found", message);
    }

    static Answer invalid(String message) {
        return error(400, "parameter_invalid", message);
    }

    /** What a fault of this status looks like; the codes are those of Intercom's list of error codes. */
    static Answer fault(Fault.Status status) {
        String code =
                switch (status.code()) {
                    case 401 -> "unauthorized";
                    case 403 -> "api_plan_restricted";
                    case 404 -> "not_found";
                    case 408, 504 -> "request_timeout";
                    case 429 -> "rate_limit_exceeded";
                    case 503 -> "service_unavailable";
                    default -> status.code() >= 500 ? "server_error" : "parameter_invalid";
                };
        Answer answer = error(status.code(), code, "A fault of status " + status.code() + ", on purpose");
        Integer wait = status.retryAfterSeconds();
        return wait == null ? answer : answer.with("Retry-After", wait.toString());
    }
}
