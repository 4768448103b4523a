package routes;

import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What an operator sets: environment variables, or the same keys in {@code config/application.properties}; the
 * environment wins.
 *
 * @param accessToken null: the app's own is asked for by connecting
 * @param app null: an access token is given
 * @param routes the routes file; null: the bundled one
 * @param camel keys for Camel itself from the properties file, passed on as they are
 */
public record Settings(
        List<String> clientSecrets,
        @Nullable String accessToken,
        @Nullable PublicApp app,
        URI intercomUrl,
        String klaviyoKey,
        URI klaviyoUrl,
        String httpHost,
        int httpPort,
        String adminHost,
        int adminPort,
        @Nullable String adminPassword,
        String databaseUrl,
        String databaseUser,
        String databasePassword,
        @Nullable String phoneRegion,
        @Nullable Path routes,
        Map<String, String> camel) {

    /**
     * An app that others connect their workspaces to by OAuth.
     *
     * @param keys that encrypt the access token on disk: the first is used, the others still open what they encrypted
     */
    public record PublicApp(String clientId, List<SecretKey> keys) {}

    /** Where the properties file and the operator's routes are looked for. */
    public static final Path FOLDER = Path.of("config");

    private static final int KEY_BYTES = 32;
    private static final Map<String, String> DEFAULTS = defaults();
    private static final Set<String> OURS =
            Set.of("intercom.", "klaviyo.", "database.", "http.", "admin.", "history.", "phone.", "routes");
    private static final Set<String> SECRET = Set.of(
            "intercom.client-secret",
            "intercom.access-token",
            "intercom.token-key",
            "klaviyo.api-key",
            "admin.password",
            "database.password");

    private static final Map<String, String> EXPLANATIONS = Map.ofEntries(
            Map.entry(
                    "intercom.client-secret", "Signs webhooks; several, comma-separated, during a rotation. Required."),
            Map.entry("intercom.access-token", "Reads contacts, admins, teams, history. Required."),
            Map.entry(
                    "intercom.client-id",
                    "Of a public app: connect it in the console, then no access token is needed."),
            Map.entry("intercom.token-key", "Encrypts the token of a connected app on disk; openssl rand -base64 32."),
            Map.entry("intercom.url", "https://api.eu.intercom.io or https://api.au.intercom.io for workspaces there."),
            Map.entry("klaviyo.api-key", "Private key, pk_... with events:write. Required."),
            Map.entry("klaviyo.url", "Klaviyo's API."),
            Map.entry("http.host", "The webhook listener binds here."),
            Map.entry("http.port", "Port of the webhook listener, and nothing else."),
            Map.entry("admin.host", "Console, its API, health and metrics bind here."),
            Map.entry("admin.port", "Port of the console."),
            Map.entry("admin.password", "Of the user admin; required when admin.host is not loopback."),
            Map.entry("database.url", "Or jdbc:postgresql://host/name: then any number of instances may share it."),
            Map.entry("database.user", "SA for the embedded database."),
            Map.entry("database.password", "Empty for the embedded database."),
            Map.entry("phone.region", "ISO 3166 code for national phone numbers; without it only +... numbers count."),
            Map.entry("routes", "The routes file; default config/routes.yaml where it exists, else the bundled one."));

    private static Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("intercom.client-secret", "");
        defaults.put("intercom.access-token", "");
        defaults.put("intercom.client-id", "");
        defaults.put("intercom.token-key", "");
        defaults.put("intercom.url", "https://api.intercom.io");
        defaults.put("klaviyo.api-key", "");
        defaults.put("klaviyo.url", "https://a.klaviyo.com");
        defaults.put("http.host", "0.0.0.0");
        defaults.put("http.port", "8080");
        defaults.put("admin.host", "127.0.0.1");
        defaults.put("admin.port", "9876");
        defaults.put("admin.password", "");
        defaults.put("database.url", "jdbc:hsqldb:file:data/intercom-klaviyo");
        defaults.put("database.user", "");
        defaults.put("database.password", "");
        defaults.put("phone.region", "");
        defaults.put("routes", "");
        return defaults;
    }

    /** The settings of this process: its environment, and {@code config/application.properties} where that exists. */
    public static Settings read() {
        return read(System.getenv(), FOLDER.resolve("application.properties"));
    }

    /**
     * @param file a properties file that need not exist
     * @throws SettingsException with all problems at once
     */
    public static Settings read(Map<String, String> environment, Path file) {
        Source reader = new Source(environment, properties(file));
        return reader.settings();
    }

    /** @return settings for a run that speaks to nobody */
    static Settings ofDryRun(@Nullable Path routes, @Nullable String region) {
        URI nobody = URI.create("http://127.0.0.1:9");
        return new Settings(
                List.of("none"),
                "none",
                null,
                nobody,
                "none",
                nobody,
                "127.0.0.1",
                0,
                "127.0.0.1",
                0,
                null,
                "",
                "",
                "",
                region,
                routes,
                Map.of());
    }

    /** Where the console is, for commands that only speak to it. */
    record Admin(String host, int port, @Nullable String password) {}

    static Admin readAdmin() {
        Source source = new Source(System.getenv(), properties(FOLDER.resolve("application.properties")));
        Admin admin =
                new Admin(source.value("admin.host"), source.port("admin.port"), source.optional("admin.password"));
        source.complain();
        return admin;
    }

    /** @return the configured routes file, null for the bundled one: for commands that need nothing else */
    static @Nullable Path readRoutes() {
        Source source = new Source(System.getenv(), properties(FOLDER.resolve("application.properties")));
        Path routes = source.routes();
        source.complain();
        return routes;
    }

    private static Map<String, String> properties(Path file) {
        Map<String, String> values = new HashMap<>();
        if (Files.isRegularFile(file)) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                properties.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new SettingsException(List.of(file + " cannot be read: " + e.getMessage()));
            }
            properties
                    .stringPropertyNames()
                    .forEach(key -> values.put(key, properties.getProperty(key).strip()));
        }
        return values;
    }

    /** @return the keys of {@code config/application.properties} in the order of the manual, with their defaults */
    static Map<String, String> keys() {
        return DEFAULTS;
    }

    static boolean isRequired(String key) {
        return Set.of("intercom.client-secret", "intercom.access-token", "klaviyo.api-key")
                .contains(key);
    }

    /** @return what a key is for, in one line */
    static String explanation(String key) {
        return EXPLANATIONS.getOrDefault(key, "");
    }

    /** @return the environment variable of a key */
    static String variable(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** @return secrets as they stand, so that a log can be searched for them */
    List<String> secrets() {
        List<String> secrets = new ArrayList<>(clientSecrets);
        secrets.add(klaviyoKey);
        if (accessToken != null) {
            secrets.add(accessToken);
        }
        if (app != null) {
            app.keys.forEach(each -> secrets.add(Base64.getEncoder().encodeToString(each.getEncoded())));
        }
        return secrets;
    }

    @Override
    public String toString() {
        return "Settings[secrets are not shown]";
    }

    /** Reads value by value and keeps a list of what is wrong. */
    private static final class Source {

        private final Map<String, String> environment;
        private final Map<String, String> file;
        private final List<String> problems = new ArrayList<>();

        Source(Map<String, String> environment, Map<String, String> file) {
            this.environment = environment;
            this.file = file;
        }

        Settings settings() {
            refuseUnknownKeys();
            List<String> secrets = Arrays.stream(required(
                                    "intercom.client-secret",
                                    "the client secret of your Intercom app (Developer Hub, Basic information)")
                            .split(","))
                    .map(String::strip)
                    .filter(secret -> !secret.isEmpty())
                    .toList();
            PublicApp app = app();
            String token = app != null
                    ? optional("intercom.access-token")
                    : required(
                            "intercom.access-token",
                            "the access token of your Intercom app (Developer Hub, Authentication); for a public app"
                                    + " set INTERCOM_CLIENT_ID and INTERCOM_TOKEN_KEY instead");
            String key = required("klaviyo.api-key", "a private key with events:write (Klaviyo, Settings, API keys)");
            if (!key.isEmpty() && !key.startsWith("pk_")) {
                problem(
                        "klaviyo.api-key",
                        "is no private key: it begins with pk_ (the six-character public key does not work)");
            }
            String adminHost = value("admin.host");
            String adminPassword = optional("admin.password");
            if (adminPassword == null && !isLoopback(adminHost)) {
                problem("admin.password", "is missing: set it, or leave ADMIN_HOST on 127.0.0.1");
            }
            String region = optional("phone.region");
            if (region != null && !Set.of(Locale.getISOCountries()).contains(region.toUpperCase(Locale.ROOT))) {
                problem("phone.region", "is no ISO 3166 country code such as US or DE");
            }
            String databaseUrl = value("database.url");
            boolean embedded = databaseUrl.startsWith("jdbc:hsqldb:");
            if (!embedded && !databaseUrl.startsWith("jdbc:postgresql:")) {
                problem("database.url", "must begin with jdbc:hsqldb: or jdbc:postgresql:");
            }
            Settings settings = new Settings(
                    secrets,
                    token,
                    app,
                    url("intercom.url"),
                    key,
                    url("klaviyo.url"),
                    value("http.host"),
                    port("http.port"),
                    adminHost,
                    port("admin.port"),
                    adminPassword,
                    databaseUrl,
                    embedded && value("database.user").isEmpty() ? "SA" : value("database.user"),
                    value("database.password"),
                    region == null ? null : region.toUpperCase(Locale.ROOT),
                    routes(),
                    camelKeys());
            if (settings.httpPort == settings.adminPort && problems.isEmpty()) {
                problem("admin.port", "is the same as HTTP_PORT: the console needs a port of its own");
            }
            complain();
            return settings;
        }

        void complain() {
            if (!problems.isEmpty()) {
                throw new SettingsException(problems);
            }
        }

        private void refuseUnknownKeys() {
            for (String key : new TreeMap<>(file).keySet()) {
                if (!DEFAULTS.containsKey(key) && OURS.stream().anyMatch(key::startsWith)) {
                    problems.add(key + " is not a setting: " + suggestion(key));
                }
            }
            for (String variable : new TreeMap<>(environment).keySet()) {
                boolean ours = variable.startsWith("INTERCOM_") || variable.startsWith("KLAVIYO_");
                if (ours
                        && DEFAULTS.keySet().stream()
                                .noneMatch(key -> variable(key).equals(variable))) {
                    problems.add(variable + " is not a setting: "
                            + suggestion(variable.toLowerCase(Locale.ROOT)
                                    .replaceFirst("_", ".")
                                    .replace('_', '-')));
                }
            }
        }

        private static String suggestion(String key) {
            String group = key.contains(".") ? key.substring(0, key.indexOf('.') + 1) : key;
            List<String> known = DEFAULTS.keySet().stream()
                    .filter(each -> each.startsWith(group))
                    .toList();
            return known.isEmpty() ? "remove it" : "one of " + String.join(", ", known) + " was meant, or remove it";
        }

        private @Nullable PublicApp app() {
            String id = value("intercom.client-id");
            List<SecretKey> keys = new ArrayList<>();
            for (String written : value("intercom.token-key").split(",")) {
                if (!written.isBlank()) {
                    keys.add(key(written.strip()));
                }
            }
            if (id.isEmpty() && keys.isEmpty()) {
                return null;
            }
            if (id.isEmpty()) {
                problem("intercom.client-id", "is missing: the client id of your Intercom app (Basic information)");
            }
            if (keys.isEmpty()) {
                problem(
                        "intercom.token-key",
                        "is missing: it encrypts the token that connecting yields; make one with openssl rand -base64 32");
            }
            return new PublicApp(id, keys);
        }

        private SecretKey key(String written) {
            byte[] bytes = new byte[0];
            try {
                bytes = Base64.getDecoder().decode(written);
            } catch (IllegalArgumentException e) {
                // Said below, as for a key of another length.
            }
            if (bytes.length != KEY_BYTES) {
                problem("intercom.token-key", "is not 32 bytes in base64: make one with openssl rand -base64 32");
                return new SecretKeySpec(new byte[KEY_BYTES], "AES");
            }
            return new SecretKeySpec(bytes, "AES");
        }

        private @Nullable Path routes() {
            String given = value("routes");
            if (given.isEmpty()) {
                Path own = FOLDER.resolve("routes.yaml");
                return Files.isRegularFile(own) ? own : null;
            }
            Path path = Path.of(given);
            if (!Files.isRegularFile(path)) {
                problem("routes", "names a file that does not exist: " + path + " (write one with the command init)");
            }
            return path;
        }

        private Map<String, String> camelKeys() {
            Map<String, String> camel = new TreeMap<>();
            file.forEach((key, value) -> {
                if (key.startsWith("camel.")) {
                    camel.put(key, value);
                }
            });
            return camel;
        }

        private String required(String key, String what) {
            String value = value(key);
            if (value.isEmpty()) {
                problem(key, "is missing: " + what);
            }
            return value;
        }

        private @Nullable String optional(String key) {
            String value = value(key);
            return value.isEmpty() ? null : value;
        }

        private String value(String key) {
            String set = environment.get(variable(key));
            if (set != null && !set.isBlank()) {
                return set.strip();
            }
            String written = file.get(key);
            return written == null || written.isEmpty() ? DEFAULTS.getOrDefault(key, "") : written;
        }

        private URI url(String key) {
            try {
                URI url = new URI(value(key).replaceFirst("/+$", ""));
                if (url.getHost() != null && Set.of("http", "https").contains(String.valueOf(url.getScheme()))) {
                    return url;
                }
            } catch (URISyntaxException e) {
                // Said below, as for any other text that is no address.
            }
            problem(key, "is no address such as " + DEFAULTS.get(key));
            return URI.create(DEFAULTS.getOrDefault(key, ""));
        }

        private int port(String key) {
            try {
                int port = Integer.parseInt(value(key));
                if (port > 0 && port < 65_536) {
                    return port;
                }
            } catch (NumberFormatException e) {
                // Said below, as for a number out of range.
            }
            problem(key, "is no port from 1 to 65535");
            return 0;
        }

        private void problem(String key, String what) {
            String shown = SECRET.contains(key)
                            || environment
                                    .getOrDefault(variable(key), file.getOrDefault(key, ""))
                                    .isEmpty()
                    ? ""
                    : " (" + environment.getOrDefault(variable(key), file.getOrDefault(key, "")) + ")";
            problems.add(variable(key) + shown + " " + what);
        }

        private static boolean isLoopback(String host) {
            try {
                return InetAddress.getByName(host).isLoopbackAddress();
            } catch (UnknownHostException e) {
                return false;
            }
        }
    }
}
