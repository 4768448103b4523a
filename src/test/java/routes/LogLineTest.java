package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogLineTest {

    private static final long AT = 1_795_804_226_577L;

    private static String line(
            String logger, @Nullable String message, @Nullable Throwable failure, Object... arguments) {
        LoggerContext context = new LoggerContext();
        LogLine layout = new LogLine();
        layout.setContext(context);
        layout.start();
        Logger of = context.getLogger(logger);
        LoggingEvent event = new LoggingEvent(LogLineTest.class.getName(), of, Level.WARN, message, failure, arguments);
        event.setTimeStamp(AT);
        return layout.doLayout(event);
    }

    private static String said(String line) {
        return line.substring(line.indexOf(' ') + 1);
    }

    @Test
    void tellsTimeLevelNameAndMessage() {
        String line = line("routes.Deliveries", "Parked {}: Klaviyo answers {}", null, "a", 400);
        assertEquals("WARN  Deliveries         Parked a: Klaviyo answers 400" + System.lineSeparator(), said(line));
        OffsetDateTime time = OffsetDateTime.parse(line.substring(0, line.indexOf(' ')));
        assertEquals(AT, time.toInstant().toEpochMilli());
        assertEquals(
                time, Instant.ofEpochMilli(AT).atZone(ZoneId.systemDefault()).toOffsetDateTime());
    }

    @Test
    void ofALongNameTheEndStays() {
        assertEquals(
                "WARN  tformHttpComponent x" + System.lineSeparator(),
                said(line("org.apache.camel.PlatformHttpComponent", "x", null)));
    }

    @Test
    void nothingThatOthersWroteBeginsALine() {
        for (String character : List.of("\n", "\r\n", "\u0085", "\u2028", "\u001b[2K", "\u0000")) {
            String line = line("routes.Webhook", "unknown topic a" + character + "2026 ERROR forged", null);
            assertEquals(1, line.lines().count(), line);
            assertTrue(line.contains("topic a | "), line);
        }
    }

    @Test
    void aTabStays() {
        assertTrue(line("routes.Webhook", "a\tb", null).contains(" a\tb"));
    }

    @Test
    void aFailureTakesTwoLines() {
        String line = line("routes.Inbox", "not stored", new IllegalStateException("the disk is full"));
        List<String> lines = line.lines().toList();
        assertEquals(3, lines.size(), line);
        assertEquals("java.lang.IllegalStateException: the disk is full", lines.get(1));
        assertTrue(lines.get(2).startsWith("\tat routes.LogLineTest."), line);
    }

    @Test
    void aMessageThatIsMissingIsNoFailure() {
        assertEquals("WARN  Inbox              null" + System.lineSeparator(), said(line("routes.Inbox", null, null)));
    }
}
