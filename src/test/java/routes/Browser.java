package routes;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.NoSuchSessionException;
import org.openqa.selenium.NoSuchWindowException;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A Chromium of this machine, headless, with a profile of its own; nothing is downloaded. Waits for what it is asked for.
 */
final class Browser implements AutoCloseable {

    private static final Path PICTURES = Path.of("target", "screenshots");

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** @return empty where this machine has no Chromium or no driver for it */
    static Optional<Browser> start(Path profile) {
        Optional<File> chromium = onPath("chromium", "chromium-browser", "google-chrome");
        Optional<File> chromedriver = onPath("chromedriver");
        if (chromium.isEmpty() || chromedriver.isEmpty()) {
            return Optional.empty();
        }
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.get());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--user-data-dir=" + profile,
                "--window-size=1200,900",
                "--hide-scrollbars",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-quic");
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logging);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.get())
                .usingAnyFreePort()
                .withSilent(true)
                .build();
        return Optional.of(new Browser(new ChromeDriver(service, options)));
    }

    private static Optional<File> onPath(String... names) {
        List<String> folders =
                List.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator));
        return Stream.of(names)
                .flatMap(name -> folders.stream().map(folder -> new File(folder, name)))
                .filter(File::canExecute)
                .findFirst();
    }

    void open(URI page) {
        driver.get(page.toString());
    }

    /** @return the first element of that kind, once there is one that can be seen */
    WebElement find(String css) {
        return await("the page shows " + css, () -> visible(css));
    }

    private Optional<WebElement> visible(String css) {
        return driver.findElements(By.cssSelector(css)).stream()
                .filter(WebElement::isDisplayed)
                .findFirst();
    }

    boolean has(String css) {
        return !driver.findElements(By.cssSelector(css)).isEmpty();
    }

    /** @return the texts of all elements of that kind that are there now */
    List<String> texts(String css) {
        return await("texts of " + css, () -> Optional.of(textsNow(css)));
    }

    private List<String> textsNow(String css) {
        return driver.findElements(By.cssSelector(css)).stream()
                .map(WebElement::getText)
                .toList();
    }

    /** Waits until an element of that kind shows this text. */
    void awaitText(String css, String text) {
        var unused = Eventually.value(
                css + " shows: " + text,
                () -> look(() -> Optional.of(textsNow(css))),
                seen -> seen.found().orElse(List.of()).stream().anyMatch(each -> each.contains(text)));
    }

    void click(String css) {
        var unused = await("clicked " + css, () -> clicked(visible(css)));
    }

    /** Clicks the button that says this. */
    void press(String words) {
        var unused = await(
                "pressed " + words,
                () -> clicked(driver.findElements(By.tagName("button")).stream()
                        .filter(each -> each.isDisplayed()
                                && each.isEnabled()
                                && each.getText().equals(words))
                        .findFirst()));
    }

    private static Optional<WebElement> clicked(Optional<WebElement> element) {
        element.ifPresent(WebElement::click);
        return element;
    }

    private static <T> T await(String what, Supplier<Optional<T>> wanted) {
        return Eventually.value(what, () -> look(wanted), seen -> seen.found().isPresent())
                .found()
                .orElseThrow();
    }

    /** What was found; or what the driver said while the page changed under its hands. */
    private record Seen<T>(Optional<T> found, @Nullable WebDriverException instead) {}

    /** A page that goes on meanwhile is looked at again. The driver has many words for that, some only in the message. */
    private static <T> Seen<T> look(Supplier<Optional<T>> wanted) {
        try {
            return new Seen<>(wanted.get(), null);
        } catch (NoSuchSessionException | NoSuchWindowException e) {
            throw e;
        } catch (WebDriverException e) {
            return new Seen<>(Optional.empty(), e);
        }
    }

    Object run(String script) {
        return Objects.requireNonNull(driver.executeScript(script));
    }

    /** @param width in CSS pixels */
    void width(int width) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    /** @param scheme light or dark, as a person has chosen for all pages */
    void scheme(String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** Keeps what the whole page looks like, in {@code target/screenshots}. */
    void picture(String name) {
        Map<String, Object> shot = driver.executeCdpCommand(
                "Page.captureScreenshot", Map.of("captureBeyondViewport", true, "format", "png"));
        try {
            Files.createDirectories(PICTURES);
            Files.write(PICTURES.resolve(name + ".png"), Base64.getDecoder().decode(String.valueOf(shot.get("data"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return what the browser complained about since it was asked last: errors of scripts, refused resources */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
