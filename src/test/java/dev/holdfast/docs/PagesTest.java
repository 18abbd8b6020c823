package dev.holdfast.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command of the documentation does here what the page says, or says why it is not tried here. {@code
 * -Dholdfast.page=docs/queues.md} tries one page.
 */
class PagesTest {
    private static final Path REPOSITORY = Path.of("").toAbsolutePath();
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");

    /** Why a block of commands is not run by this test. */
    private static final Map<String, String> REASONS = new TreeMap<>(Map.of(
            "systemd", "asks systemd, which is not PID 1 here",
            "docker", "asks a container runtime",
            "builds", "builds the whole, for minutes",
            "installs", "installs packages or writes to the host's own files",
            "host-differs", "what it prints depends on the host it is run on",
            "sketch", "names programs and addresses that are to be replaced"));

    static Stream<Path> pages() throws IOException {
        var pages =
                new ArrayList<>(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md"), Path.of("bench/README.md")));
        for (String dir : List.of("docs", "examples")) {
            try (Stream<Path> all = Files.walk(Path.of(dir))) {
                all.filter(p -> p.toString().endsWith(".md")).sorted().forEach(pages::add);
            }
        }
        String only = System.getProperty("holdfast.page");
        return pages.stream().filter(p -> only == null || p.equals(Path.of(only)));
    }

    @Tag("process")
    @ParameterizedTest
    @MethodSource("pages")
    void doesWhatItSays(Path file, @TempDir Path dir) throws IOException, InterruptedException {
        Page page = Page.read(file);
        List<String> lacking;
        try (var walk = new Walk(page, dir.toRealPath(), REPOSITORY)) {
            walk.go();
            lacking = walk.lacking();
        }
        assumeTrue(lacking.isEmpty(), () -> "all else was done: " + lacking);
    }

    @Test
    void whatIsNotRunSaysWhy(TestReporter reporter) throws IOException {
        for (Path file : pages().toList()) {
            for (Page.Block block : Page.read(file).blocks()) {
                String at = file + ":" + block.line();
                if (block.has("not-here")) {
                    assertThat(REASONS).as(at).containsKey(block.mark("not-here"));
                    reporter.publishEntry(at, REASONS.get(block.mark("not-here")));
                }
                if (block.has("tested-by")) {
                    reporter.publishEntry(at, "run by " + block.mark("tested-by"));
                    if (block.mark("tested-by").contains("/")) {
                        assertThat(Path.of(block.mark("tested-by"))).as(at).isExecutable();
                        continue;
                    }
                    try (Stream<Path> tests = Files.walk(Path.of("src/test/java"))) {
                        assertThat(tests.map(p -> p.getFileName().toString()))
                                .as(at)
                                .contains(block.mark("tested-by") + ".java");
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadSomewhere(Path file) throws IOException {
        Matcher link = LINK.matcher(Files.readString(file));
        while (link.find()) {
            String target = link.group(1);
            if (!target.matches("[a-z]+:.*|#.*")) {
                assertThat(file.resolveSibling(target.replaceFirst("#.*", ""))).exists();
            }
        }
    }

    @Test
    void theIndexNamesEveryPage() throws IOException {
        String index = Files.readString(Path.of("docs/README.md"));
        try (Stream<Path> all = Files.list(Path.of("docs"))) {
            assertThat(all.map(p -> p.getFileName().toString())
                            .filter(n -> n.endsWith(".md") && !n.equals("README.md"))
                            .filter(n -> !index.contains("](" + n)))
                    .isEmpty();
        }
    }
}
