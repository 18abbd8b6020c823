package dev.holdfast.dashboard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;

/**
 * Takes a picture of every page, wide and narrow, light and dark: for a person's eye. Arguments: the directory, and pages
 * to which it is to keep.
 */
final class Look {
    private Look() {}

    public static void main(String[] args) throws IOException {
        Path to = Files.createDirectories(Path.of(args.length > 0 ? args[0] : "target/screens"));
        List<String> only = List.of(args).subList(Math.min(1, args.length), args.length);
        try (var host = new CannedHost();
                var browser = new Browser()) {
            for (String theme : List.of("light", "dark")) {
                for (int width : new int[] {1280, 400}) {
                    browser.size(width, 1180);
                    browser.theme(theme);
                    browser.open(host.address(), null);
                    save(browser, to.resolve("login-" + width + "-" + theme + ".png"));
                    browser.open(host.address(), CannedHost.OPERATOR);
                    for (String page : Browser.PAGES) {
                        String name = page.isEmpty() ? "overview" : page.replaceAll("[^a-zA-Z0-9]+", "-");
                        if (only.isEmpty() || only.contains(name)) {
                            browser.go(page);
                            drawn(browser, page);
                            save(browser, to.resolve(name + "-" + width + "-" + theme + ".png"));
                        }
                    }
                }
            }
            browser.problems().forEach(System.out::println);
        }
    }

    private static void drawn(Browser browser, String page) {
        if (page.isEmpty()) {
            browser.until(
                    "all sparklines",
                    () -> browser.driver.findElements(By.cssSelector(".processes .line")).stream()
                            .noneMatch(
                                    l -> String.valueOf(l.getDomAttribute("d")).length() < 300));
        }
    }

    private static void save(Browser b, Path file) throws IOException {
        b.settled();
        Files.write(file, b.whole(OutputType.BYTES));
    }
}
