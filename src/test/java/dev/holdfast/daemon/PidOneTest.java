package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as the first process of a pid namespace, as in a container. */
@Tag("process")
@Timeout(150)
class PidOneTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final List<String> NAMESPACE = List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc");

    @TempDir
    Path home;

    @BeforeEach
    void needsANamespace() {
        assumeTrue(
                DaemonUnderTest.runPlain(Stream.concat(NAMESPACE.stream(), Stream.of("true"))
                                        .toList())
                                .exit()
                        == 0,
                "unshare --pid is not permitted here");
    }

    @Test
    void reapsAThousandOrphansAndKeepsTheDecidersExitCode() {
        // Each orphan's parent is gone at once, so that the kernel hands it to PID 1. The decider counts the zombies
        // that are left of them, and ends with a code of its own while more of them come in.
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                version: 1
                global:
                  exit: { when: stopped, process: work }
                processes:
                  noise:
                    command: [bash, -c, 'while :; do (sleep 0.01 &); sleep 0.02; done']
                  work:
                    type: oneshot
                    command:
                      - bash
                      - -c
                      - |
                        # The fields of stat after the name: state, then parent.
                        zombies() { cat /proc/[0-9]*/stat 2>/dev/null | sed 's/.*) //' | grep -c '^Z 1 '; }
                        for i in $$(seq 1000); do (sleep 0.01 &); done
                        for try in $$(seq 600); do
                          left=$$(zombies)
                          [ $$left -lt 20 ] && break
                          sleep 0.1
                        done
                        echo $$left > %s/left
                        exit 43
                """.formatted(home));
        var ran = DaemonUnderTest.runPlain(
                DaemonUnderTest.command(NAMESPACE, "--dir", home.toString(), "up", home + "/holdfast.yaml"));
        assertThat(ran.exit()).as(ran.out() + ran.err()).isEqualTo(43);
        assertThat(Integer.parseInt(read(home.resolve("left")).strip())).isLessThan(20);
    }

    @Test
    void forwardsUsr1ToTheOnlyProcessAndStopsItOnTerm() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                global:
                  exit: { when: all-stopped }
                processes:
                  only:
                    command:
                      - bash
                      - -c
                      - |
                        trap 'echo heard USR1' USR1
                        trap 'echo leaving; exit 0' TERM
                        echo ready
                        while :; do sleep 0.1; done
                """, NAMESPACE);
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.logged("only.0.log").contains("ready"));
            DaemonUnderTest.runPlain(List.of("kill", "-USR1", Long.toString(inner(daemon))));
            await().atMost(SOON).until(() -> daemon.logged("only.0.log").contains("heard USR1"));
            DaemonUnderTest.runPlain(List.of("kill", "-TERM", Long.toString(inner(daemon))));
            assertThat(daemon.join()).isZero();
            assertThat(daemon.logged("only.0.log")).contains("leaving");
        }
    }

    @Test
    void endsWithTheCodeOfTheOneWhoseEndDecidesAndStopsTheOthers() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                global:
                  exit: { when: stopped, process: main }
                processes:
                  side: { command: [bash, -c, 'trap "echo side leaves; exit 0" TERM; while :; do sleep 0.1; done'] }
                  main:
                    command: [bash, -c, 'while [ ! -e "%s/go" ]; do sleep 0.1; done; kill -SEGV $$$$']
                    restart: never
                    depends_on: [side]
                """.formatted(home), NAMESPACE);
        try (daemon) {
            daemon.awaitState("main", "up");
            DaemonUnderTest.write(home.resolve("go"), "");
            assertThat(daemon.join()).isEqualTo(128 + 11);
            assertThat(daemon.logged("side.0.log")).contains("side leaves");
        }
    }

    /** The daemon's pid as this namespace sees it: unshare's only child. */
    private static long inner(DaemonUnderTest daemon) {
        try {
            String pid = "/proc/" + daemon.pid() + "/task/" + daemon.pid() + "/children";
            return Long.parseLong(Files.readString(Path.of(pid)).strip());
        } catch (IOException e) {
            throw new AssertionError("unshare has ended", e);
        }
    }
}
