package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.read;
import static dev.holdfast.daemon.DaemonUnderTest.runPlain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The image of this build, unpacked and run as a container runtime does: namespaces of its own, a root of its own. */
@Tag("process")
@Timeout(300)
class OciImageTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final List<String> NAMESPACES =
            List.of("unshare", "--pid", "--fork", "--kill-child", "--mount", "--uts", "--ipc");

    @TempDir
    static Path dir;

    private static OciLayout image;
    private static Path rootfs;

    /** The runtime is linked as build/build does it, out of the classes under test. */
    @BeforeAll
    static void build() throws IOException {
        Path jdk = Path.of(System.getProperty("java.home"));
        Path classes = Path.of("target/classes").toAbsolutePath();
        assumeTrue(
                Files.isExecutable(jdk.resolve("bin/jlink"))
                        && Files.exists(classes.resolve("module-info.class"))
                        && Files.isDirectory(Path.of("target/lib")),
                "there is nothing here that jlink could link");
        Path home = dir.resolve("home");
        Path target = Files.createDirectories(home.resolve("target"));
        Files.createSymbolicLink(home.resolve("build"), Path.of("build").toAbsolutePath());
        Files.createSymbolicLink(home.resolve("src"), Path.of("src").toAbsolutePath());
        Files.createSymbolicLink(target.resolve("lib"), Path.of("target/lib").toAbsolutePath());
        Path jar = target.resolve("holdfast.jar");
        done(List.of(jdk + "/bin/jar", "--create", "--file", jar.toString(), "-C", classes.toString(), "."));
        done(List.of("build/image", jdk.toString(), home.toString()));
        Path tar =
                Path.of(done(List.of("build/oci", "--image", target.resolve("image") + "", "--out", dir.toString())));
        image = OciLayout.of(tar, dir.resolve("layout"));
        rootfs = dir.resolve("rootfs");
        image.unpackTo(rootfs);
        // These mount points are the runtime's to make.
        for (String name : List.of("proc", "dev", "sys")) {
            Files.createDirectories(rootfs.resolve(name));
        }
    }

    @Test
    void runsAsPidOneAndStopsInOrder() throws Exception {
        needsNamespaces();
        Process container = started("""
                version: 1
                processes:
                  base:
                    command:
                      - sh
                      - -c
                      - |
                        trap 'echo base leaves; exit 0' TERM
                        sh -c 'sleep 0.1 & echo $$! > /tmp/orphan'
                        while :; do sleep 0.1; done
                  front:
                    command: [sh, -c, 'trap "echo front leaves; exit 0" TERM; while :; do sleep 0.1; done']
                    depends_on: [base]
                """);
        try {
            long first = inner(container);
            assertThat(Files.readString(Path.of("/proc/" + first + "/status"))).containsPattern("NSpid:.*\t1\n");
            await().atMost(SOON).until(() -> {
                assertThat(container.isAlive()).as(output()).isTrue();
                return inside(first, "status").out().matches("(?s).*base +up .*front +up .*");
            });
            Path orphan = rootfs.resolve("tmp/orphan");
            await().atMost(SOON).until(() -> !read(orphan).isBlank());
            Path proc = Path.of("/proc/" + first + "/root/proc");
            // A zombie would still be there.
            await().atMost(SOON)
                    .until(() -> Files.notExists(proc.resolve(read(orphan).strip())));

            done(List.of("kill", "-TERM", Long.toString(first)));
            assertThat(container.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(container.exitValue()).as(output()).isZero();
            assertThat(output()).containsSubsequence("front leaves", "base leaves");
        } finally {
            container.destroyForcibly().waitFor();
        }
    }

    @Test
    void endsWithTheCodeOfTheOneWhoseEndDecides() throws Exception {
        needsNamespaces();
        Process container = started("""
                version: 1
                global: { exit: { when: stopped, process: work } }
                processes:
                  work: { type: oneshot, command: [sh, -c, 'exit 43'] }
                """);
        assertThat(container.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(container.exitValue()).as(output()).isEqualTo(43);
    }

    @Test
    void saysWhereTheConfigurationIsWrong() throws Exception {
        needsNamespaces();
        Process container = started("""
                version: 1
                processes:
                  web: { comand: [sleep, "1"] }
                """);
        assertThat(container.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(container.exitValue()).isEqualTo(2);
        assertThat(output()).contains("/etc/holdfast/holdfast.yaml:3:10: ").contains("nothing was started");
    }

    /** {@code COPY --from} takes the directory alone, perhaps to another place, into a distribution of its own. */
    @Test
    void runsOnAnotherDistributionAndInAnotherPlace() throws IOException {
        Path moved = dir.resolve("moved");
        done(List.of("cp", "-R", rootfs.resolve("opt/holdfast").toString(), moved.toString()));
        Path link = Files.createSymbolicLink(dir.resolve("linked"), moved.resolve("holdfast"));
        assertThat(done(List.of(link.toString(), "--version"))).startsWith("holdfast ");
        Path file = Files.writeString(dir.resolve("one.yaml"), """
                version: 1
                global: { exit: { when: all-stopped } }
                processes: { one: { type: oneshot, command: [echo, here] } }
                """);
        assertThat(done(List.of(link.toString(), "--dir", dir.resolve("state").toString(), "up", file.toString())))
                .contains("one | here");
    }

    @Test
    void hasTheLicencesOfItsLibraries() {
        Path legal = rootfs.resolve("opt/holdfast/legal");
        assertThat(legal.resolve("postgresql/META-INF/LICENSE")).isNotEmptyFile();
        assertThat(legal.resolve("dashboard/preact-LICENSE")).isNotEmptyFile();
    }

    @Test
    void isUnpackedByUmoci() throws IOException {
        assumeTrue(runPlain(List.of("sh", "-c", "command -v umoci")).exit() == 0, "umoci is not installed");
        Path bundle = dir.resolve("bundle");
        String tag = done(List.of("umoci", "list", "--layout", image.root().toString()));
        done(List.of("umoci", "unpack", "--rootless", "--image", image.root() + ":" + tag, bundle.toString()));
        assertThat(bundle.resolve("rootfs/opt/holdfast/holdfast"))
                .hasSameBinaryContentAs(rootfs.resolve("opt/holdfast/holdfast"));
        assertThat(Files.readString(bundle.resolve("config.json"))).contains("\"/opt/holdfast/holdfast\"");
    }

    private static void needsNamespaces() {
        assumeTrue(
                runPlain(Stream.concat(NAMESPACES.stream(), Stream.of("true")).toList())
                                .exit()
                        == 0,
                "namespaces are not permitted here");
    }

    /** As runc does: /proc of the namespace, a few devices, the configuration mounted, the image's environment alone. */
    private static Process started(String yaml) throws IOException {
        Files.writeString(rootfs.resolve("etc/holdfast/holdfast.yaml"), yaml);
        var command = new ArrayList<>(NAMESPACES);
        command.addAll(List.of("sh", "-c", """
                set -e
                root=$1
                shift
                mount -t proc proc "$root/proc"
                mount -t tmpfs tmpfs "$root/dev"
                for name in null zero full random urandom; do
                    : >"$root/dev/$name"
                    mount --bind "/dev/$name" "$root/dev/$name"
                done
                exec chroot "$root" /usr/bin/env -i "$@"
                """, "sh", rootfs.toString()));
        command.addAll(image.environment());
        command.addAll(image.command());
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(dir.resolve("container.out").toFile())
                .start();
    }

    private static String output() {
        return read(dir.resolve("container.out"));
    }

    /** The container's first process, as this namespace sees it: unshare's only child. */
    private static long inner(Process container) {
        Path children = Path.of("/proc/" + container.pid() + "/task/" + container.pid() + "/children");
        await().atMost(SOON).until(() -> !Files.readString(children).isBlank());
        return Long.parseLong(read(children).strip());
    }

    private static DaemonUnderTest.Ran inside(long first, String... args) {
        var command = new ArrayList<>(List.of(
                "nsenter",
                "--target",
                Long.toString(first),
                "--pid",
                "--mount",
                "--root",
                "--wd",
                "/opt/holdfast/holdfast"));
        command.addAll(List.of(args));
        return runPlain(command);
    }

    /** @return what it printed */
    private static String done(List<String> command) {
        var ran = runPlain(command);
        assertThat(ran.exit()).as(command + ": " + ran.out() + ran.err()).isZero();
        return ran.out().strip();
    }
}
