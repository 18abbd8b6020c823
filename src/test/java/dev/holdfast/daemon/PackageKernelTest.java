package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.named;
import static dev.holdfast.daemon.DaemonUnderTest.read;
import static dev.holdfast.daemon.DaemonUnderTest.runPlain;
import static dev.holdfast.daemon.Systemctl.UNITS;
import static dev.holdfast.daemon.Systemctl.shown;
import static dev.holdfast.daemon.Systemctl.systemctl;
import static dev.holdfast.daemon.Systemctl.tried;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testkernel.OnSystemdKernel;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The Debian package in a real Debian: its life from the first installation to the purge. One test, since each step takes
 * long on an emulated CPU and begins where the one before has ended. {@code build/check-package} makes both packages.
 */
@OnSystemdKernel
@Timeout(2400)
class PackageKernelTest {
    private static final Duration SOON = Duration.ofMinutes(4);
    /** A class cache is made and a daemon started by one command; where the CPU is emulated and shared, minutes each. */
    private static final Duration INSTALLED = Duration.ofMinutes(15);

    private static final Path CONFIG = Path.of("/etc/holdfast/holdfast.yaml");
    private static final Path OWN = Path.of("/etc/holdfast/conf.d/tick.yaml");
    private static final Path BROKEN = Path.of("/etc/holdfast/conf.d/zz-broken.yaml");
    private static final Path DROP_IN = UNITS.resolve("holdfast.service.d/10-test.conf");
    private static final Path TICK = Path.of("/usr/local/bin/hf-tick");
    private static final Pattern LINE = Pattern.compile("line (\\d+)$", Pattern.MULTILINE);
    /** What any installation changes, and what others do meanwhile. */
    private static final Pattern NOT_OURS = Pattern.compile(
            "/var/lib/dpkg/.*|/var/log/(journal|dpkg).*|/var/cache/.*|/etc/(passwd|group|shadow|gshadow|subuid|subgid)-"
                    + "|/etc/\\.pwd\\.lock|/var/lib/systemd/(?!deb-systemd-helper).*|/var/tmp/.*");

    private Path older;
    private Path newer;

    @BeforeEach
    void clear() throws IOException {
        older = packed("old");
        newer = packed("new");
        // Of other tests of this boot.
        for (Path link : List.of(
                Path.of("/usr/bin/holdfast"),
                UNITS.resolve("holdfast.service"),
                UNITS.resolve("holdfast-instances.service"))) {
            Files.deleteIfExists(link);
        }
        done("rm", "-rf", "/etc/holdfast", "/var/lib/holdfast", "/var/log/holdfast", "/run/holdfast");
        Files.createDirectories(DROP_IN.getParent());
        // An emulated JVM starts slowly.
        Files.writeString(DROP_IN, "[Service]\nTimeoutStartSec=600\nTimeoutStopSec=600\nWatchdogSec=600\n");
        if (!Files.exists(TICK)) {
            Files.createSymbolicLink(TICK, Path.of("/bin/sh"));
        }
        systemctl("daemon-reload");
    }

    @AfterEach
    void stop() throws IOException {
        tried("stop", "holdfast", "holdfast-instances");
        runPlain(List.of("dpkg", "--purge", "holdfast"), INSTALLED);
        Files.deleteIfExists(TICK);
    }

