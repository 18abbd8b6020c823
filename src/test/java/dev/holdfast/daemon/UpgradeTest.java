package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What another version's daemon left running. */
@Tag("process")
@Timeout(150)
class UpgradeTest {
    private static final Path FORMS = Path.of("src/test/resources/upgrade");
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final String YAML = """
            version: 1
            processes:
              web: { command: [sleep, "1000"] }
              idle: { command: [sleep, "1001"] }
            """;

    @TempDir
    Path home;

    /** Of format 1, by files as that version wrote them: the digest of its configuration is in them, too. */
    @Test
    void isAdoptedFromItsFirstForm() throws IOException {
        Process old = runningAsRecorded("record-1");
        try (var daemon = DaemonUnderTest.up(home, YAML)) {
            assertThat(daemon.pidOf("web")).isEqualTo((int) old.pid());
            assertThat(daemon.replica("web").restarts()).isEqualTo(3);
            assertThat(daemon.replica("idle").state()).isEqualTo("down");
            assertThat(daemon.daemonOutput())
                    .contains("web adopted, pid " + old.pid())
                    .doesNotContain("web started");
            assertThat(home.resolve("run/format")).content().startsWith("format=1\n");
        } finally {
            old.destroyForcibly();
        }
    }

    @Test
    void isAdoptedWithWordsOfALaterVersion() throws IOException {
        Process old = runningAsRecorded("record-1");
        Path record = home.resolve("run/instances/" + ID + "/record");
        String more = Files.readString(record).replace("end=true", "shade=blue\nattribute.tint=deep\nend=true");
        Files.writeString(record, more);
        try (var daemon = DaemonUnderTest.up(home, YAML)) {
            assertThat(daemon.pidOf("web")).isEqualTo((int) old.pid());
            assertThat(record).hasContent(more);
        } finally {
            old.destroyForcibly();
        }
    }

    @Test
    void isLeftAloneInALaterForm() throws IOException {
        Process old = runningAsRecorded("record-1");
        Files.writeString(home.resolve("run/format"), "format=2\nversion=9.1.0\nboot_id=" + boot() + "\n");
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), YAML);
        Map<String, String> before = files();
        var ran = DaemonUnderTest.command(home, "up", home + "/holdfast.yaml");
        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err().lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("holdfast: " + home.resolve("run") + ": what runs there was started by Holdfast 9.1.0,");
        assertThat(ran.err()).endsWith("holdfast: nothing was started, nothing was ended\n");
        assertThat(files()).isEqualTo(before);
        assertThat(old.isAlive()).isTrue();

        // The same said beforehand, by which a package leaves the daemon that runs.
        var asked = DaemonUnderTest.command(home, "up", home + "/holdfast.yaml", "--check-only");
        assertThat(asked.exit()).isEqualTo(2);
        assertThat(asked.err()).contains("was started by Holdfast 9.1.0,").endsWith("holdfast: it would not start\n");

        // The version that it waits for.
        Files.delete(home.resolve("run/format"));
        try (var daemon = DaemonUnderTest.up(home, YAML)) {
            assertThat(daemon.pidOf("web")).isEqualTo((int) old.pid());
        } finally {
            old.destroyForcibly();
        }
    }

    @Test
    void whatUpWouldRefuseIsSaidWithoutStartingAnything() throws IOException {
        Path file = home.resolve("holdfast.yaml");
        DaemonUnderTest.write(file, YAML);
        var sound = DaemonUnderTest.command(home, "up", file + "", "--check-only");
        assertThat(sound.exit()).as(sound.err()).isZero();
        assertThat(sound.out() + sound.err()).isEmpty();
        assertThat(home.resolve("run")).doesNotExist();
        DaemonUnderTest.write(file, "version: 1\nprocesses: { a: { command: [sh, -c, exit], user: nosuchuser99 } }\n");
        var unsound = DaemonUnderTest.command(home, "up", file + "", "--check-only");
        assertThat(unsound.exit()).isEqualTo(2);
        assertThat(unsound.err()).contains("nosuchuser99").endsWith("holdfast: it would not start\n");
    }

    @Test
    void isNeitherEndedNorForgottenWhenItsRecordCannotBeRead() throws Exception {
        Process old = runningAsRecorded("record-1");
        Path record = home.resolve("run/instances/" + ID + "/record");
        Files.writeString(record, Files.readString(record).replaceFirst("pid=.*", "pid=unheard-of"));
        String before = Files.readString(record);
        try (var daemon = DaemonUnderTest.up(home, YAML)) {
            daemon.awaitState("web", "up");
            assertThat(daemon.daemonOutput()).containsOnlyOnce(ID + ": damaged record: ");
            assertThat(daemon.pidOf("web")).isNotEqualTo((int) old.pid());
            daemon.signal("TERM");
            assertThat(daemon.join()).isZero();
            assertThat(old.waitFor(0, TimeUnit.SECONDS)).isFalse();
            assertThat(record).hasContent(before);
        } finally {
            old.destroyForcibly();
        }
    }

    /** A process that runs, and the run directory of the daemon that started it and is gone. */
    private Process runningAsRecorded(String form) throws IOException {
        Path dir = Files.createDirectories(home.resolve("run/instances/" + ID));
        assertThat(DaemonUnderTest.runPlain(List.of("mkfifo", "-m", "600", dir + "/out", dir + "/err"))
                        .exit())
                .isZero();
        Process p =
                new ProcessBuilder("sh", "-c", "exec sleep 1000 >\"$0\" 2>\"$1\"", dir + "/out", dir + "/err").start();
        // Each is opened when it opens its end: so it has come to its sleep, or does so at once.
        for (String name : List.of("out", "err")) {
            Files.newInputStream(dir.resolve(name)).close();
        }
        String stat = Files.readString(Path.of("/proc/" + p.pid() + "/stat"));
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        for (String name : List.of(form, "intents-1")) {
            String text = Files.readString(FORMS.resolve(name))
                    .replace("@BOOT@", boot())
                    .replace("@PID@", Long.toString(p.pid()))
                    .replace("@TICKS@", fields.get(19));
            Path file = name.startsWith("record") ? dir.resolve("record") : home.resolve("run/intents");
            Files.writeString(file, text);
        }
        return p;
    }

    private static String boot() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    }

    /** All of the run directory but the lock, in which every daemon that tries writes its pid. */
    private Map<String, String> files() throws IOException {
        var all = new TreeMap<String, String>();
        try (Stream<Path> found = Files.walk(home.resolve("run"))) {
            for (Path file : (Iterable<Path>) found::iterator) {
                if (!file.endsWith("lock")) {
                    all.put(file.toString(), Files.isRegularFile(file) ? Files.readString(file) : "");
                }
            }
        }
        return all;
    }
}
