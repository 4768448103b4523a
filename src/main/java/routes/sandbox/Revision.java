package routes.sandbox;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** The {@code revision} that each request to Klaviyo must name: a date, or a date with {@code .pre}. */
record Revision(LocalDate date) {

    /** Reads the header; null when it is missing or does not look like a revision. */
    static @Nullable Revision of(@Nullable String header) {
        if (header == null) {
            return null;
        }
        try {
            return new Revision(LocalDate.parse(header.endsWith(".pre") ? header.substring(0, 10) : header));
        } catch (DateTimeParseException | StringIndexOutOfBoundsException e) {
            return null;
        }
    }

    boolean atLeast(String other) {
        return !date.isBefore(LocalDate.parse(other));
    }

    /** Events know {@code backfill} since 2026-04-15; before, it has no effect and the event starts flows. */
    boolean knowsBackfill() {
        return atLeast("2026-04-15");
    }
}
