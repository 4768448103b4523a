package routes.sandbox;

import java.time.Instant;
import java.util.List;

/**
 * A notification that was answered with 2xx: from then on its receiver answers for it.
 *
 * @param notificationId empty of a ping, which has none
 * @param expected what must reach Klaviyo because of it; whether its contacts are identified is as of the sending
 */
public record Acknowledged(String notificationId, String topic, List<ExpectedEvent> expected, Instant at) {}
