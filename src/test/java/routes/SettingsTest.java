package routes;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Environment and properties file together; what is wrong is told all at once, and no secret with it. */
class SettingsTest {

    private static final Map<String, String> COMPLETE = Map.of(
            "INTERCOM_CLIENT_SECRET", "a-client-secret",
            "INTERCOM_ACCESS_TOKEN", "an-access-token",
            "KLAVIYO_API_KEY", "pk_a_private_key");

    private static final String KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    private final Path folder;

    SettingsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private Path file(String... lines) throws IOException {
        return Files.writeString(folder.resolve("application.properties"), String.join("\n", lines));
    }

    private static Map<String, String> with(String... pairs) {
        Map<String, String> environment = new HashMap<>(COMPLETE);
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put(pairs[i], pairs[i + 1]);
        }
        return environment;
    }

    private Settings read(Map<String, String> environment) {
        return Settings.read(environment, folder.resolve("application.properties"));
    }

    private String problems(Map<String, String> environment) {
        return String.valueOf(
                assertThrows(SettingsException.class, () -> read(environment)).getMessage());
    }

    @Test
    void theDefaultsAreThoseOfTheManual() {
        Settings settings = read(COMPLETE);

        assertEquals(List.of("a-client-secret"), settings.clientSecrets());
        assertEquals(URI.create("https://api.intercom.io"), settings.intercomUrl());
        assertEquals(URI.create("https://a.klaviyo.com"), settings.klaviyoUrl());
        assertEquals("0.0.0.0", settings.httpHost());
        assertEquals(8080, settings.httpPort());
        assertEquals("127.0.0.1", settings.adminHost());
        assertEquals(9876, settings.adminPort());
        assertNull(settings.adminPassword());
        assertEquals("jdbc:hsqldb:file:data/intercom-klaviyo", settings.databaseUrl());
        assertEquals("SA", settings.databaseUser());
        assertEquals("", settings.databasePassword());
        assertNull(settings.phoneRegion());
    }

    @Test
    void allMistakesAreToldAtOnceEachWithItsRemedy() throws IOException {
        Path ignored = file("klaviyo.api_key=pk_x", "http.prot=1", "database.pool=3", "history.sins=2020");
        String message = problems(Map.of(
                "INTERCOM_URL", "not an address",
                "KLAVIYO_API_KEY", "AbCdEf",
                "HTTP_PORT", "eighty",
                "ADMIN_PORT", "70000",
                "ADMIN_HOST", "0.0.0.0",
                "DATABASE_URL", "jdbc:mysql://localhost/x",
                "PHONE_REGION", "Germany",
                "ROUTES", folder.resolve("nowhere.yaml").toString(),
                "KLAVIYO_KEY", "pk_x"));

        assertAll(List.of(
                        "INTERCOM_CLIENT_SECRET is missing",
                        "INTERCOM_ACCESS_TOKEN is missing",
                        "INTERCOM_URL",
                        "KLAVIYO_API_KEY is no private key",
                        "HTTP_PORT",
                        "ADMIN_PORT",
                        "ADMIN_PASSWORD is missing",
                        "DATABASE_URL",
                        "PHONE_REGION",
                        "names a file that does not exist",
                        "klaviyo.api_key is not a setting",
                        "http.prot is not a setting",
                        "database.pool is not a setting",
                        "history.sins is not a setting",
                        "KLAVIYO_KEY is not a setting")
                .stream()
                .map(wanted -> () -> assertTrue(message.contains(wanted), wanted + " in:\n" + message)));
        assertTrue(message.contains("klaviyo.api-key"), "names what was meant");
        assertTrue(Files.exists(ignored));
    }

    @Test
    void theEnvironmentWins() throws IOException {
        Path both = file("http.port=8181", "admin.port=8182", "intercom.client-secret=of-the-file");

        Settings settings = Settings.read(with("HTTP_PORT", "8183"), both);

        assertEquals(8183, settings.httpPort());
        assertEquals(8182, settings.adminPort());
        assertEquals(List.of("a-client-secret"), settings.clientSecrets());
    }

    @Test
    void theFileAloneIsEnough() throws IOException {
        Path complete =
                file("intercom.client-secret = one , two ,", "intercom.access-token=token", "klaviyo.api-key=pk_file");

        Settings settings = Settings.read(Map.of(), complete);

        assertEquals(List.of("one", "two"), settings.clientSecrets());
        assertEquals("pk_file", settings.klaviyoKey());
    }

    @Test
    void keysForCamelPassOthersOfOursDoNot() throws IOException {
        Path file = file("camel.server.compression-enabled=true", "something.else=1");

        assertEquals(
                Map.of("camel.server.compression-enabled", "true"),
                Settings.read(COMPLETE, file).camel());
    }

    @ParameterizedTest
    @CsvSource({
        "INTERCOM_CLIENT_SECRET, s3cret-one",
        "INTERCOM_ACCESS_TOKEN, s3cret-two",
        "KLAVIYO_API_KEY, s3cret-three",
        "ADMIN_PASSWORD, s3cret-four",
        "DATABASE_PASSWORD, s3cret-five"
    })
    void secretsAreNeverShown(String variable, String secret) {
        String message = problems(with(variable, secret, "HTTP_PORT", "x"));

        assertFalse(message.contains(secret), message);
        Map<String, String> valid = with(variable, variable.equals("KLAVIYO_API_KEY") ? "pk_" + secret : secret);
        assertFalse(read(valid).toString().contains(secret));
    }

    @Test
    void aPublicAppNeedsNoAccessToken() {
        Map<String, String> environment = with("INTERCOM_CLIENT_ID", "an-app", "INTERCOM_TOKEN_KEY", KEY + " , " + KEY);
        environment.remove("INTERCOM_ACCESS_TOKEN");

        Settings settings = read(environment);

        assertNull(settings.accessToken());
        assertEquals("an-app", Objects.requireNonNull(settings.app()).clientId());
        assertEquals(2, Objects.requireNonNull(settings.app()).keys().size());
        assertTrue(settings.secrets().contains(KEY));
        assertNull(read(COMPLETE).app());
        assertEquals(
                "an-access-token",
                read(with("INTERCOM_CLIENT_ID", "an-app", "INTERCOM_TOKEN_KEY", KEY))
                        .accessToken());
    }

    @Test
    void aPublicAppIsGivenInFull() {
        assertTrue(problems(with("INTERCOM_CLIENT_ID", "an-app")).contains("INTERCOM_TOKEN_KEY is missing"));
        assertTrue(problems(with("INTERCOM_TOKEN_KEY", KEY)).contains("INTERCOM_CLIENT_ID is missing"));
        for (String wrong : List.of("no base64!", "c2hvcnQ=", KEY + ",c2hvcnQ=")) {
            String message = problems(with("INTERCOM_CLIENT_ID", "an-app", "INTERCOM_TOKEN_KEY", wrong));
            assertTrue(message.contains("INTERCOM_TOKEN_KEY is not 32 bytes in base64"), message);
            assertTrue(message.contains("openssl rand -base64 32"), message);
            assertFalse(message.contains(wrong), message);
        }
        assertTrue(problems(Map.of()).contains("for a public app set INTERCOM_CLIENT_ID and INTERCOM_TOKEN_KEY"));
    }

    @Test
    void aPasswordIsNeededBeyondLoopback() {
        assertTrue(problems(with("ADMIN_HOST", "0.0.0.0")).contains("ADMIN_PASSWORD is missing"));
        assertEquals(
                "secret",
                read(with("ADMIN_HOST", "0.0.0.0", "ADMIN_PASSWORD", "secret")).adminPassword());
        assertNull(read(with("ADMIN_HOST", "localhost")).adminPassword());
    }

    @Test
    void thePortsDiffer() {
        assertTrue(problems(with("HTTP_PORT", "9876")).contains("ADMIN_PORT"));
    }

    @Test
    void aTrailingSlashOfAnAddressDoesNotMatter() {
        assertEquals(
                URI.create("https://api.eu.intercom.io"),
                read(with("INTERCOM_URL", "https://api.eu.intercom.io/")).intercomUrl());
    }

    @Test
    void everyKeyIsExplained() {
        Settings.keys()
                .keySet()
                .forEach(key -> assertFalse(Settings.explanation(key).isEmpty(), key));
    }
}
