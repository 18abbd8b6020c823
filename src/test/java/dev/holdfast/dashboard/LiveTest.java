package dev.holdfast.dashboard;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What changes while somebody looks: news, a lost connection, a token that ends; and hands that know no mouse. */
class LiveTest {
    private static final String ATTACK =
            "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>'\"><svg onload=window.pwned=1>";

    private static Browser browser;
    private CannedHost host;

    @BeforeAll
    static void opens() {
        browser = new Browser();
    }

    @AfterAll
    static void closes() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void begins() throws IOException {
        host = new CannedHost();
        browser.size(1280, 860);
        browser.open(host.address(), CannedHost.OPERATOR);
    }

    @AfterEach
    void ends() throws IOException {
        browser.leaves();
        host.close();
    }

    @Test
    void showsHostileTextAsText() {
        host.scenery.named(ATTACK, ATTACK);
        host.happens("GivenUp", ATTACK, Map.of("why", ATTACK));
        host.happens(ATTACK, "web/0", Map.of(ATTACK, ATTACK));
        browser.go("");
        browser.until("the name in the table", () -> browser.text().contains(ATTACK));
        browser.go("process/"
                + java.net.URLEncoder.encode(ATTACK, java.nio.charset.StandardCharsets.UTF_8)
                        .replace("+", "%20"));
        browser.until(
                "the name as a heading",
                () -> browser.driver.findElement(By.tagName("h1")).getText().contains("onerror"));
        browser.go("events");
        browser.until("the event", () -> browser.text().contains(ATTACK));
        browser.go("process/web%2F0");
        browser.until("the log to be followed", () -> browser.text().contains("following"));
        host.say("stderr", "ERROR " + ATTACK);
        browser.until("the line", () -> browser.text().contains("ERROR " + ATTACK));
        // searched for, and so marked
        browser.driver.findElement(By.cssSelector(".log input")).sendKeys("onerror");
        browser.until(By.cssSelector(".line mark"));
        assertThat(browser.text()).contains(ATTACK);
        assertThat(browser.driver.executeScript("return window.pwned === undefined"))
                .isEqualTo(true);
        assertThat(browser.driver.findElements(By.cssSelector("main img, main script, main svg[onload]")))
                .isEmpty();
        assertThat(browser.problems()).isEmpty();
    }

    /** The policy holds even where the pages' code would not: what it forbids is refused, and said in the console. */
    @Test
    void refusesWhatThePolicyForbids() {
        assertThat(tried("const i = document.createElement('img'); i.src = 'http://127.0.0.1:9/x.png';"
                        + " document.body.append(i)"))
                .isEqualTo("done");
        assertThat(tried("document.body.setAttribute('style', 'color: red')")).isEqualTo("done");
        assertThat(browser.driver.executeScript("return document.body.style.color"))
                .isEqualTo("");
        assertThat(tried("document.body.innerHTML = '<b>x</b>'")).isEqualTo("TypeError");
        assertThat(tried("document.createElement('script').src = '/app.js'")).isEqualTo("TypeError");
        browser.until(
                "the refusals", () -> browser.problems().stream().anyMatch(p -> p.contains("Content Security Policy")));
    }

    /** What became of it, or what it was refused with. */
    private static String tried(String script) {
        return String.valueOf(
                browser.driver.executeScript("try { " + script + "; return 'done'; } catch (e) { return e.name; }"));
    }

    @Test
    void showsWhatHappensAsItHappens() {
        browser.go("events");
        browser.untilText("Live");
        host.happens("StartFailed", "search", Map.of("why", "no such file: /usr/bin/searchd"));
        browser.untilText("no such file: /usr/bin/searchd");
        browser.press("Hold still");
        host.happens("GivenUp", "search", Map.of("why", "enough is enough"));
        browser.untilText("Go on, 1 new");
        assertThat(browser.text()).doesNotContain("enough is enough");
        browser.press("Go on, 1 new");
        browser.untilText("enough is enough");
        browser.driver.findElement(By.cssSelector("input[type=search]")).sendKeys("searchd");
        browser.untilText("1 event");
    }

    @Test
    void knowsALoneReplicaByItsNumberToo() {
        browser.go("process/mailer%2F0"); // as the journal writes it
        browser.until(By.id("tab-events")).click();
        browser.untilText("10 failures within 10m");
        browser.go("process/mailer");
        browser.until(By.id("tab-events")).click();
        browser.untilText("10 failures within 10m");
    }

    @Test
    void tellsOfAReplicaHoweverMuchHappensToOthers() {
        for (int i = 0; i < 300; i++) {
            host.happens("Ready", "web/1", Map.of());
        }
        browser.go("process/mailer");
        browser.until(By.id("tab-events")).click();
        browser.untilText("10 failures within 10m");
    }

