package routes.harness;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process of its own that dies with this one. Not thread-safe. */
public final class Child implements AutoCloseable {

    private final Process process;
    private final Thread hook;
    private final long startedAt = System.nanoTime();

    private Child(Process process) {
        this.process = process;
        hook = new Thread(process::destroyForcibly, "kill-child");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * A class of this class path that prints one line when it is ready, and takes orders line by line.
     *
     * @param heap for example {@code 256m}
     * @param log takes its standard error
     */
    public static Child ofClass(Class<?> main, String heap, Path log, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Xmx" + heap,
                "-XX:+UseParallelGC",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(arguments);
        return start(new ProcessBuilder(command).redirectError(append(log)));
    }

    /**
     * The program.
     *
     * @param jar null: its classes as they are on this class path
     * @param options of the virtual machine
     * @param folder where it works
     * @param log takes all it prints
     */
    public static Child ofProgram(
            @Nullable Path jar,
            List<String> options,
            List<String> arguments,
            Map<String, String> environment,
            Path folder,
            Path log) {
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(options);
        command.addAll(
                jar == null
                        ? List.of("-cp", System.getProperty("java.class.path"), "routes.Main")
                        : List.of("-jar", jar.toAbsolutePath().toString()));
        command.addAll(arguments);
        return of(command, environment, folder, log);
    }

    /** Any command; {@code log} takes all it prints. */
    public static Child of(List<String> command, Map<String, String> environment, Path folder, Path log) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(append(log));
        builder.environment().putAll(environment);
        return start(builder);
    }

    private static ProcessBuilder.Redirect append(Path log) {
        return ProcessBuilder.Redirect.appendTo(log.toFile());
    }

    private static String java() {
        return System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
    }

    private static Child start(ProcessBuilder builder) {
        try {
            return new Child(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the line by which it says that it is ready. */
    public String readLine() {
        try {
            BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
            return Objects.requireNonNull(reader.readLine(), "it ended before it was ready");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives an order and waits for the line that answers it. */
    public String ask(String order) {
        try {
            BufferedWriter writer = process.outputWriter(StandardCharsets.UTF_8);
            writer.write(order + '\n');
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return readLine();
    }

    /** @return whether it ended by itself within that time */
    public boolean endsWithin(Duration time) {
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public int exitValue() {
        return process.exitValue();
    }

    public long pid() {
        return process.pid();
    }

    /** @return since it was started */
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - startedAt);
    }

    /** @return processor time used so far */
    public Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** @return resident memory in MiB; 0 where the system does not tell */
    public long residentMib() {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1_024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** As {@code kill -9}; returns when it is gone. */
    public void kill() {
        process.destroyForcibly();
        endsWithin(Duration.ofSeconds(30));
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    /** As {@code kill}; -9 when that does not help. */
    @Override
    public void close() {
        process.destroy();
        if (!endsWithin(Duration.ofSeconds(20))) {
            process.destroyForcibly();
        }
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
