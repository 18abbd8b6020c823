package dev.holdfast.log;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
    @TempDir
    private Path dir;

    @Test
    void goesOnBehindTheTail() throws IOException {
        append("a", "b", "c");
        try (var reader = reader()) {
            assertThat(reader.tail(2)).extracting(LogReader.Line::raw).containsExactly("b", "c");
            assertThat(reader.next()).isEmpty();
            append("d");
            assertThat(rest(reader)).containsExactly("d");
        }
    }

    @Test
    void tailReachesIntoOlderFiles() throws IOException {
        append("a", "b");
        rotate();
        append("c");
        rotate();
        append("d");
        try (var reader = reader()) {
            assertThat(reader.tail(3)).extracting(LogReader.Line::raw).containsExactly("b", "c", "d");
        }
    }

    @Test
    void aTailOfFilesThatAreRotatedMeanwhileLacksNone() throws Exception {
        var writer = new FutureTask<@Nullable Void>(() -> {
            for (int i = 0; i < 1000; i++) {
                append(Integer.toString(i));
                if (i % 10 == 9) {
                    rotate();
                }
            }
            return null;
        });
        Thread.ofPlatform().start(writer);
        while (!writer.isDone()) {
            try (var reader = reader()) {
                var seen = new ArrayList<String>();
                reader.tail(1_000_000).forEach(l -> seen.add(l.raw()));
                seen.addAll(rest(reader));
                assertThat(seen)
                        .isEqualTo(IntStream.range(0, seen.size())
                                .mapToObj(Integer::toString)
                                .toList());
            }
        }
        writer.get();
    }

    @Test
    void losesNothingBetweenItsEndAndARotation() throws IOException {
        append("a");
        try (var reader = reader()) {
            assertThat(rest(reader)).containsExactly("a");
            append("b");
            rotate();
            append("c");
            assertThat(rest(reader)).containsExactly("b", "c");
        }
    }

    @Test
    void beginsWithTheFirstFileOfALogThatWasNotThereYet() throws IOException {
        try (var reader = reader()) {
            assertThat(reader.tail(10)).isEmpty();
            for (String line : List.of("a", "b", "c")) {
                append(line);
                rotate();
            }
            append("d");
            assertThat(rest(reader)).containsExactly("a", "b", "c", "d");
        }
    }

    @Test
    void losesNothingWhenItBeginsInTheMidstOfARotation() throws IOException {
        append("a", "b");
        rotate();
        try (var reader = reader()) {
            assertThat(reader.tail(1)).extracting(LogReader.Line::raw).containsExactly("b");
            append("c");
            rotate();
            append("d");
            assertThat(rest(reader)).containsExactly("c", "d");
        }
    }

    @Test
    void followsSeveralRotationsAtOnce() throws IOException {
        append("a");
        try (var reader = reader()) {
            assertThat(rest(reader)).containsExactly("a");
            for (String line : List.of("b", "c", "d")) {
                rotate();
                append(line);
            }
            assertThat(rest(reader)).containsExactly("b", "c", "d");
        }
    }

    @Test
    void readsOnWhenItsFileIsDeleted() throws IOException {
        append("a");
        try (var reader = reader()) {
            assertThat(rest(reader)).containsExactly("a");
            Files.delete(file(0));
            assertThat(rest(reader)).isEmpty();
            append("b");
            assertThat(rest(reader)).containsExactly("b");
        }
    }

    @Test
    void keepsSoMuchOfALineAndOfAllAsAskedFor() throws IOException {
        append("a".repeat(50), "b".repeat(50));
        rotate();
        append("c".repeat(50));
        assertThat(LogReader.last(file(0), 9, 20, 1000))
                .extracting(LogReader.Line::raw)
                .containsExactly("a".repeat(20), "b".repeat(20), "c".repeat(20));
        assertThat(LogReader.last(file(0), 9, 20, 1000))
                .extracting(LogReader.Line::unkept)
                .containsExactly(30L, 30L, 30L);
        assertThat(LogReader.last(file(0), 9, 20, 45))
                .extracting(LogReader.Line::raw)
                .containsExactly("b".repeat(20), "c".repeat(20));
        Files.writeString(file(0), "x".repeat(3 << 20) + "\nd\n");
        assertThat(LogReader.last(file(0), 2, 20, 1000))
                .extracting(LogReader.Line::raw, LogReader.Line::unkept)
                .containsExactly(tuple("x".repeat(20), (3L << 20) - 20), tuple("d", 0L));
    }

    @Test
    void readsLongLinesAlsoWithItsSmallBuffer() throws IOException {
        append("a");
        try (var reader = reader()) {
            assertThat(rest(reader)).containsExactly("a");
            for (int length : List.of(1, 4095, 4096, 4097, 200_000)) {
                append("b".repeat(length), "c");
                assertThat(rest(reader)).containsExactly("b".repeat(length), "c");
            }
            rotate();
            append("d".repeat(100_000));
            assertThat(rest(reader)).containsExactly("d".repeat(100_000));
        }
    }

    @Test
    void goesBackNoFurtherThanAskedFor() throws IOException {
        append("a");
        rotate();
        append("b");
        rotate();
        append("c");
        Files.setLastModifiedTime(file(2), FileTime.from(Instant.parse("2026-11-01T00:00:00Z")));
        try (var reader = reader()) {
            reader.toFirst(Instant.parse("2026-11-02T00:00:00Z"));
            assertThat(rest(reader)).containsExactly("b", "c");
        }
        try (var reader = reader()) {
            reader.toFirst(Instant.MIN);
            assertThat(rest(reader)).containsExactly("a", "b", "c");
        }
    }

    private LogReader reader() {
        return new LogReader(file(0));
    }

    private static List<String> rest(LogReader reader) throws IOException {
        var lines = new ArrayList<String>();
        for (Optional<LogReader.Line> l = reader.next(); l.isPresent(); l = reader.next()) {
            lines.add(l.get().raw());
        }
        return lines;
    }

    private void append(String... lines) throws IOException {
        for (String line : lines) {
            Files.writeString(file(0), "2026-11-21T05:50:00.123456789Z stdout F " + line + "\n", CREATE, APPEND);
        }
    }

    private void rotate() throws IOException {
        for (int i = 100; i >= 0; i--) {
            if (Files.exists(file(i))) {
                Files.move(file(i), file(i + 1));
            }
        }
    }

    private Path file(int i) {
        return dir.resolve("web.0.log" + (i == 0 ? "" : "." + i));
    }
}
