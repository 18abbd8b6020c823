package dev.holdfast.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TotalsTest {
    @TempDir
    Path dir;

    private Path file;
    private final List<String> warned = new ArrayList<>();

    @BeforeEach
    void place() {
        file = dir.resolve("metrics/totals");
    }

    private Totals open() {
        return new Totals(file, Instant.EPOCH, warned::add);
    }

    private static double cpu(Totals t) {
        var sheet = new Sheet();
        t.into(sheet, Set.of(Family.PROCESS_CPU));
        return (Double)
                Objects.requireNonNull(Objects.requireNonNull(sheet.all().get(Family.PROCESS_CPU))
                        .toMap()
                        .get(List.of("web", "0")));
    }

    @Test
    void sumsUpOverInstancesAndNeverFalls() {
        Totals t = open();
        t.observe(Family.PROCESS_CPU, "first", 5, "web", "0");
        t.observe(Family.PROCESS_CPU, "first", 8, "web", "0");
        assertThat(cpu(t)).isEqualTo(8);
        t.observe(Family.PROCESS_CPU, "first", 2, "web", "0"); // a child of it has ended
        assertThat(cpu(t)).isEqualTo(8);
        t.observe(Family.PROCESS_CPU, "first", 3, "web", "0");
        assertThat(cpu(t)).isEqualTo(9);
        t.observe(Family.PROCESS_CPU, "second", 4, "web", "0");
        assertThat(cpu(t)).isEqualTo(13);
    }

    @Test
    void tellsSinceWhenItCounts() throws IOException {
        Totals t = new Totals(file, Instant.ofEpochSecond(1000), warned::add);
        t.observe(Family.PROCESS_CPU, "first", 5, "web", "0");
        t.keep();
        assertThat(new Totals(file, Instant.ofEpochSecond(2000), warned::add).since())
                .isEqualTo(Instant.ofEpochSecond(1000));
        Files.writeString(file, "holdfast totals 1\nsince\t5\n");
        assertThat(new Totals(file, Instant.ofEpochSecond(3000), warned::add).since())
                .isEqualTo(Instant.ofEpochSecond(3000));
    }

    @Test
    void goesOnWhereTheLastDaemonWas() {
        Totals t = open();
        t.observe(Family.PROCESS_CPU, "first", 5, "web", "0");
        t.count(Family.PROCESS_RESTARTS, 3, "web", "0");
        t.keep();
        Totals next = open();
        next.observe(Family.PROCESS_CPU, "first", 6, "web", "0"); // adopted
        next.count(Family.PROCESS_RESTARTS, 3, "web", "0");
        assertThat(cpu(next)).isEqualTo(6);
        next.count(Family.PROCESS_RESTARTS, 1, "web", "0"); // began anew
        var sheet = new Sheet();
        next.into(sheet, Set.of(Family.PROCESS_RESTARTS));
        assertThat(Objects.requireNonNull(sheet.all().get(Family.PROCESS_RESTARTS))
                        .toMap())
                .containsEntry(List.of("web", "0"), 4.0);
        assertThat(warned).isEmpty();
    }

    @Test
    void setsADamagedFileAsideAndSaysSo() throws IOException {
        Totals t = open();
        t.add(Family.PROCESS_CPU, 5, "web", "0");
        t.keep();
        String whole = Files.readString(file);
        for (String damaged : List.of(whole.substring(0, whole.length() - 8), "", whole.replace("5.0", "five"))) {
            warned.clear();
            Files.writeString(file, damaged);
            open();
            assertThat(warned).singleElement().asString().contains("begin at 0");
            assertThat(file).doesNotExist();
            assertThat(file.resolveSibling("totals.damaged")).hasContent(damaged);
        }
    }

    @Test
    void leavesOutWhatAnotherVersionCounted() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "holdfast totals 1\nholdfast_of_another\t5.0\t0.0\t\tx\nend 1\n");
        var sheet = new Sheet();
        open().into(sheet, Set.of(Family.values()));
        assertThat(sheet.all()).isEmpty();
        assertThat(warned).isEmpty();
    }

    @Test
    void saysOnceThatItCannotBeKept() throws IOException {
        Files.writeString(dir.resolve("metrics"), "no directory");
        Totals t = open();
        t.add(Family.PROCESS_CPU, 5, "web", "0");
        t.keep();
        t.keep();
        assertThat(warned).singleElement().asString().contains("not kept");
        assertThat(cpu(t)).isEqualTo(5);
    }

    @Test
    void forgetsWhatIsNobodysAnyMore() {
        Totals t = open();
        t.add(Family.PROCESS_CPU, 5, "web", "0");
        t.retain((_, labels) -> !labels.contains("web"));
        var sheet = new Sheet();
        t.into(sheet, Set.of(Family.values()));
        assertThat(sheet.all()).isEmpty();
    }
}
