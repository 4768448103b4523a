package routes.sandbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One way in which a service lets its caller down instead of answering properly. */
public sealed interface Fault {

    /** Silence for ever: the request is not taken, no answer comes, the connection stays open. */
    Fault HANG = new Hang();

    /** The connection is closed without an answer; the request is not taken. */
    Fault RESET = new Reset();

    /** Cloudflare's challenge page, which Klaviyo's callers meet now and then (klaviyo-api-python#84). */
    Fault HTML_403_CLOUDFLARE = new Html(403, true);

    /** A 400 whose body is a page and no error document (klaviyo-api-ruby#39). */
    Fault HTML_400 = new Html(400, false);

    /** A 200 without a body, as Intercom's API gives at times (tap-intercom retries it); the request is not taken. */
    Fault EMPTY_200 = new Empty();

    /** The request is taken, and for a minute, longer than any caller waits, no answer comes. */
    Fault TIMEOUT_AFTER_TAKING = new TimeoutAfterTaking(Duration.ofMinutes(1));

    /** An error answer in the service's own format; the request is not taken. */
    static Fault status(int code) {
        return new Status(code, null);
    }

    /** An error answer with {@code Retry-After} in seconds; the request is not taken. */
    static Fault status(int code, int retryAfterSeconds) {
        return new Status(code, retryAfterSeconds);
    }

    /** The request is taken; after {@code silence} the connection is closed without an answer. */
    static Fault timeoutAfterTaking(Duration silence) {
        return new TimeoutAfterTaking(silence);
    }

    /** The request is taken and answered properly, but only after {@code millis}. */
    static Fault slow(long millis) {
        return new Slow(millis);
    }

    /** See {@link #status(int, int)}. */
    record Status(int code, @Nullable Integer retryAfterSeconds) implements Fault {}

    /** See {@link #TIMEOUT_AFTER_TAKING}. */
    record TimeoutAfterTaking(Duration silence) implements Fault {}

    /** See {@link #slow(long)}. */
    record Slow(long millis) implements Fault {}

    /** See {@link #HANG}. */
    record Hang() implements Fault {}

    /** See {@link #RESET}. */
    record Reset() implements Fault {}

    /** A page instead of JSON; with {@code challenge} it carries {@code cf-mitigated: challenge}. */
    record Html(int code, boolean challenge) implements Fault {}

    /** See {@link #EMPTY_200}. */
    record Empty() implements Fault {}
}
