package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
    private static final Instant NOW = Instant.parse("2026-11-21T05:50:00Z");
    /** For tests that rotate nothing. */
    static final Archive NONE = new Archive(Path.of("/nonexistent"), 0, () -> NOW, _ -> {}, _ -> {});

    @TempDir
    private Path dir;

    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final List<Path> cut = new CopyOnWriteArrayList<>();
    private final List<Archive> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(Archive::close);
    }

    @Test
    void compressesOlderFilesWhichPlainGzipReads() throws Exception {
        Path log = dir.resolve("a.log");
        Archive archive = archive(0);
        var rotation = new Rotation(4096, 3, null, true);
        for (int i = 1; i <= 5; i++) {
            say(log, i);
            archive.rotate(log, rotation);
            await().until(() -> Files.exists(dir.resolve("a.log.1.gz")) && !Files.exists(dir.resolve("a.log.1")));
        }
        say(log, 6);
        assertThat(names()).containsExactly("a.log", "a.log.1.gz", "a.log.2.gz", "a.log.3.gz");
        try (var in = new GZIPInputStream(Files.newInputStream(dir.resolve("a.log.3.gz")))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(line(3));
        }
        assertThat(Files.readAllBytes(dir.resolve("a.log.1.gz"))).startsWith(0x1f, 0x8b);
        assertThat(LogReader.last(log, 10)).extracting(LogReader.Line::text).containsExactly("3", "4", "5", "6");
        assertThat(LogReader.last(log, 2)).extracting(LogReader.Line::text).containsExactly("5", "6");
        try (var reader = new LogReader(log)) {
            reader.toFirst(Instant.EPOCH);
            assertThat(rest(reader)).containsExactly("3", "4", "5", "6");
        }
    }

    /** The numbers move while older files are compressed: each file is found under the one it has by then. */
    @Test
    void rotationsWhileOlderFilesAreCompressedLoseNone() throws Exception {
        Path log = dir.resolve("a.log");
        Archive archive = archive(0);
        var rotation = new Rotation(4096, 300, null, true);
        for (int i = 1; i <= 300; i++) {
            say(log, i);
            archive.rotate(log, rotation);
        }
        await().until(() -> names().stream().allMatch(n -> n.endsWith(".gz")));
        assertThat(LogReader.last(log, 400))
                .extracting(LogReader.Line::text)
                .containsExactlyElementsOf(java.util.stream.IntStream.rangeClosed(1, 300)
                        .mapToObj(Integer::toString)
                        .toList());
    }

    @Test
    void whatIsDeletedGivesItsRoomBack() throws Exception {
        Path log = dir.resolve("a.log");
        Archive archive = archive(0);
        for (int i = 1; i <= 20; i++) {
            say(log, i);
            archive.rotate(log, new Rotation(4096, 2));
        }
        assertThat(names()).containsExactly("a.log.1", "a.log.2");
        await().untilAsserted(() -> assertThat(heldOpen()).noneMatch(f -> f.startsWith(dir.toString())));
    }

    /** What this process has open. */
    private static List<String> heldOpen() throws IOException {
        var open = new ArrayList<String>();
        try (var all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path fd : all) {
                try {
                    open.add(Files.readSymbolicLink(fd).toString());
                } catch (NoSuchFileException closedMeanwhile) {
                    // as it should be
                }
            }
        }
        return open;
    }

    @Test
    void aReaderFindsItsPlaceWhenWhatItReadIsCompressed() throws Exception {
        Path log = dir.resolve("a.log");
        Archive archive = archive(0);
        var rotation = new Rotation(4096, 9, null, true);
        say(log, 1);
        try (var reader = new LogReader(log)) {
            assertThat(rest(reader)).containsExactly("1");
            for (int i = 2; i <= 5; i++) {
                say(log, i);
                archive.rotate(log, rotation);
                await().until(() -> Files.exists(dir.resolve("a.log.1.gz")) && !Files.exists(dir.resolve("a.log.1")));
            }
            say(log, 6);
            assertThat(rest(reader)).containsExactly("2", "3", "4", "5", "6");
        }
    }

    @Test
    void deletesWhatIsOlderThanItsAge() throws Exception {
        Path log = dir.resolve("a.log");
        say(log, 1);
        Files.move(log, dir.resolve("a.log.1"));
        Files.setLastModifiedTime(dir.resolve("a.log.1"), FileTime.from(NOW.minus(Duration.ofDays(2))));
        say(log, 2);
        Files.setLastModifiedTime(log, FileTime.from(NOW.minus(Duration.ofHours(2))));
        Archive archive = archive(0);
        archive.rotate(log, new Rotation(4096, 5, Duration.ofDays(1), false));
        await().until(() -> names().equals(List.of("a.log.1")));
    }

    @Test
    void keepsTheDirectoryWithinItsQuotaOldestFirst() throws Exception {
        for (int i = 1; i <= 4; i++) {
            Path old = dir.resolve((i % 2 == 0 ? "a" : "b") + ".log." + i);
            Files.write(old, new byte[100_000]);
            Files.setLastModifiedTime(old, FileTime.from(NOW.minus(Duration.ofHours(i))));
        }
        Files.write(dir.resolve("a.log"), new byte[100_000]);
        archive(350_000);
        await().until(() -> names().equals(List.of("a.log", "a.log.2", "b.log.1")));
        assertThat(warnings).singleElement().asString().contains("max_total_size");
        assertThat(cut).isEmpty();
    }

    @Test
    void cutsTheLargestLogShortWhenThereIsNothingOlder() throws Exception {
        Files.write(dir.resolve("a.log"), new byte[100_000]);
        Files.write(dir.resolve("b.log"), new byte[200_000]);
        archive(250_000);
        await().until(() -> cut.equals(List.of(dir.resolve("b.log"))));
    }

    @Test
    void aGapThatACrashLeftIsClosed() throws Exception {
        Path log = dir.resolve("a.log");
        say(log, 9);
        for (int i : new int[] {1, 2, 4, 5}) {
            Files.writeString(dir.resolve("a.log." + i), line(i));
        }
        assertThat(LogReader.last(log, 10)).extracting(LogReader.Line::text).containsExactly("5", "4", "2", "1", "9");
        archive(0).rotate(log, new Rotation(4096, 9));
        assertThat(names()).containsExactly("a.log.1", "a.log.2", "a.log.3", "a.log.4", "a.log.5");
        assertThat(LogReader.last(log, 10)).extracting(LogReader.Line::text).containsExactly("5", "4", "2", "1", "9");
    }

    private Archive archive(long quota) {
        var archive = new Archive(dir, quota, () -> NOW, warnings::add, cut::add);
        open.add(archive);
        return archive;
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(dir)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> !n.endsWith(".tmp"))
                    .sorted()
                    .toList();
        }
    }

    private static void say(Path log, int i) throws IOException {
        Files.writeString(log, line(i), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String line(int i) {
        return "2026-11-21T05:50:0%d.000000000Z stdout F %d\n".formatted(i % 10, i);
    }

    private static List<String> rest(LogReader reader) throws IOException {
        var lines = new ArrayList<String>();
        for (Optional<LogReader.Line> l = reader.next(); l.isPresent(); l = reader.next()) {
            lines.add(l.get().text());
        }
        return lines;
    }
}