    @Test
    void whatSomebodyAskedForIsNoFailure() {
        browser.go("events");
        browser.untilText("Live");
        browser.press("Failures");
        browser.untilText("4 events");
        Map<String, Object> term = Map.of("event", "Signalled", "signal", 15, "coreDumped", false);
        host.happens("Exited", "web/0", Map.of("outcome", term, "uptime", 4.0, "why", "restarted by anna"));
        host.happens(
                "Exited",
                "web/1",
                Map.of("outcome", Map.of("event", "Unknown"), "uptime", 4.0, "why", "nobody here had asked for it"));
        browser.untilText("5 events");
        assertThat(browser.text()).contains("nobody here had asked for it").doesNotContain("restarted by anna");
    }

    /** By the browser's clock: at once after an event, else slowly. */
    @Test
    void asksForStatusWhenSomethingHappenedAndElseSeldom() {
        browser.go("");
        browser.untilText("Live");
        browser.driver.executeScript("performance.clearResourceTimings()");
        browser.until("the next of the slow ones", () -> !askedForStatus().isEmpty());
        host.happens("Ready", "web/1", Map.of());
        browser.until("two more", () -> askedForStatus().size() >= 3);
        List<Double> at = askedForStatus();
        assertThat(at.get(1) - at.get(0)).as("after the event, ms").isLessThan(4500);
        assertThat(at.get(2) - at.get(0)).as("of itself, ms").isGreaterThan(4900);
    }

    private static List<Double> askedForStatus() {
        var found = (List<?>) browser.driver.executeScript("return performance.getEntriesByType('resource')"
                + ".filter(e => e.name.endsWith('/status')).map(e => e.startTime)");
        return requireNonNull(found).stream()
                .map(at -> ((Number) at).doubleValue())
                .toList();
    }

    @Test
    void aDaemonThatSaysNothingIsNotShownAsLive() {
        browser.go("");
        browser.untilText("Live");
        host.web().silence().lock();
        try {
            browser.untilText("as of");
            browser.untilText("Connection lost.");
        } finally {
            host.web().silence().unlock();
        }
        triesNow();
        browser.until(
                "it to be live again",
                () -> browser.driver.findElements(By.cssSelector(".link.live")).size() == 1);
    }

    @Test
    void catchesUpWithWhatHappenedWhileNobodyLooked() {
        browser.go("events");
        browser.untilText("Live");
        looks(false);
        browser.until("both streams to be over", () -> host.web().streams() == 0);
        host.happens("StartFailed", "search/0", Map.of("why", "no such file: /usr/bin/searchd"));
        looks(true);
        browser.untilText("no such file: /usr/bin/searchd");
        assertThat(browser.driver.findElements(By.cssSelector(".events > li"))).hasSize(9);
    }

    /** Unless it has come back by itself in the meantime. */
    private static void triesNow() {
        browser.driver.executeScript("document.querySelector('.lost button')?.click()");
    }

    private static void looks(boolean somebody) {
        browser.driver.executeScript(
                "Object.defineProperty(document, 'hidden', {value: !arguments[0], configurable: true});"
                        + " document.dispatchEvent(new Event('visibilitychange'))",
                somebody);
    }

    @Test
    void followsTheLogAndFindsInIt() {
        browser.go("process/web%2F0");
        browser.untilText("following");
        host.say("stdout", "a line that came just now");
        browser.untilText("a line that came just now");
        browser.driver.findElement(By.cssSelector(".log input")).sendKeys("upstream");
        browser.until(
                "only what matches",
                () -> browser.text().contains("upstream timed out")
                        && !browser.text().contains("a line that came just now"));
        host.say("stderr", "ERROR upstream is back");
        browser.untilText("upstream is back");
        // whoever reads further up is not torn away
        browser.driver.findElement(By.cssSelector(".log input")).sendKeys(Keys.ESCAPE);
        browser.untilText("a line that came just now");
        browser.driver.executeScript("document.querySelector('.lines').scrollTop = 0");
        browser.untilText("Follow again");
        host.say("stdout", "said while one reads");
        browser.untilText("1 new line below");
        browser.press("1 new line below");
        browser.until(
                "the end",
                () -> browser.driver.findElements(By.cssSelector(".to-end")).isEmpty());
    }

    @Test
    void saysThatTheConnectionIsLostAndComesBack() throws IOException {
        browser.go("");
        browser.untilText("Live");
        host.web().goes();
        browser.untilText("Connection lost.");
        assertThat(browser.text()).contains("What is shown is of").contains("web/0");
        host.scenery.named("newcomer", "came while nobody looked");
        host.happens("Started", "newcomer", Map.of("leader", Map.of("pid", 77)));
        host.web().comesBack();
        triesNow();
        browser.until(
                "it to be live again",
                () -> browser.driver.findElements(By.cssSelector(".link.live")).size() == 1);
        assertThat(browser.text()).doesNotContain("Connection lost.");
        browser.untilText("newcomer");
        browser.go("events");
        browser.untilText("pid 77"); // resumed after the last one that was seen
        assertThat(browser.driver.findElements(By.cssSelector(".events > li"))).hasSize(9);
    }

