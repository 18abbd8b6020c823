package dev.holdfast.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is written down of the metrics, and what there is; {@code -Dholdfast.write.docs=true} writes the page anew. */
class FamilyTest {
    private static final Path PAGE = Path.of("docs/metrics.md");
    private static final String BEGIN = "<!-- made of metric/Family.java -->\n";

    /** Who scrapes depends on them: a name that changes is to be seen in a review. */
    @Test
    void areThoseOfTheGoldenList() throws IOException {
        List<String> now = Stream.of(Family.values())
                .map(f -> f.written() + " " + f.kind().name().toLowerCase(Locale.ROOT) + " "
                        + String.join(",", f.labels()))
                .map(String::strip)
                .toList();
        assertThat(now).containsExactlyElementsOf(Files.readAllLines(Path.of("src/test/resources/metrics.txt")));
    }

    @Test
    void areNamedAsPrometheusNamesMetrics() {
        for (Family f : Family.values()) {
            assertThat(f.written()).matches("holdfast_[a-z0-9_]+");
            assertThat(f.written().endsWith("_total")).isEqualTo(f.kind() == Family.Kind.COUNTER);
            assertThat(f.help()).endsWith(".");
            assertThat(f.labels()).doesNotHaveDuplicates();
        }
        assertThat(Stream.of(Family.values()).map(Family::written)).doesNotHaveDuplicates();
    }

    @Test
    void standInTheDocumentation() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        assertThat(begin).isGreaterThan(BEGIN.length());
        String fresh = page.substring(0, begin) + table();
        if (Boolean.getBoolean("holdfast.write.docs")) {
            Files.writeString(PAGE, fresh);
        }
        assertThat(page).isEqualTo(fresh);
    }

    private static String table() {
        return "| metric | kind | labels | unit | what |\n|---|---|---|---|---|\n"
                + Stream.of(Family.values())
                        .map(f -> "| `" + f.written() + "` | " + f.kind().name().toLowerCase(Locale.ROOT) + " | "
                                + String.join(", ", f.labels()) + " | " + f.unit() + " | " + f.help() + " |\n")
                        .collect(Collectors.joining());
    }
}
