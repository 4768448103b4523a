package routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Prometheus's own tool takes the alert rules, finds that they say what they should, and likes the metrics. */
@ExtendWith(ApplicationExtension.class)
class PromtoolTest {

    private static final String RULES = "src/main/resources/observability/alerts.yml";
    private static final String CASES = "src/test/resources/observability/alerts-test.yml";

    /** Of {@code promtool check metrics}: all could be read. */
    private static final int REMARKS_ONLY = 3;

    private final RunningApplication running;

    PromtoolTest(RunningApplication running) {
        this.running = running;
    }

    @BeforeEach
    void isThere() {
        boolean there = Stream.of(String.valueOf(System.getenv("PATH")).split(Pattern.quote(File.pathSeparator)))
                .anyMatch(folder -> new File(folder, "promtool").canExecute());
        assumeTrue(there, "promtool (Debian: prometheus) is not on the PATH: skipped");
    }

    @Test
    void theAlertRulesLoad() throws Exception {
        var unused = promtool("", 0, "check", "rules", RULES);
    }

    @Test
    void theAlertsComeWhenTheyShould() throws Exception {
        var unused = promtool("", 0, "test", "rules", CASES);
    }

    /** Names and texts of Camel's own are not held to our standard; that they can be read is. */
    @Test
    void theMetricsAreWellFormed() throws Exception {
        String metrics = running.text("/observe/metrics");
        String ours = metrics.lines()
                .filter(line -> line.matches("(# (HELP|TYPE) )?intercom_klaviyo_.*"))
                .collect(Collectors.joining("\n", "", "\n"));

        assertTrue(ours.lines().count() > 20, ours);
        assertEquals("", promtool(ours, 0, "check", "metrics"));
        var unusedRemarks = promtool(metrics, REMARKS_ONLY, "check", "metrics");
    }

    private static String promtool(String input, int status, String... arguments)
            throws IOException, InterruptedException {
        List<String> command =
                Stream.concat(Stream.of("promtool"), Stream.of(arguments)).toList();
        File output = File.createTempFile("promtool", ".txt", new File("target"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), () -> "it has not ended: " + command);
        String said = Files.readString(output.toPath());
        assertEquals(status, process.exitValue(), said);
        return said;
    }
}
