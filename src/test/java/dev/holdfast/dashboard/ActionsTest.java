package dev.holdfast.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;

/** What is done to a host from the pages: asked once, told afterwards; and not offered to who may not. */
class ActionsTest {
    private static Browser browser;
    private CannedHost host;

    @BeforeAll
    static void opens() {
        browser = new Browser();
        browser.size(1280, 860);
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
        browser.open(host.address(), CannedHost.OPERATOR);
    }

    @AfterEach
    void ends() throws IOException {
        browser.leaves();
        host.close();
    }

    private void answered(String told) {
        browser.until(
                "the answer",
                () -> browser.driver
                        .findElement(By.cssSelector("dialog"))
                        .getText()
                        .contains(told));
        browser.press("Close");
        browser.until(
                "the dialog to be gone",
                () -> browser.driver.findElements(By.tagName("dialog")).isEmpty());
    }

    private void confirms(String action, String told) {
        assertThat(host.asked()).as("before it was confirmed").isEmpty();
        browser.driver.findElement(By.cssSelector("dialog [type=submit]")).click();
        assertThat(action).isNotEmpty();
        answered(told);
    }

    @ParameterizedTest
    @CsvSource({
        "Restart, web/0, restart web/0, web/0 up",
        "Stop, web/1, stop web/1, web/1 down",
        "Stop, cache, stop cache/0, cache down",
        "Start, legacy-sync, start legacy-sync, legacy-sync up"
    })
    void actsOnAProcessFromTheTable(String verb, String name, String asked, String told) {
        browser.go("");
        browser.press(verb + " " + name);
        browser.untilText(verb + " " + name + "?");
        browser.driver.findElement(By.cssSelector("dialog [type=submit]")).click();
        browser.until("the result", () -> dialog().replaceAll("\\s+", " ").contains(told));
        browser.press("Close");
        assertThat(host.asked()).containsExactly(asked);
    }

    private static String dialog() {
        return browser.driver.findElement(By.tagName("dialog")).getText();
    }

    @Test
    void showsInTheTableWhatWasDone() {
        browser.go("");
        browser.press("Stop cache");
        confirms("stop", "Done");
        browser.until(
                "cache to be down",
                () -> browser.driver
                        .findElement(By.xpath("//*[@role='row'][.//a[text()='cache']]"))
                        .getText()
                        .contains("down"));
        assertThat(browser.focused())
                .as("focus after a dialog stays on the page")
                .isNotNull();
    }

    @Test
    void offersTheRestBehindOneButton() {
        browser.go("");
        browser.press("More actions for web/0");
        browser.until(By.cssSelector("dialog .choice"));
        assertThat(dialog()).contains("Restart", "Stop", "Signal…", "Scale…").doesNotContain("Start\n");
        browser.driver
                .findElement(By.xpath("//dialog//button[contains(., 'Scale…')]"))
                .click();
        WebElement many = browser.until(By.id("field-replicas"));
        assertThat(many.getDomProperty("value")).isEqualTo("3");
        many.sendKeys(Keys.chord(Keys.CONTROL, "a"), "5");
        confirms("scale", "web/4");
        assertThat(host.asked()).containsExactly("scale web 5");
        browser.until(By.xpath("//a[text()='web/4']"));
    }

    @Test
    void signals() {
        browser.go("process/web%2F0");
        browser.press("Signal…");
        new Select(browser.until(By.id("field-signal"))).selectByValue("USR1");
        confirms("signal", "Done");
        assertThat(host.asked()).containsExactly("signal web/0 USR1");
    }

    @Test
    void saysWhyItWasRefused() {
        browser.go("process/mailer");
        browser.press("Signal…");
        browser.until(By.id("field-signal"));
        confirms("signal", "mailer runs nothing that could be signalled");
        browser.problems();
    }

    @Test
    void doesNothingWhenItIsCancelled() {
        browser.go("process/web%2F0");
        browser.press("Stop");
        browser.until(By.cssSelector("dialog[open]"));
        browser.press("Cancel");
        browser.press("Stop");
        browser.until(By.cssSelector("dialog[open]"));
        browser.keys(Keys.ESCAPE);
        browser.until(
                "the dialog to be gone",
                () -> browser.driver.findElements(By.tagName("dialog")).isEmpty());
        assertThat(browser.focused()).isEqualTo("Stop");
        assertThat(host.asked()).isEmpty();
    }