    private static Path packed(String which) throws IOException {
        Path dir = Path.of("target/package", which);
        assumeThat(dir).as("build/check-package makes what is installed here").isDirectory();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(dir, "*.deb")) {
            return found.iterator().next().toAbsolutePath();
        }
    }

    @Test
    void isInstalledUpgradedWithNobodyRestartedRemovedAndPurged() throws IOException {
        Set<String> before = everything();

        // installed: it runs, and will after a boot
        done("dpkg", "--install", older.toString());
        assertThat(shown("holdfast", "ActiveState")).isEqualTo("active");
        assertThat(shown("holdfast", "UnitFileState")).isEqualTo("enabled");
        assertThat(shown("holdfast", "FragmentPath")).endsWith("/lib/systemd/system/holdfast.service");
        assertThat(done("holdfast", "check", CONFIG.toString())).isEqualTo(CONFIG + ": sound");
        assertThat(Path.of("/usr/lib/holdfast/daemon.aot")).isRegularFile();
        assertThat(done("holdfast", "status", "--json")).contains("\"replicas\"");

        // a process of the administrator's, in a file of his own
        Files.writeString(OWN, """
                processes:
                  tick:
                    command: [hf-tick, -c, "n=0; while :; do n=$$((n+1)); echo line $$n; sleep 0.3; done"]
                """);
        systemctl("reload", "holdfast");
        await().atMost(SOON).until(() -> named("hf-tick").size() == 1);
        long pid = named("hf-tick").getFirst();
        String started = started(pid);
        assertThat(done("stat", "-c", "%U", "/proc/" + pid)).isEqualTo("holdfast");
        await().atMost(SOON).until(() -> lines().size() > 5);

        // upgraded: another daemon, of another package; the same process, and its log goes on
        String daemon = shown("holdfast", "MainPID");
        int logged = lines().size();
        done("dpkg", "--install", newer.toString());
        assertThat(version()).isEqualTo(done("dpkg-deb", "--field", newer.toString(), "Version"));
        assertThat(shown("holdfast", "ActiveState")).isEqualTo("active");
        assertThat(shown("holdfast", "MainPID")).isNotEqualTo(daemon);
        assertThat(named("hf-tick")).containsExactly(pid);
        assertThat(started(pid)).isEqualTo(started);
        assertThat(done("holdfast", "status")).contains(Long.toString(pid));
        await().atMost(SOON).until(() -> lines().size() > logged + 20);
        List<Integer> lines = lines();
        assertThat(lines)
                .isEqualTo(IntStream.rangeClosed(1, lines.size()).boxed().toList());

        // a version that would not take the configuration does not take over
        String upgraded = shown("holdfast", "MainPID");
        Files.writeString(BROKEN, "processes: { a: { comand: [x] } }\n");
        assertThat(done("dpkg", "--install", newer.toString()))
                .contains("zz-broken.yaml:1", "this version would not start as it is configured");
        assertThat(shown("holdfast", "MainPID")).isEqualTo(upgraded);
        assertThat(named("hf-tick")).containsExactly(pid);
        Files.delete(BROKEN);

        // removed: nobody runs, what was configured and kept is there
        done("dpkg", "--remove", "holdfast");
        assertThat(named("hf-tick")).isEmpty();
        assertThat(shown("holdfast", "LoadState")).isEqualTo("not-found");
        assertThat(List.of(CONFIG, OWN, Path.of("/var/lib/holdfast"), Path.of("/var/log/holdfast/tick.0.log")))
                .allSatisfy(kept -> assertThat(kept).exists());
        assertThat(Path.of("/usr/lib/holdfast")).doesNotExist();

        // installed again: it runs again
        done("dpkg", "--install", newer.toString());
        await().atMost(SOON).until(() -> named("hf-tick").size() == 1);
        done("dpkg", "--remove", "holdfast");

        // a daemon that was started by hand runs still: what it keeps is not taken from it
        String keeper = done("sh", "-c", """
                mkdir -p /run/holdfast; sleep 3600 9>/run/holdfast/lock </dev/null >/dev/null 2>&1 & echo $!""");
        DaemonUnderTest.Ran refused = runPlain(List.of("dpkg", "--purge", "holdfast"));
        assertThat(refused.exit()).isNotZero();
        assertThat(refused.err()).contains("a daemon (pid " + keeper + ") runs still");
        assertThat(Path.of("/var/lib/holdfast")).exists();
        done("kill", keeper);

        // purged: as if it had never been there
        done("dpkg", "--purge", "holdfast");
        assertThat(everything()).isEqualTo(before);
        assertThat(Path.of("/run/holdfast")).doesNotExist();
        assertThat(read(Path.of("/etc/passwd")) + read(Path.of("/etc/group"))).doesNotContain("holdfast");
    }

    private static String version() {
        return done("dpkg-query", "--show", "--showformat=${Version}", "holdfast");
    }

    /** The numbers of the lines that were kept, in order. */
    private static List<Integer> lines() {
        var numbers = new ArrayList<Integer>();
        var matcher = LINE.matcher(read(Path.of("/var/log/holdfast/tick.0.log")));
        while (matcher.find()) {
            numbers.add(Integer.valueOf(matcher.group(1)));
        }
        return numbers;
    }

    /** Ticks since the boot at which it was started, and by which it is not another of the same pid. */
    private static String started(long pid) {
        String stat = read(Path.of("/proc/" + pid + "/stat"));
        return stat.substring(stat.lastIndexOf(')')).split(" ", -1)[20];
    }

    private static Set<String> everything() {
        return done("find", "/etc", "/usr", "/var", "/opt", "-xdev")
                .lines()
                .filter(path -> !NOT_OURS.matcher(path).matches())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What it printed; it must have ended with 0. */
    private static String done(String... command) {
        var plain = new ArrayList<>(List.of("env", "DEBIAN_FRONTEND=noninteractive", "SYSTEMD_BUS_TIMEOUT=800"));
        plain.addAll(List.of(command));
        DaemonUnderTest.Ran ran = runPlain(plain, INSTALLED);
        assertThat(ran.exit())
                .as("%s: %s%s", List.of(command), ran.out(), ran.err())
                .isZero();
        return (ran.out() + ran.err()).strip();
    }
}
