package routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives the tests of a class one {@link RunningApplication} to share, at rest and without faults before each. */
final class ApplicationExtension implements ParameterResolver, BeforeEachCallback {

    private static final Namespace OURS = Namespace.create(ApplicationExtension.class);

    /** Kept in the store of the test class, which closes it after the last test. */
    private record Held(RunningApplication application, Path folder) implements AutoCloseable {
        @Override
        public void close() {
            application.close();
            try (Stream<Path> files = Files.walk(folder)) {
                List<Path> deepestFirst =
                        files.sorted(Comparator.reverseOrder()).toList();
                for (Path file : deepestFirst) {
                    Files.delete(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        RunningApplication application = running(context);
        application.reset();
        application.awaitRest();
        application.klaviyo().forget();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RunningApplication.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return running(context);
    }

    private static RunningApplication running(ExtensionContext context) {
        Class<?> owner = context.getRequiredTestClass();
        ExtensionContext ofClass = context;
        while (ofClass.getTestMethod().isPresent()) {
            ofClass = ofClass.getParent().orElseThrow();
        }
        return ofClass.getStore(OURS)
                .getOrComputeIfAbsent(owner, key -> start(), Held.class)
                .application();
    }

    private static Held start() {
        try {
            Path folder = Files.createTempDirectory("intercom-klaviyo-test");
            return new Held(RunningApplication.in(folder), folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
