package dev.holdfast.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;

/** Every page, in a real browser: shows what it should, can be read by everybody, fits, and nothing is refused. */
class PagesTest {
    private static Browser browser;
    private static CannedHost host;

    @BeforeAll
    static void opens() throws IOException {
        browser = new Browser();
        host = new CannedHost();
        browser.size(1280, 860);
        browser.theme("light");
        browser.open(host.address(), CannedHost.OPERATOR);
    }

    @AfterAll
    static void closes() throws IOException {
        if (browser != null) {
            browser.close();
            host.close();
        }
    }

    @AfterEach
    void nothingWasRefused() {
        assertThat(browser.problems()).isEmpty();
    }

    static Stream<Arguments> pages() {
        return Stream.of(
                Arguments.of(
                        "",
                        List.of("78%", "12.5 GiB of 16 GiB", "disk /var/lib", "web/2", "given up after", "worker/3")),
                Arguments.of(
                        "process/web%2F0", List.of("512 MiB", "healthy", "/products/", "following", "limit 1 core")),
                Arguments.of(
                        "schedules",
                        List.of("at most 2", "*/15 * * * *", "by anna", "2 failures in a row", "every 1m")),
                Arguments.of("schedule/backup-database", List.of("47m 20s", "caught up", "exit code 2", "by hand")),
                Arguments.of("queues", List.of("1,840", "more than 1000 wait", "taken by workers", "01JD-4F11")),
                Arguments.of("queue/thumbnails", List.of("network", "31", "worker-a", "62 %", "owner-42")),
                Arguments.of("job/01JD-4F11", List.of("harbour.jpg", "exit code 7", "scaling to 1280 pixels")),
                Arguments.of("guard", List.of("runaway-convert", "97.3 %", "sees nobody", "ended by SIGTERM")),
                Arguments.of(
                        "findings",
                        List.of("can be killed by its own", "php-fpm-overcommit", "704M", "no bound", "20 children")),
                Arguments.of(
                        "report",
                        List.of(
                                "worker leaks",
                                "often reached",
                                "+96.0 MiB",
                                "/var/lib",
                                "sitemap",
                                "at most 3.80 of 8")),
                Arguments.of("alerts", List.of("mailer is given up", "3 times", "HTTP 503 from", "web/1 is at 90%")),
                Arguments.of("events", List.of("by signal 9", "its memory limit was reached", "given up", "in 15s")));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void showsWhatItIsAbout(String page, List<String> texts) {
        browser.go(page);
        texts.forEach(browser::untilText);
    }

    static Stream<Arguments> looks() {
        return Browser.PAGES.stream().flatMap(p -> Stream.of("light", "dark").map(t -> Arguments.of(p, t)));
    }

    @ParameterizedTest
    @MethodSource("looks")
    void everybodyCanReadIt(String page, String theme) throws IOException {
        browser.theme(theme);
        browser.go(page);
        assertThat(browser.inaccessible()).isEmpty();
        picture(page, 1280, theme);
    }

    @ParameterizedTest
    @MethodSource("looks")
    void fitsANarrowScreen(String page, String theme) throws IOException {
        browser.theme(theme);
        browser.size(400, 860);
        try {
            browser.go(page);
            assertThat(browser.driver.executeScript(
                            "return document.documentElement.scrollWidth" + " <= document.documentElement.clientWidth"))
                    .as("nothing is beyond the right edge")
                    .isEqualTo(true);
            assertThat(browser.inaccessible()).isEmpty();
            picture(page, 400, theme);
        } finally {
            browser.size(1280, 860);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void everybodyCanLogInAndAnswerAQuestion(String theme) throws IOException {
        browser.theme(theme);
        browser.go("process/web%2F0");
        browser.press("Scale…");
        browser.until(By.cssSelector("dialog[open]"));
        assertThat(browser.inaccessible()).isEmpty();
        browser.press("Cancel");
        browser.press("Log out");
        browser.until(By.id("token"));
        assertThat(browser.inaccessible()).isEmpty();
        browser.open(host.address(), CannedHost.OPERATOR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"why", "events", "health", "configuration"})
    void tellsAllOfAProcess(String tab) throws IOException {
        browser.go("process/web%2F0");
        browser.until(By.id("tab-" + tab)).click();
        browser.untilText(
                switch (tab) {
                    case "why" -> "its memory limit of 512 MiB was reached";
                    case "events" -> "pid 4007";
                    case "health" -> "healthy";
                    default -> "DATABASE_URL: (withheld)";
                });
        browser.settled();
        assertThat(browser.inaccessible()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "schedules", "queues", "guard", "findings", "alerts", "process/gone", "nowhere"})
    void saysWhenThereIsNothing(String page) throws IOException {
        host.bare(true);
        try {
            browser.open(host.address(), CannedHost.OPERATOR);
            browser.go(page);
            browser.untilText(
                    switch (page) {
                        case "" -> "No processes";
                        case "schedules" -> "No schedules";
                        case "queues" -> "there are no queues here";
                        case "guard" -> "there is no guard: section";
                        case "findings" -> "there is no audit: section";
                        case "alerts" -> "nobody is told";
                        case "process/gone" -> "There is no such process";
                        default -> "There is nothing here";
                    });
            assertThat(browser.inaccessible()).isEmpty();
        } finally {
            browser.problems(); // the browser tells of every 409
            host.bare(false);
            browser.open(host.address(), CannedHost.OPERATOR);
        }
    }

    @Test
    void keepsTheChosenColours() {
        browser.theme("light");
        browser.go("");
        String light = ground();
        browser.press("Use dark colours");
        assertThat(ground()).isNotEqualTo(light);
        browser.driver.navigate().refresh();
        browser.until(By.cssSelector("main h1"));
        assertThat(ground()).isNotEqualTo(light);
        browser.press("Use light colours");
        assertThat(ground()).isEqualTo(light);
    }

    private static String ground() {
        return String.valueOf(browser.driver.executeScript("return getComputedStyle(document.body).backgroundColor"));
    }

    private static void picture(String page, int width, String theme) throws IOException {
        Path to = Files.createDirectories(Path.of("target/screens"));
        String name = page.isEmpty() ? "overview" : page.replaceAll("[^a-zA-Z0-9]+", "-");
        Files.write(to.resolve(name + "-" + width + "-" + theme + ".png"), browser.whole(OutputType.BYTES));
    }
}
