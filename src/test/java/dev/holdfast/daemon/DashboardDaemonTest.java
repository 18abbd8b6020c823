package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.dashboard.Browser;
import dev.holdfast.testbed.Ports;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

/** The pages as a real daemon serves them, through its own listener, to somebody with a real token. */
class DashboardDaemonTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    @TempDir
    Path home;

    private static String yaml(int port) {
        return """
                version: 1
                global: { api: { listen: "127.0.0.1:%d" } }
                processes:
                  talker: { command: [sh, -c, "i=0; while :; do i=$((i+1)); echo line $i '<b>bold</b>'; sleep 0.3; done"], replicas: 2 }
                  failing: { command: [sh, -c, "echo no such luck >&2; exit 7"], restart: { policy: never } }
                schedules:
                  nightly: { cron: "0 2 * * *", command: [sh, -c, "echo counted"] }
                """.formatted(port);
    }

    @Test
    void showsAndDoesWhatTheDaemonDoes() throws Exception {
        int port = Ports.free();
        try (var browser = new Browser();
                var daemon = DaemonUnderTest.up(home, yaml(port))) {
            await().atMost(DEADLINE).until(() -> WebTest.answers(port));
            String token = WebTest.token(daemon, "anna", "operate");
            daemon.awaitState("talker/0", "up");
            browser.size(1280, 860);
            browser.driver.get("http://127.0.0.1:" + port + "/");
            browser.until(By.id("token")).sendKeys(token, Keys.ENTER);
            browser.untilText("Live");
            browser.untilText("talker/1");
            browser.untilText("anna");
            browser.press("Stop talker/1");
            browser.until(By.cssSelector("dialog [type=submit]")).click();
            browser.untilText("Done.");
            browser.press("Close");
            daemon.awaitState("talker/1", "down");
            browser.go("process/talker%2F0");
            browser.untilText("following");
            browser.until("lines as they are printed", () -> browser.text().contains("line 9 <b>bold</b>"));
            browser.until(By.id("tab-configuration")).click();
            browser.untilText("while :; do");
            browser.go("process/failing");
            browser.until(By.id("tab-why")).click();
            browser.untilText("exited with 7");
            browser.untilText("no such luck");
            browser.go("events");
            browser.untilText("talker/1");
            browser.go("schedules");
            browser.press("Run now nightly");
            browser.until(By.cssSelector("dialog [type=submit]")).click();
            browser.untilText("It ended: success.");
            browser.press("Close");
            browser.go("schedule/nightly");
            browser.untilText("by hand");
            for (String page : new String[] {"queues", "guard", "alerts"}) {
                browser.go(page); // none is configured: said, and nothing breaks
                browser.until(By.cssSelector(".empty"));
            }
            // told by the browser: what is not configured, and a history where none is kept yet
            assertThat(browser.problems())
                    .allMatch(
                            p -> p.matches("(?s).*/api/v1/(queues|jobs|guard|alerts|history).*status of (404|409).*"));
            daemon.kill9();
            browser.untilText("Connection lost.");
            browser.press("Try now"); // in vain: it goes on trying by itself
            browser.untilText("Connection lost.");
            daemon.upAgain();
            browser.until("it to be live again", () -> !browser.text().contains("Connection lost."));
            assertThat(daemon.cli("token", "revoke", "anna").exit()).isZero();
            browser.untilText("log in again");
        }
    }
}
