package routes.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MigrationsTest {

    @ParameterizedTest
    @EnumSource
    void everyScriptIsNamed(Database.Dialect dialect) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/db").resolve(dialect.folder()))) {
            Set<String> scripts =
                    files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
            assertEquals(scripts, new TreeSet<>(new Migrations(dialect).names()));
        }
    }
}
