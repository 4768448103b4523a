package routes;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.util.CachingDateFormatter;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A line of the log: time, level, who says it, what. In Java, since logback takes a pattern apart with 147 small classes
 * that a start would wait for.
 *
 * <p>Thread-safe.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {

    private static final int LEVEL_WIDTH = 5;
    private static final int NAME_WIDTH = 18;
    private static final int USUAL_LENGTH = 160;

    /** What others have written must not begin a line of its own. */
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\\u2028\\u2029]+");

    private final CachingDateFormatter time = new CachingDateFormatter("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
    private final ThrowableProxyConverter failure = new ThrowableProxyConverter();

    @Override
    public void start() {
        failure.setOptionList(List.of("short"));
        failure.start();
        super.start();
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(USUAL_LENGTH);
        line.append(time.format(event.getTimeStamp())).append(' ');
        append(line, event.getLevel().toString(), LEVEL_WIDTH);
        String logger = event.getLoggerName();
        append(line, logger.substring(logger.lastIndexOf('.') + 1), NAME_WIDTH);
        return line.append(CONTROL.matcher(String.valueOf(event.getFormattedMessage()))
                        .replaceAll(" | "))
                .append(System.lineSeparator())
                .append(failure.convert(event))
                .toString();
    }

    /** Of a longer word its end tells more. */
    private static void append(StringBuilder line, String word, int width) {
        line.append(word, Math.max(0, word.length() - width), word.length())
                .append(" ".repeat(Math.max(0, width - word.length()) + 1));
    }
}