    @Test
    void whatEndsSomethingIsNotConfirmedByAKeyThatIsHeld() {
        browser.go("process/web%2F0");
        browser.press("Stop");
        browser.until(By.cssSelector("dialog[open]"));
        assertThat(browser.focused()).isEqualTo("Cancel");
        assertThat(browser.driver.executeScript(
                        "return document.querySelector('dialog [type=submit]').dispatchEvent(new KeyboardEvent('keydown',"
                                + " {key: 'Enter', repeat: true, bubbles: true, cancelable: true}))"))
                .as("not prevented")
                .isEqualTo(false);
        browser.press("Cancel");
        browser.go("");
        browser.press("More actions for web/0");
        browser.until(By.cssSelector("dialog .choice"));
        browser.driver
                .findElement(By.xpath("//dialog//button[contains(., 'Restart')]"))
                .click();
        browser.untilText("Restart web/0?");
        browser.press("Cancel");
        browser.until(
                "the dialog to be gone",
                () -> browser.driver.findElements(By.tagName("dialog")).isEmpty());
        assertThat(browser.focused()).isEqualTo("More actions for web/0");
        assertThat(host.asked()).isEmpty();
    }

    @Test
    void runsPausesAndResumesASchedule() {
        browser.go("schedules");
        browser.press("Run now sitemap");
        confirms("run", "It ended: success.");
        browser.go("schedule/sitemap");
        browser.press("Pause");
        browser.driver.findElement(By.cssSelector("dialog [type=submit]")).click();
        answered("It is paused.");
        browser.press("Resume");
        browser.driver.findElement(By.cssSelector("dialog [type=submit]")).click();
        answered("It goes on.");
        assertThat(host.asked()).containsExactly("run sitemap", "pause sitemap", "resume sitemap");
    }

    @Test
    void steersAQueue() {
        browser.go("queue/mail");
        browser.press("Pause");
        confirms("pause", "mail is paused now.");
        browser.press("Resume");
        browser.driver.findElement(By.cssSelector("dialog [type=submit]")).click();
        answered("mail is open now.");
        browser.press("Drain");
        browser.driver.findElement(By.cssSelector("dialog [type=submit]")).click();
        answered("mail is drained now.");
        assertThat(host.asked()).containsExactly("pause mail", "resume mail", "drain mail");
    }

    @Test
    void retriesAndCancelsJobs() {
        browser.go("job/01JD-4F11");
        browser.press("Try again");
        confirms("retry", "The job is queued now.");
        browser.go("job/01JD-4F7A");
        browser.press("Cancel");
        browser.driver.findElement(By.cssSelector("dialog [type=submit]")).click();
        answered("The job is cancelled now.");
        assertThat(host.asked()).containsExactly("retry 01JD-4F11", "cancel 01JD-4F7A");
    }

    @Test
    void silencesAnAlertAndEndsTheSilence() {
        browser.go("alerts");
        browser.press("Silence queue/thumbnails");
        assertThat(browser.until(By.id("field-pattern")).getDomProperty("value"))
                .isEqualTo("queue/thumbnails");
        browser.driver.findElement(By.id("field-reason")).sendKeys("known");
        confirms("silence", "It covers 1 open alert");
        browser.press("End the silence of queue/thumbnails");
        browser.driver.findElement(By.cssSelector("dialog [type=submit]")).click();
        answered("It has ended.");
        assertThat(host.asked()).containsExactly("silence queue/thumbnails 7200 known", "unsilence queue/thumbnails");
    }

    @Test
    void auditsTheHostAndSaysWhatWasFound() {
        browser.go("findings");
        browser.press("Audit now");
        confirms("audit", "2 found, 1 of them worse than a note.");
        assertThat(host.asked()).containsExactly("audit");
        browser.untilText("php-fpm-overcommit");
    }

    /** Whoever may only look sees no button that would act, or a dead one that says why. */
    @Test
    void offersNothingToWhoMayOnlyLook() {
        browser.open(host.address(), CannedHost.READER);
        browser.untilText("read-only");
        for (String page : Browser.PAGES) {
            browser.go(page);
            List<String> live = browser.driver.findElements(By.cssSelector("main button:not(:disabled)")).stream()
                    .map(b -> {
                        String label = b.getDomAttribute("aria-label");
                        return label == null ? b.getText().strip() : label;
                    })
                    .filter(n ->
                            n.matches("(Start|Stop|Restart|Run now|Pause|Resume|End|Silence|More actions for)( .*)?"
                                    + "|Signal…|Scale…|Silence…|Audit now|Drain|Cancel|Try again"))
                    .toList();
            assertThat(live).as(page).isEmpty();
        }
        browser.go("process/web%2F0");
        assertThat(browser.button("Restart").getDomAttribute("title")).contains("operate scope");
        browser.untilText("Your token may look, not act");
        assertThat(host.asked()).isEmpty();
    }
}
