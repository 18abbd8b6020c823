package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A daemon of an ordinary user, and who may speak with it. */
@Tag("process")
@Timeout(120)
class NonRootTest {
    private static final int OWNER = 65534;
    private static final int STRANGER = 65533;
    /** Has no other processes that would count. */
    private static final int CROWDED = 54_321;

    private Path home;
    private Path program;

    @BeforeEach
    void needsToBecomeSomebodyElse() throws IOException {
        assumeTrue(
                DaemonUnderTest.runPlain(Stream.concat(as(OWNER, OWNER).stream(), Stream.of("true"))
                                        .toList())
                                .exit()
                        == 0,
                "setpriv is missing, or this is not root");
        home = Files.createTempDirectory("hf-user");
        program = Files.createTempDirectory("hf-classes"); // where the build lies others may not be allowed to read
        copyProgram();
        run("chown", "-R", OWNER + ":" + OWNER, home.toString());
        run("chmod", "-R", "a+rX", program.toString());
    }

    @AfterEach
    void cleanUp() {
        run("rm", "-rf", home.toString(), program.toString());
    }

    @Test
    void startsShowsAndStopsAsAnOrdinaryUser() throws IOException {
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                version: 1
                processes:
                  who: { command: [sh, -c, 'id -u; exec sleep 1000'] }
                """);
        var daemon = DaemonUnderTest.startAs(home, as(OWNER, OWNER), program + "/*:" + program);
        try (daemon) {
            daemon.awaitState("who", "up");
            assertThat(Files.getAttribute(Path.of("/proc/" + daemon.pidOf("who")), "unix:uid"))
                    .isEqualTo(OWNER);
            var status = daemon.cli("status");
            assertThat(status.exit()).as(status.err()).isZero();
            assertThat(status.out()).contains("who").contains("up");
            assertThat(daemon.cli("doctor").out()).contains("runs as uid " + OWNER);

            // Root may always ask; a third user may not, whether or not the socket's mode already keeps him out.
            assertThat(ask(List.of(), "status").exit()).isZero();
            var stranger = ask(as(STRANGER, STRANGER), "status");
            assertThat(stranger.exit()).isEqualTo(1);
            assertThat(stranger.err()).contains("permission denied").hasLineCount(1);
            run("chmod", "a+rwx", home.toString(), home + "/run", home + "/run/holdfast.sock");
            var friend = ask(as(STRANGER, STRANGER), "stop", "who");
            assertThat(friend.exit()).isEqualTo(1);
            assertThat(friend.err()).contains("only root and ").hasLineCount(1);
            assertThat(daemon.replica("who").state()).isEqualTo("up");

            assertThat(daemon.cli("stop", "who").exit()).isZero();
            daemon.awaitState("who", "down");
            assertThat(daemon.cli("down").exit()).isZero();
            assertThat(daemon.join()).isZero();
        }
    }

    @Test
    void refusesToGiveAProcessToAnotherUser() {
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                version: 1
                processes:
                  web: { command: [sleep, "1000"], user: daemon }
                  top: { command: [sleep, "1000"], rlimits: { nofile: unlimited }, oom_score_adj: -1000 }
                """);
        var up = ask(as(OWNER, OWNER), "up", home + "/holdfast.yaml");
        assertThat(up.exit()).isEqualTo(2);
        assertThat(up.err())
                .contains(
                        "holdfast.yaml:3:42: processes.web.user: needs a daemon that runs as root",
                        "holdfast.yaml:4:45: processes.top.rlimits.nofile: \"unlimited\" is above the daemon's own hard",
                        "holdfast.yaml:4:83: processes.top.oom_score_adj: \"-1000\" is below the daemon's own");
        assertThat(up.err().lines()).hasSize(4).last().isEqualTo("holdfast: nothing was started");
    }

    @Test
    void usesNoDirectoryThatAnotherUserCouldTamperWith() throws IOException {
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), "version: 1\n");
        run("mkdir", "-p", home.resolve("run").toString());
        run("chown", STRANGER + ":" + STRANGER, home.resolve("run").toString());
        DaemonUnderTest.Ran refused =
                ask(as(OWNER, OWNER), "up", home.resolve("holdfast.yaml").toString());
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("run cannot be used: it belongs to uid " + STRANGER);
    }

    @Test
    void survivesAUserWhoMayHaveNoMoreThreads() {
        run("chown", "-R", CROWDED + ":" + CROWDED, home.toString());
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                version: 1
                processes:
                  many: { command: [sleep, "1000"], replicas: 60, restart: { delay: 200ms, max_delay: 400ms } }
                """);
        var prefix = new ArrayList<>(List.of("prlimit", "--nproc=50:50"));
        prefix.addAll(as(CROWDED, CROWDED));
        var daemon = DaemonUnderTest.startAs(home, prefix, program + "/*:" + program);
        try (daemon) {
            await().atMost(Duration.ofSeconds(90))
                    .until(() ->
                            daemon.daemonOutput().contains("no more threads can be made: ulimit -u of this user (50")
                                    || daemon.daemonOutput().contains("a limit on processes or threads is reached"));
            var status = ask(List.of(), "status");
            assertThat(status.exit()).as(status.err() + daemon.daemonOutput()).isZero();
            assertThat(status.out()).contains("up");
            daemon.signal("TERM");
            assertThat(daemon.join()).as(daemon.daemonOutput()).isZero();
        }
    }

    @Test
    void startsAProgramWhoseNameTheLocaleCannotSpell() throws IOException {
        Path bin = Files.createDirectory(home.resolve("bin"));
        // The name is given as bytes by the shell: this JVM's own locale may not spell it either.
        run("sh", "-c", "cp /bin/sleep \"" + bin + "/$(printf 'pr\\303\\266g')\"");
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                version: 1
                processes:
                  first: { command: [pr\u00f6g, "1000"], env: { PATH: "%s:/usr/bin:/bin" } }
                  lost: { command: [%s/n\u00f6, "1000"], restart: { policy: never } }
                  second: { command: [sleep, "1000"] }
                """.formatted(bin, bin));
        var prefix = new ArrayList<>(List.of("env", "LC_ALL=C"));
        prefix.addAll(as(OWNER, OWNER));
        var daemon = DaemonUnderTest.startAs(home, prefix, program + "/*:" + program);
        try (daemon) {
            daemon.awaitState("first", "up");
            daemon.awaitState("second", "up");
            await().until(() ->
                    !List.of("starting", "up").contains(daemon.replica("lost").state()));
        }
    }

    private DaemonUnderTest.Ran ask(List<String> prefix, String... args) {
        var command = new ArrayList<>(prefix);
        command.addAll(DaemonUnderTest.java(program + "/*:" + program));
        command.addAll(List.of("--dir", home.toString()));
        command.addAll(List.of(args));
        return DaemonUnderTest.runPlain(command);
    }

    private static List<String> as(int uid, int gid) {
        return List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups");
    }

    /** Libraries into the directory itself, our own classes below it. */
    private void copyProgram() {
        for (String part : DaemonUnderTest.classPath().split(File.pathSeparator, -1)) {
            if (part.endsWith("/classes")) {
                run("cp", "-r", part + "/.", program.toString());
            } else if (part.matches(".*/(picocli|snakeyaml-engine|avaje-[a-z]+|jspecify)-[^/]*\\.jar")) {
                run("cp", part, program.toString());
            }
        }
    }

    private static void run(String... command) {
        var ran = DaemonUnderTest.runPlain(List.of(command));
        if (ran.exit() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + ran.err());
        }
    }
}