    @Test
    void isQuickWithAThousandProcesses() {
        host.scenery.crowd(1000);
        browser.go("");
        browser.untilText("service-0000");
        browser.untilText("1,000");
        assertThat(browser.driver.findElements(By.cssSelector(".processes [role=row]")))
                .hasSizeLessThan(70);
        WebElement table = browser.driver.findElement(By.cssSelector(".processes"));
        assertThat(table.getDomAttribute("aria-rowcount")).isEqualTo("1001");
        browser.driver.executeScript("scrollTo(0, document.body.scrollHeight)");
        browser.untilText("service-0999");
        assertThat(browser.driver.findElements(By.cssSelector(".processes [role=row]")))
                .hasSizeLessThan(70);
        browser.keys("/");
        browser.keys("service-05 failed");
        browser.untilText("1 of 1,000");
        browser.keys(Keys.ESCAPE);
        browser.press("Trouble 28");
        browser.untilText("28 of 1,000");
        browser.press("Restarts");
        assertThat(browser.driver
                        .findElements(By.cssSelector(".processes .row .restarts"))
                        .get(1)
                        .getText())
                .isEqualTo("10");
    }

    @Test
    void canBeUsedByKeysAlone() {
        browser.go("");
        browser.driver.executeScript("document.activeElement.blur(); scrollTo(0, 0)");
        browser.driver.navigate().refresh();
        browser.until(By.cssSelector(".processes a"));
        browser.tab();
        assertThat(browser.focused()).isEqualTo("Skip to content");
        browser.keys(Keys.ENTER);
        assertThat(browser.driver.executeScript("return document.activeElement.id"))
                .isEqualTo("main");
        browser.keys("/");
        browser.keys("web/0");
        browser.untilText("1 of 16");
        browser.until(
                "the row",
                () -> browser.driver
                                .findElements(By.cssSelector(".processes a"))
                                .size()
                        == 1);
        for (int i = 0; i < 12 && !browser.focused().equals("web/0"); i++) {
            browser.tab();
        }
        assertThat(browser.focused()).isEqualTo("web/0");
        assertThat(browser.driver.executeScript("return getComputedStyle(document.activeElement).outlineStyle"))
                .isEqualTo("solid");
        browser.tab();
        assertThat(browser.focused()).isEqualTo("Restart web/0");
        browser.keys(Keys.ENTER);
        browser.until(By.cssSelector("dialog[open]"));
        browser.keys(Keys.ESCAPE);
        browser.until(
                "the dialog to be gone",
                () -> browser.driver.findElements(By.tagName("dialog")).isEmpty());
        assertThat(browser.focused()).isEqualTo("Restart web/0");
        browser.keys(Keys.ENTER);
        browser.until(By.cssSelector("dialog[open]"));
        browser.keys(Keys.ENTER);
        browser.until("the result", () -> host.asked().equals(List.of("restart web/0")));
        browser.untilText("Done.");
        browser.keys(Keys.ENTER);
        browser.until(
                "the dialog to be gone",
                () -> browser.driver.findElements(By.tagName("dialog")).isEmpty());
        browser.go("process/web%2F0");
        browser.until(By.id("tab-log")).click();
        browser.keys(Keys.ARROW_RIGHT);
        assertThat(browser.driver.executeScript("return document.activeElement.id"))
                .isEqualTo("tab-why");
        browser.keys(Keys.END);
        browser.untilText("DATABASE_URL");
    }

    @Test
    void letsInByTokenAndKeepsItNowhereElse() {
        browser.press("Log out");
        WebElement field = browser.until(By.id("token"));
        field.sendKeys("hft_wrong", Keys.ENTER);
        browser.untilText("This token is not known here, or has ended.");
        browser.until(By.id("token")).sendKeys(Keys.chord(Keys.CONTROL, "a"), CannedHost.READER, Keys.ENTER);
        browser.untilText("wall-display");
        assertThat(browser.driver.executeScript("return sessionStorage.getItem('holdfast.token')"))
                .isEqualTo(CannedHost.READER);
        assertThat(browser.driver.executeScript(
                        "return document.cookie + JSON.stringify(localStorage) + location.href"))
                .asString()
                .doesNotContain("hft_");
    }

    @Test
    void asksToLogInAgainWhenTheTokenHasEnded() {
        browser.driver.executeScript("sessionStorage.setItem('holdfast.token', 'hft_revoked')");
        browser.driver.navigate().refresh();
        browser.untilText("Your token is not taken any more: log in again.");
        assertThat(browser.driver.executeScript("return sessionStorage.getItem('holdfast.token')"))
                .isNull();
    }
}
