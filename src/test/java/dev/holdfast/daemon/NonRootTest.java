package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.linux.sandbox.SandboxAbility;
import dev.holdfast.testbed.Pids;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    /** As the launcher has them blocked. */
    private static final String HEARD = "HUP,INT,TERM,USR1,ALRM,WINCH";

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
            assertThat(friend.err())
                    .contains("only root, ", " and members of global.api.groups may ask this daemon")
                    .hasLineCount(1);
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

    /** Without root there are no namespaces: Landlock closes paths, and what it cannot do is refused. */
    @Test
    void closesPathsByLandlock() throws IOException {
        assumeTrue(SandboxAbility.tried().usableLandlock(), "this kernel has no Landlock 3");
        Path others = Files.createTempDirectory(Path.of("/home"), "hf-others");
        try {
            Files.writeString(others.resolve("secret"), "secret\n");
            run("chmod", "-R", "a+rX", others.toString());
            run("mkdir", "-p", home + "/open", home + "/shut");
            run("chown", OWNER + ":" + OWNER, home + "/open", home + "/shut");
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                    version: 1
                    defaults: { process: { type: oneshot } }
                    processes:
                      outside: { command: [sh, -c, 'echo > %1$s/open/a; echo > %1$s/shut/a && cat %2$s/secret'] }
                      strict:
                        sandbox: { protect_system: strict, read_write_paths: [%1$s/open] }
                        command: [sh, -c, 'exec 2>&1; echo > %1$s/open/b && echo open; echo > %1$s/shut/b; echo "" > /dev/null && echo null; echo err > /dev/stderr; rm %1$s/shut/keep; true']
                      home:
                        sandbox: { protect_home: true, no_new_privileges: true }
                        command: [sh, -c, 'exec 2>&1; cat %2$s/secret; grep NoNewPrivs /proc/self/status; echo > %1$s/shut/c && echo written']
                      frozen:
                        restart: never
                        sandbox: { read_only_paths: [%1$s/shut] }
                        command: [touch, %1$s/shut/d]
                    """.formatted(home, others));
            run("touch", home + "/shut/keep");
            run("chown", OWNER + ":" + OWNER, home + "/shut/keep");
            var daemon = DaemonUnderTest.startAs(home, as(OWNER, OWNER), program + "/*:" + program);
            try (daemon) {
                for (String name : List.of("outside", "strict", "home")) {
                    daemon.awaitState(name, "completed");
                }
                assertThat(daemon.logged("outside.0.log")).containsExactly("secret");
                String denied = "%s/shut/b: Permission denied".formatted(home);
                assertThat(daemon.logged("strict.0.log"))
                        .hasSize(5)
                        .contains("open", "null", "err")
                        .anyMatch(l -> l.contains("cannot create " + denied))
                        .anyMatch(l -> l.contains("cannot remove") && l.contains("Permission denied"));
                assertThat(home.resolve("shut/keep")).exists();
                assertThat(daemon.logged("home.0.log"))
                        .containsExactly(
                                "cat: %s/secret: Permission denied".formatted(others), "NoNewPrivs:\t1", "written");
                daemon.awaitState("frozen", "failed");
                assertThat(daemon.cli("why", "frozen").out())
                        .contains("sandbox.read_only_paths " + home + "/shut: Landlock cannot take it out of");
                assertThat(daemon.cli("doctor").out()).contains("by Landlock");
            }
        } finally {
            run("rm", "-rf", others.toString());
        }
    }

    @Test
    void refusesASandboxThatItCannotMake() {
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                version: 1
                processes:
                  web:
                    sandbox: { private_tmp: true, hostname: other, capabilities: { drop: [ALL] } }
                    command: [touch, %s/started]
                """.formatted(home));
        var up = ask(as(OWNER, OWNER), "up", home + "/holdfast.yaml");
        assertThat(up.exit()).isEqualTo(2);
        String cannot = "needs namespaces, which this daemon cannot make (unshare: operation not permitted)";
        assertThat(up.err())
                .contains(
                        "holdfast.yaml:4:14: processes.web.sandbox.private_tmp: " + cannot,
                        "holdfast.yaml:4:14: processes.web.sandbox.hostname: " + cannot,
                        "holdfast.yaml:4:14: processes.web.sandbox.capabilities: needs a daemon with CAP_SETPCAP");
        assertThat(home.resolve("started")).doesNotExist();
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

    /** As in a fork bomb of the same user: whoever asks is another, who has threads. */
    @Test
    void answersAndHearsSignalsWhereNoThreadCanBeMade() {
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                version: 1
                processes:
                  web: { command: [sleep, "1000"] }
                  db: { command: [sleep, "1000"] }
                schedules:
                  late: { cron: "@yearly", command: [sleep, "1000"] }
                """);
        var prefix = new ArrayList<>(List.of("env", "--block-signal=" + HEARD, "--ignore-signal=HUP,INT,TERM"));
        prefix.addAll(as(OWNER, OWNER));
        for (boolean asked : List.of(true, false)) {
            var daemon = DaemonUnderTest.startAs(home, prefix, program + "/*:" + program);
            try (daemon) {
                daemon.awaitState("web", "up");
                int web = daemon.pidOf("web");
                var limit = new ArrayList<>(as(OWNER, OWNER)); // who is root in a container may not
                limit.addAll(List.of("prlimit", "--pid=" + daemon.pid(), "--nproc=1:1"));
                run(limit.toArray(String[]::new));
                // What was idle for half a minute would have gone by now; nothing of the kind may be needed.
                assertThat(ask(List.of(), "stop", "web").exit()).isZero();
                assertThat(ask(List.of(), "start", "web").exit())
                        .as("a start needs a thread, and who waits for it keeps nobody from asking")
                        .isEqualTo(124);
                assertThat(ask(List.of(), "status").out()).contains("web", "SCHEDULE");
                assertThat(Pids.ended(web)).isTrue();
                daemon.signal("USR1");
                await().until(() -> daemon.daemonOutput().contains("log files are opened anew, asked by SIGUSR1"));
                if (asked) {
                    assertThat(ask(List.of(), "down").exit()).isZero();
                } else {
                    daemon.signal("TERM");
                }
                assertThat(daemon.join()).as(daemon.daemonOutput()).isZero();
            }
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
            } else if (part.matches(
                    ".*/(picocli|snakeyaml-engine|re2j|sqlite-jdbc|avaje-[a-z]+|jspecify)-[^/]*\\.jar")) {
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
