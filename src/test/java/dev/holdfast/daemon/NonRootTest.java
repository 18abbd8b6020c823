package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
