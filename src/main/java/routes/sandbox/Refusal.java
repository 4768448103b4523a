package routes.sandbox;

import java.time.Instant;

/** An error answer of a stand-in: what was asked, and the whole body of the answer. */
public record Refusal(Instant at, String method, String path, int status, String answer) {}
