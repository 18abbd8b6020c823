package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real pipes, real files. */
class PumpTest {
    private static final InstanceId INSTANCE = new InstanceId("00112233445566778899aabbccddeeff");
    private static final Instant AT = Instant.parse("2026-11-21T05:50:00.123Z");

    @TempDir
    private Path dir;

    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final List<String> labels = new CopyOnWriteArrayList<>();
    private final List<Throwable> deaths = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Path log = Path.of("/");

    @BeforeEach
    void makePipes() throws IOException {
        log = dir.resolve("logs/web.0.log");
        Descriptors.mkfifo(dir.resolve("out").toString(), 0600, -1, -1);
        Descriptors.mkfifo(dir.resolve("err").toString(), 0600, -1, -1);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable c : open) {
            c.close();
        }
    }

    @Test
    void keepsLinesOfBothStreamsByteForByte() throws Exception {
        Pump pump = pump(1 << 20, 3);
        try (OutputStream out = writer("out");
                OutputStream err = writer("err")) {
            out.write("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
            awaitLines(2);
            err.write(new byte[] {(byte) 0xff, 0, (byte) 0xc3, '\r', '\n'});
            awaitLines(3);
            out.write("half".getBytes(StandardCharsets.UTF_8));
        }
        pump.detach(INSTANCE, () -> {});
        awaitLines(4);
        List<LogReader.Line> lines = LogReader.last(log, 10);
        assertThat(lines).extracting(LogReader.Line::raw).containsExactly("one", "two", "\u00ff\0\u00c3\r", "half");
        assertThat(lines).extracting(LogReader.Line::stderr).containsExactly(false, false, true, false);
        assertThat(Files.readString(log, StandardCharsets.ISO_8859_1))
                .startsWith("2026-11-21T05:50:00.123000000Z stdout F:instance=" + INSTANCE
                        + ":process=web:replica=0 one\n2026-11-21T05:50:00.123000000Z stdout F two\n");
    }

    @Test
    void putsALineOfTenMegabytesTogetherAgain() throws Exception {
        pump(1 << 30, 1);
        byte[] line = new byte[10 << 20];
        for (int i = 0; i < line.length; i++) {
            line[i] = (byte) ('a' + i % 23);
        }
        try (OutputStream out = writer("out")) {
            out.write(line);
            out.write("\nnext\n".getBytes(StandardCharsets.UTF_8));
            await().until(() ->
                    LogReader.last(log, 1).stream().anyMatch(l -> l.raw().equals("next")));
        }
        try (var reader = new LogReader(log)) {
            assertThat(Arrays.equals(reader.next().orElseThrow().bytes(), line)).isTrue();
            assertThat(reader.next().orElseThrow().text()).isEqualTo("next");
            assertThat(reader.next()).isEmpty();
        }
    }

    @Test
    void rotatesBySizeKeepsSoManyAndAReaderFollows() throws Exception {
        pump(4096, 2);
        try (OutputStream out = writer("out");
                var reader = new LogReader(log)) {
            int read = 0;
            for (int i = 0; i < 300; i++) {
                out.write(("line " + i + "\n").getBytes(StandardCharsets.UTF_8));
                String expected = "line " + i;
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> reader.next().map(LogReader.Line::text), Optional.of(expected)::equals);
                read++;
            }
            assertThat(read).isEqualTo(300);
        }
        assertThat(log.resolveSibling("web.0.log.1")).exists();
        assertThat(log.resolveSibling("web.0.log.2")).exists();
        assertThat(log.resolveSibling("web.0.log.3")).doesNotExist();
        assertThat(Files.size(log)).isLessThanOrEqualTo(4096 + 100);
        assertThat(LogReader.last(log, 100))
                .last()
                .extracting(LogReader.Line::text)
                .isEqualTo("line 299");
        assertThat(LogReader.last(log, 100)).hasSize(100);
    }

    @Test
    void doesAnInterruptedBatchAgainWithoutDoublingIt() throws Exception {
        // An earlier daemon: the line "ab" half read, then a batch of which the file has a part.
        Recovery earlier = Recovery.open(dir);
        int slot = earlier.slot(INSTANCE, false);
        earlier.reading(slot, 2);
        earlier.memory().bytes().put(earlier.data(), "ab".getBytes(StandardCharsets.UTF_8));
        earlier.committed(holding(slot, "ab"));
        earlier.reading(slot, 4);
        earlier.memory().bytes().put(earlier.data(), "c\nd\n".getBytes(StandardCharsets.UTF_8));
        Files.createDirectories(log.getParent());
        Files.writeString(log, "2026-11-21T05:49:00Z stdout F earlier\n");
        earlier.writing(Files.size(log), log);
        Files.writeString(log, "2026-11-21T05:49:00Z stdout F abc\n2026-11", StandardOpenOption.APPEND);
        pump(1 << 20, 1);
        awaitLines(3);
        assertThat(LogReader.last(log, 9)).extracting(LogReader.Line::text).containsExactly("earlier", "abc", "d");
    }

    @Test
    void leavesToThePipeWhatWasNeverRead() throws Exception {
        Recovery earlier = Recovery.open(dir);
        earlier.reading(earlier.slot(INSTANCE, false), 6);
        try (OutputStream out = writer("out")) {
            out.write("whole\n".getBytes(StandardCharsets.UTF_8));
            pump(1 << 20, 1);
            awaitLines(1);
        }
        assertThat(LogReader.last(log, 9)).extracting(LogReader.Line::text).containsExactly("whole");
    }

    @Test
    void saysWhatAFullDiskHasEatenAndGoesOn() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full");
        Files.createDirectories(dir.resolve("logs"));
        Pump pump = pump(1 << 20, 1, full);
        try (OutputStream out = writer("out")) {
            out.write("lost\n".getBytes(StandardCharsets.UTF_8));
            await().until(() -> !warnings.isEmpty());
            pump.retarget(Map.of("web/0", target("web/0", log)));
            await().until(() -> {
                out.write("more\n".getBytes(StandardCharsets.UTF_8)); // the word of the new place may come after it
                return Files.exists(log) && LogReader.last(log, 9).size() >= 2;
            });
        }
        assertThat(warnings).singleElement().asString().contains("no space left on device");
        List<LogReader.Line> kept = LogReader.last(log, 9);
        assertThat(kept.getFirst().text())
                .matches("holdfast: [1-9][05]? bytes of output are missing here: no space left on device");
        assertThat(kept.subList(1, kept.size()))
                .extracting(LogReader.Line::text)
                .containsOnly("more");
    }

    @Test
    void goesOnAfterABugAndTellsItOnce() throws Exception {
        pump(1 << 20, 1);
        try (OutputStream out = writer("out")) {
            say(out, "before");
            awaitLines(1);
            for (int i = 0; i < 3; i++) {
                say(out, "boom");
            }
            await().until(() -> !warnings.isEmpty());
            sayUntilIn(log, out, "after");
        }
        assertThat(texts(log).getFirst()).isEqualTo("before");
        assertThat(texts(log).get(1)).matches("holdfast: \\d+ bytes of output are missing here: a bug: .*planted");
        assertThat(warnings).singleElement().asString().contains("web/0").contains("planted");
        assertThat(deaths).isEmpty();
    }

    @Test
    void saysWhoseOutputCannotBeRead() throws Exception {
        Pump pump = pump(1 << 20, 1);
        Fd closed = reader("out");
        closed.close();
        pump.attach(
                new InstanceId("ff112233445566778899aabbccddee00"),
                target("db", log),
                closed,
                Descriptors.open("/dev/null", 0, 0));
        await().until(() -> !warnings.isEmpty());
        pump.close();
        assertThat(warnings).singleElement().asString().contains("output of db is not read", "bad file descriptor");
    }

    @Test
    void tellsWhenItsThreadEnds() throws Exception {
        pump(1 << 20, 1);
        try (OutputStream out = writer("out")) {
            say(out, "crash");
            await().until(() -> !deaths.isEmpty());
        }
        assertThat(deaths).singleElement().isInstanceOf(StackOverflowError.class);
    }

    @Test
    void twoThatSwapTheirFilesDoNotMeetInOne() throws Exception {
        Path other = dir.resolve("logs/other.log");
        Pump pump = pump(1 << 20, 3);
        second(pump, other);
        try (OutputStream one = writer("out");
                OutputStream two = writer("out2")) {
            say(one, "one");
            say(two, "two");
            await().until(() ->
                    texts(log).equals(List.of("one")) && texts(other).equals(List.of("two")));
            pump.retarget(Map.of("web/0", target("web/0", other), "db", target("db", log)));
            sayUntilIn(other, one, "one again");
            say(two, "two again"); // who moves, moves with the others
            await().until(() -> texts(log).contains("two again"));
        }
        assertThat(texts(log)).endsWith("two again").doesNotContain("two");
        assertThat(texts(other)).startsWith("two").endsWith("one again").doesNotContain("two again");
    }

    @Test
    void twoMayComeToShareAFileAndPartAgain() throws Exception {
        Path other = dir.resolve("logs/other.log");
        Path shared = dir.resolve("logs/shared.log");
        Pump pump = pump(1 << 20, 3);
        second(pump, other);
        try (OutputStream one = writer("out");
                OutputStream two = writer("out2")) {
            pump.retarget(Map.of("web/0", small("web/0", shared), "db", small("db", shared)));
            sayUntilIn(shared, one, "one");
            for (int i = 0; i < 20; i++) { // each rotation must move both, or the one writes into the other's backup
                String number = " " + i;
                say(one, "one" + number);
                say(two, "two" + number);
                await().until(() -> texts(shared).containsAll(List.of("one" + number, "two" + number)));
            }
            pump.retarget(Map.of("db", target("db", other)));
            sayUntilIn(other, two, "apart");
            say(one, "alone");
            await().until(() -> texts(shared).contains("alone"));
        }
        assertThat(labels).contains("web/0: alone", "db: apart", "db: two 19", "web/0: one 19");
    }

    /** The word of the new place may come after the first lines. */
    private static void sayUntilIn(Path file, OutputStream to, String text) {
        await().until(() -> {
            say(to, text);
            return texts(file).contains(text);
        });
    }

    private static void say(OutputStream to, String text) throws IOException {
        to.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> texts(Path file) throws IOException {
        return Files.exists(file)
                ? LogReader.last(file, 1000).stream().map(LogReader.Line::text).toList()
                : List.of();
    }

    private static LogTarget target(String label, Path file) {
        return target(label, file, 1 << 20, 3);
    }

    private static LogTarget target(String label, Path file, long maxSize, int backups) {
        return new LogTarget(
                label,
                new Source(label.replaceFirst("/.*", ""), 0),
                file,
                Format.PREFIXED,
                new Rotation(maxSize, backups),
                LineRules.NONE);
    }

    private Stream holding(int slot, String text) throws IOException {
        LogTarget target = target("web/0", log);
        var s = new Stream(
                INSTANCE,
                false,
                reader("out"),
                new LogFile(target, ArchiveTest.NONE),
                target,
                slot,
                Recovery.Held.NOTHING);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        s.add(bytes, 0, bytes.length);
        return s;
    }

    private static LogTarget small(String label, Path file) {
        return target(label, file, 300, 20);
    }

    /** Another instance, "db", that writes into out2. */
    private void second(Pump pump, Path file) throws IOException {
        Descriptors.mkfifo(dir.resolve("out2").toString(), 0600, -1, -1);
        Descriptors.mkfifo(dir.resolve("err2").toString(), 0600, -1, -1);
        pump.attach(
                new InstanceId("ff112233445566778899aabbccddee00"), target("db", file), reader("out2"), reader("err2"));
    }

    private Pump pump(long maxSize, int backups) throws IOException {
        return pump(maxSize, backups, log);
    }

    private Pump pump(long maxSize, int backups, Path file) throws IOException {
        var now = new Now(AT, new MonoTime(0));
        var pump = new Pump(
                dir, new Pump.Keeping(dir.resolve("logs"), 0), () -> now, warnings::add, deaths::add, entry -> {
                    String line = new String(entry.text(), StandardCharsets.UTF_8);
                    if (line.equals("boom")) {
                        throw new IllegalStateException("planted");
                    }
                    if (line.equals("crash")) {
                        throw new StackOverflowError("planted");
                    }
                    labels.add(entry.label() + ": " + line);
                });
        open.add(pump);
        pump.attach(INSTANCE, target("web/0", file, maxSize, backups), reader("out"), reader("err"));
        pump.begin();
        return pump;
    }

    /** As the launcher opens it. */
    private Fd reader(String name) throws IOException {
        return Descriptors.open(dir.resolve(name), Descriptors.O_RDWR | Descriptors.O_NONBLOCK, 0);
    }

    /** Opened for reading too, as a child does it: the daemon's absence must not end it. */
    private OutputStream writer(String name) throws IOException {
        Fd fd = Descriptors.open(dir.resolve(name), Descriptors.O_RDWR, 0);
        return new OutputStream() {
            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                NativeBuffer copy = NativeBuffer.allocate(length);
                copy.bytes().put(0, bytes, offset, length);
                for (int done = 0; done < length; ) {
                    done += Math.max(0, Descriptors.write(fd, copy, done, length - done));
                }
            }

            @Override
            public void close() {
                fd.close();
            }
        };
    }

    private void awaitLines(int n) {
        await().until(() -> Files.exists(log) && LogReader.last(log, 1000).size() >= n);
    }
}
