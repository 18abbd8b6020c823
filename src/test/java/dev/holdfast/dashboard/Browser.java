package dev.holdfast.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Debian's Chromium without a window, and what a person would do with it. */
public final class Browser implements AutoCloseable {
    /** Generous: the machine may be busy. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    /** Every page there is. */
    static final List<String> PAGES = List.of(
            "",
            "process/web%2F0",
            "schedules",
            "schedule/backup-database",
            "queues",
            "queue/thumbnails",
            "job/01JD-4F11",
            "guard",
            "findings",
            "report",
            "alerts",
            "events");

    public final ChromeDriver driver;
    private final List<String> problems = new ArrayList<>();

    public Browser() {
        assumeTrue(Files.isExecutable(CHROMIUM), "chromium is not installed");
        assumeTrue(Files.isExecutable(DRIVER), "chromium-driver is not installed");
        var options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox", // it refuses to run as root with one
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                "--no-proxy-server",
                "--force-color-profile=srgb",
                "--hide-scrollbars");
        var logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        var service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.toFile())
                .usingAnyFreePort()
                .withSilent(true)
                .build();
        driver = new ChromeDriver(service, options);
    }

    public void size(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** As the system would say it. */
    void theme(String theme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
    }

    /** Comes for the first time, in a tab of its own kind: with a token that was entered before, or none. */
    public void open(String address, @Nullable String token) {
        driver.get(address);
        driver.executeScript(
                "sessionStorage.clear(); localStorage.clear();"
                        + " if (arguments[0]) sessionStorage.setItem('holdfast.token', arguments[0]);",
                token);
        driver.navigate().refresh();
        until(By.cssSelector("h1"));
    }

    /** Asks nobody any more; what it complained of until then is another test's affair. */
    void leaves() {
        driver.get("about:blank");
        problems();
    }

    public void go(String page) {
        driver.executeScript("location.hash = '#/' + arguments[0]", page);
        until(By.cssSelector("main h1"));
        settled();
    }

    /** Nothing is being asked for that the page waits for. */
    void settled() {
        until(
                "what is asked for to come",
                () -> driver.findElements(By.cssSelector(".skeleton, .link.connecting"))
                        .isEmpty());
        driver.executeAsyncScript(
                "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done,"
                        + " 60)))");
    }

    public interface Check {
        boolean holds();
    }

    public void until(String what, Check check) {
        new WebDriverWait(driver, PATIENCE, Duration.ofMillis(50))
                .ignoring(StaleElementReferenceException.class)
                .withMessage(() -> "waited for " + what + "; the page says: " + text())
                .until(_ -> check.holds());
    }

    public WebElement until(By by) {
        until(by.toString(), () -> !driver.findElements(by).isEmpty());
        return driver.findElement(by);
    }

    public void untilText(String text) {
        until("\"" + text + "\"", () -> text().contains(text));
    }

    public String text() {
        return String.valueOf(driver.executeScript("return document.body.innerText"));
    }

    /** A button by what it is called: its label, else its text. */
    WebElement button(String name) {
        By by = By.xpath(
                "//button[@aria-label=\"" + name + "\" or (not(@aria-label) and normalize-space()=\"" + name + "\")]");
        return until(by);
    }

    public void press(String name) {
        until("the button " + name, () -> {
            WebElement b = button(name);
            driver.executeScript("arguments[0].scrollIntoView({block: 'center'})", b);
            try {
                b.click();
                return true;
            } catch (org.openqa.selenium.ElementClickInterceptedException covered) {
                return false;
            }
        });
    }

    void keys(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    void tab() {
        keys(Keys.TAB);
    }

    /** What has the focus, by its label or text. */
    String focused() {
        return String.valueOf(driver.executeScript(
                "const a = document.activeElement; return a.getAttribute('aria-label') ?? a.innerText ?? ''"));
    }

    /** All of it, not only what is in sight. */
    byte[] whole(OutputType<byte[]> type) {
        Object data = driver.executeCdpCommand(
                        "Page.captureScreenshot", Map.of("captureBeyondViewport", true, "format", "png"))
                .get("data");
        return type.convertFromBase64Png(String.valueOf(data));
    }

    /** What the browser complained of since it was last asked: errors, and whatever the policy refused. */
    public List<String> problems() {
        driver.manage().logs().get(LogType.BROWSER).forEach(e -> {
            if (e.getLevel().intValue() >= Level.WARNING.intValue()) {
                problems.add(e.getLevel() + " " + e.getMessage());
            }
        });
        List<String> all = List.copyOf(problems);
        problems.clear();
        return all;
    }

    /** By axe-core, what it calls serious or critical: a line each. */
    @SuppressWarnings("unchecked") // as axe-core documents it
    List<String> inaccessible() throws IOException {
        try (InputStream axe = Browser.class.getResourceAsStream("/axe/axe-4.14.1.min.js")) {
            assertThat(axe).isNotNull();
            driver.executeScript(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        }
        return (List<String>) Objects.requireNonNull(driver.executeAsyncScript("""
            const done = arguments[0];
            axe.run(document, {resultTypes: ['violations']}).then(
              (r) => done(r.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
                .map((v) => `${v.id}: ${v.nodes.slice(0, 4).map((n) => `${n.target} ${n.failureSummary}`).join(' | ')}`)),
              (e) => done([`axe failed: ${e}`]));
            """));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
