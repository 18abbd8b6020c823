package dev.holdfast.workdir;

import static dev.holdfast.workdir.Scene.PLACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MeasuredTest {
    private Scene scene;
    private Path made;

    @BeforeEach
    void open() throws IOException {
        scene = new Scene();
        made = scene.made();
    }

    @AfterEach
    void close() throws IOException {
        scene.close();
    }

    @Test
    void countsBlocksAndOfHardLinksOne() throws IOException {
        long empty = all().bytes();
        Files.write(made.resolve("a"), new byte[1 << 20]);
        Files.createLink(made.resolve("b"), made.resolve("a"));
        try (var sparse = new RandomAccessFile(made.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(1L << 40);
        }
        Files.createSymbolicLink(made.resolve("out"), scene.outside);
        Measured m = all();
        assertThat(m.bytes() - empty).isBetween(1L << 20, (1L << 20) + 16_384);
        assertThat(m.entries()).isEqualTo(4);
        assertThat(m.whole()).isTrue();
    }

    @Test
    void countsAllOfADeepOne() throws IOException {
        RemovalTest.deep(made, 10_000);
        assertThat(all())
                .satisfies(
                        m -> assertThat(m.entries()).isEqualTo(20_000),
                        m -> assertThat(m.whole()).isTrue());
    }

    @Test
    void comesBackToWhereItWasInALargeOne() throws IOException {
        RemovalTest.many(made, 3000);
        RemovalTest.deep(made, 100);
        RemovalTest.many(made.resolve("d"), 3000);
        assertThat(all().entries()).isEqualTo(6200);
    }

    @Test
    void stopsWhenItIsEnoughAndWhenItIsGivenUp() throws IOException {
        for (int i = 0; i < 1000; i++) {
            Files.write(made.resolve("f" + i), new byte[10_000]);
        }
        Measured enough = scene.dirs.measure(PLACE, 100_000, () -> false);
        assertThat(enough.bytes()).isBetween(100_001L, 120_000L);
        assertThat(enough.lacks()).isEqualTo("it was not counted further");
        assertThat(scene.dirs.measure(PLACE, Long.MAX_VALUE, () -> true).lacks())
                .isEqualTo("the count was given up");
        scene.dirs.remove(PLACE);
        assertThatThrownBy(this::all).hasMessageContaining("7.1: open: no such file or directory");
    }

    @Test
    void restsTenTimesAsLongAsItTook() {
        var begun = new MonoTime(0);
        assertThat(Measured.again(begun, begun.plus(Duration.ofMillis(1)))).isEqualTo(new MonoTime(1_001_000_000L));
        assertThat(Measured.again(begun, begun.plus(Duration.ofMillis(200)))).isEqualTo(new MonoTime(2_200_000_000L));
        assertThat(Measured.again(begun, begun.plus(Duration.ofSeconds(5)))).isEqualTo(new MonoTime(35_000_000_000L));
    }

    private Measured all() throws IOException {
        return scene.dirs.measure(PLACE, Long.MAX_VALUE, () -> false);
    }
}
