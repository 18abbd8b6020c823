package dev.holdfast.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.OutputType;

/** The report's page, as it is kept, in a real browser: everybody can read it, it fits, and its own policy refuses nothing. */
class ReportLooksTest {
    private static final Path PAGE = Path.of("src/test/resources/dev/holdfast/report/report.html");
    private static Browser browser;

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

    @ParameterizedTest
    @CsvSource({"light,1280", "light,400", "dark,1280", "dark,400"})
    void everybodyCanReadItAndNothingIsRefused(String theme, int width) throws IOException {
        browser.size(width, 900);
        browser.theme(theme);
        browser.driver.get(PAGE.toAbsolutePath().toUri().toString());
        assertThat(browser.text())
                .contains("n8n leaks")
                .contains("will be full")
                .contains("mautic-runaway");
        assertThat(browser.driver.executeScript("return document.documentElement.scrollWidth"))
                .as("nothing but tables moves sideways")
                .isEqualTo((long) width);
        assertThat(browser.driver.executeScript(
                        "return getComputedStyle(document.body).backgroundColor !== 'rgba(0, 0, 0, 0)'"))
                .as("its styles are let through by its policy")
                .isEqualTo(true);
        assertThat(browser.driver.executeScript("return document.querySelectorAll('script,[style],img,link').length"))
                .isEqualTo(0L);
        assertThat(browser.inaccessible()).isEmpty();
        assertThat(browser.problems()).filteredOn(p -> !p.contains("favicon")).isEmpty();
        String shots = System.getProperty("holdfast.screenshots");
        if (shots != null) {
            Files.write(Path.of(shots, "report-" + theme + "-" + width + ".png"), browser.whole(OutputType.BYTES));
        }
    }
}
