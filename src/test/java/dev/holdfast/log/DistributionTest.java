package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.linux.NotifySocket;
import dev.holdfast.testbed.Ports;
import dev.holdfast.unit.Level;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DistributionTest {
    private static final Instant AT = Instant.parse("2026-11-21T05:50:00.123456789Z");
    private static final Rotation NEVER = new Rotation(1 << 30, 1);

    @TempDir
    private Path dir;

    private final List<String> troubles = new CopyOnWriteArrayList<>();
    private final List<String> instead = new CopyOnWriteArrayList<>();

    private final Distribution.Trouble trouble = new Distribution.Trouble() {
        @Override
        public void began(OutputTarget target, String why) {
            troubles.add("began");
        }

        @Override
        public void over(OutputTarget target) {
            troubles.add("over");
        }

        @Override
        public void instead(Entry line) {
            instead.add(text(line));
        }
    };

    @Test
    void aDeadSyslogServerHoldsUpNobodyAndLearnsWhatItMissed() throws Exception {
        int port = Ports.free();
        try (var out = distribution(syslog(new OutputTarget.Address.Tcp("127.0.0.1", port)))) {
            long began = System.nanoTime();
            for (int i = 0; i < 100_000; i++) {
                out.take(line("line " + i));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
            await().until(() -> troubles.equals(List.of("began")));
            assertThat(out.dropped()).hasSize(1);
            assertThat(out.dropped().get("syslog tcp://127.0.0.1:" + port)).isBetween(1L, 99_999L);
            try (var server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    Socket client = server.accept()) {
                List<String> got = frames(client.getInputStream(), "lines were dropped here");
                assertThat(got.getFirst())
                        .isEqualTo("<30>1 2026-11-21T05:50:00.123456Z " + hostName() + " holdfast 0 - - line 0");
                assertThat(got.getLast()).contains("holdfast: ").startsWith("<28>1 ");
                await().until(() -> troubles.equals(List.of("began", "over")));
            }
        }
    }

    @Test
    void aFileThatCannotBeWrittenIsLeftForStandardOutputAndComesBackByItself() throws Exception {
        Path log = dir.resolve("sub/all.log");
        Files.writeString(dir.resolve("sub"), "in the way");
        try (var out =
                distribution(new OutputTarget(new OutputTarget.Place.File(log, NEVER), false, Level.INFO, true))) {
            for (int i = 0; i < 10; i++) {
                out.take(line("lost " + i));
                int n = i + 1;
                await().until(() -> instead.size() == n);
            }
            Files.delete(dir.resolve("sub"));
            out.take(line("back"));
            await().until(() -> Files.exists(log) && Files.readString(log).contains("back"));
        }
        assertThat(instead).hasSize(10).startsWith("lost 0").endsWith("lost 9");
        assertThat(troubles).containsExactly("began", "over");
        assertThat(Files.readAllLines(log))
                .containsExactly(
                        "2026-11-21T05:50:00.123456789Z holdfast | holdfast: 10 lines are missing here: they went to"
                                + " standard output",
                        "2026-11-21T05:50:00.123456789Z holdfast | back");
    }

    @Test
    void aFileIsWaitedForAndGetsEveryLine() throws Exception {
        Path log = dir.resolve("all.log");
        int n = 200_000;
        try (var out = distribution(new OutputTarget(
                new OutputTarget.Place.File(log, new Rotation(1 << 20, 1000)), true, Level.INFO, true))) {
            for (int i = 0; i < n; i++) {
                out.take(line("line " + i));
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> LogReader.last(log, 1).stream()
                            .anyMatch(l -> l.text().equals("line " + (n - 1))));
        }
        int next = 0;
        try (var reader = new LogReader(log)) {
            reader.toFirst(Instant.EPOCH);
            for (Optional<LogReader.Line> l = reader.next(); l.isPresent(); l = reader.next()) {
                assertThat(l.get().text()).isEqualTo("line " + next++);
            }
        }
        assertThat(next).isEqualTo(n);
        assertThat(Backup.of(log)).hasSizeGreaterThan(5);
    }

    @Test
    void theJournalGetsFieldsThatAnyByteMayBeIn() throws Exception {
        Path path = dir.resolve("journal");
        try (NotifySocket journal = NotifySocket.bind(path, -1, -1);
                var out = distribution(
                        new OutputTarget(new OutputTarget.Place.Journald(path), false, Level.INFO, false))) {
            Entry e = line("ERROR two\nlines");
            out.take(e);
            String[] got = {""};
            await().until(() -> {
                got[0] = journal.receive().orElse("");
                return !got[0].isEmpty();
            });
            assertThat(got[0])
                    .startsWith("MESSAGE\n\u000f\0\0\0\0\0\0\0ERROR two\nlines\n")
                    .contains("PRIORITY\n\u0001\0\0\0\0\0\0\0" + "3\n")
                    .contains("SYSLOG_IDENTIFIER\n\u0008\0\0\0\0\0\0\0holdfast\n");
        }
    }

    @Test
    void linesBelowItsLevelAreNotForIt() throws Exception {
        Path log = dir.resolve("all.log");
        try (var out =
                distribution(new OutputTarget(new OutputTarget.Place.File(log, NEVER), false, Level.WARNING, true))) {
            out.take(line("level=info a"));
            out.take(line("says none"));
            out.take(line("level=error b"));
        }
        assertThat(Files.readAllLines(log)).hasSize(1).first().asString().endsWith("level=error b");
    }

    @Test
    void aRenamedFileIsLeftBehindWhenAsked() throws Exception {
        Path log = dir.resolve("all.log");
        try (var out =
                distribution(new OutputTarget(new OutputTarget.Place.File(log, NEVER), false, Level.INFO, true))) {
            out.take(line("one"));
            await().until(() -> Files.exists(log) && Files.readString(log).contains("one"));
            Files.move(log, dir.resolve("moved"));
            out.reopen();
            out.take(line("two"));
        }
        assertThat(Files.readString(log)).endsWith("two\n").doesNotContain("one");
    }

    private Distribution distribution(OutputTarget... targets) throws IOException {
        return new Distribution(List.of(targets), false, () -> AT, trouble);
    }

    private static OutputTarget syslog(OutputTarget.Address address) {
        return new OutputTarget(new OutputTarget.Place.Syslog(address, 3), false, Level.INFO, false);
    }

    private static Entry line(String text) {
        Entry e = Entry.own(AT, Level.INFO, new byte[0]);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        e.text(bytes, 0, bytes.length, true);
        return e;
    }

    private static String text(Entry e) {
        return new String(e.text(), StandardCharsets.UTF_8);
    }

    private static String hostName() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    }

    /** Messages with octet counting, up to one that has {@code last}. */
    private static List<String> frames(InputStream in, String last) throws IOException {
        var frames = new ArrayList<String>();
        while (true) {
            int length = 0;
            for (int c = in.read(); c != ' '; c = in.read()) {
                assertThat(c).isBetween((int) '0', (int) '9');
                length = 10 * length + c - '0';
            }
            frames.add(new String(in.readNBytes(length), StandardCharsets.UTF_8));
            if (frames.getLast().contains(last)) {
                return frames;
            }
        }
    }
}
