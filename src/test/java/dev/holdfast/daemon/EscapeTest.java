package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.carrying;
import static dev.holdfast.daemon.DaemonUnderTest.named;
import static dev.holdfast.daemon.DaemonUnderTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testkernel.AlsoOnPlainKernel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Descendants that try to outlive a stop. */
@AlsoOnPlainKernel
@Tag("process")
@Timeout(300)
class EscapeTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path home;

    /** In the command line of whatever a test starts. */
    private String marker() {
        return "hf-escape-" + home.getFileName() + "-";
    }

    @Test
    void aDaemonisedGrandchildWithAWipedEnvironmentDoesNotSurviveTheStop() {
        // The grandchild has left the session, lost its parent and knows nothing but its instance.
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  tree:
                    command:
                      - bash
                      - -c
                      - |
                        (exec -a %1$schild sleep 1001) &
                        env -i HOLDFAST_INSTANCE=$$HOLDFAST_INSTANCE setsid \\
                          bash -c '(exec -a %1$sgrandchild sleep 1002) & exit 0'
                        exec -a %1$sleader sleep 1000
                """.formatted(marker()));
        try (daemon) {
            await().atMost(SOON)
                    .until(() -> named(marker() + "leader").size() == 1
                            && named(marker() + "child").size() == 1
                            && named(marker() + "grandchild").size() == 1);
            var stop = daemon.cli("stop", "tree");
            assertThat(stop.exit()).as(stop.err()).isZero();
            assertThat(carrying(marker())).isEmpty();
        }
    }

    /** Orphans of what an earlier daemon launched fall to others than its successor. */
    @Test
    void whoEscapedFromAnAdoptedLeaderIsGoneWhenThatHasEnded() {
        String escaping =
                "[bash, -c, \"setsid bash -c '(exec -a %1$s%2$s sleep 1002) & exit 0'; exec -a %1$sleader sleep 1000\"]";
        var daemon = DaemonUnderTest.up(
                home, """
                version: 1
                processes:
                  before: { command: %s, restart: never }
                  after: { command: %s, restart: never }
                """.formatted(escaping.formatted(marker(), "before"), escaping.formatted(marker(), "after")));
        try (daemon) {
            await().atMost(SOON)
                    .until(() -> named(marker() + "before").size() == 1
                            && named(marker() + "after").size() == 1
                            && named(marker() + "leader").size() == 2);
            String before = Integer.toString(daemon.pidOf("before"));
            String after = Integer.toString(daemon.pidOf("after"));
            List<Long> escaped = named(marker() + "before");
            daemon.kill9();
            DaemonUnderTest.runPlain(List.of("kill", "-KILL", before));
            daemon.upAgain();
            // It is started again, since nobody saw how it ended: another one may have escaped meanwhile.
            await().atMost(SOON).until(() -> !named(marker() + "before").containsAll(escaped));
            assertThat(named(marker() + "after")).hasSize(1);
            DaemonUnderTest.runPlain(List.of("kill", "-KILL", after));
            await().atMost(SOON).until(() -> named(marker() + "after").isEmpty());
        }
    }

    @Test
    void aChildThatIgnoresTheSignalItsLeaderObeysIsGoneAfterTheGrace() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  stubborn:
                    command:
                      - bash
                      - -c
                      - |
                        (trap '' TERM; exec -a %1$schild sleep 1001) &
                        trap 'echo leader leaves; exit 0' TERM
                        echo ready
                        while :; do sleep 0.1; done # %1$sleader
                    stop: { timeout: 2s }
                """.formatted(marker()));
        try (daemon) {
            await().atMost(SOON)
                    .until(() -> named(marker() + "child").size() == 1
                            && daemon.logged("stubborn.0.log").contains("ready"));
            var stop = daemon.cli("stop", "stubborn");
            assertThat(stop.exit()).as(stop.err()).isZero();
            assertThat(carrying(marker())).isEmpty();
            assertThat(daemon.logged("stubborn.0.log")).contains("leader leaves");
            assertThat(read(home.resolve("state/journal.jsonl"))).contains("\"Killed\"");
        }
    }

    @Test
    void anOrphanThatHoldsStdoutDoesNotHoldUpTheStop() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  parent:
                    command:
                      - bash
                      - -c
                      - |
                        setsid bash -c 'trap "" TERM HUP; echo orphan holds on; exec -a %1$sorphan sleep 1001' &
                        exec -a %1$sleader sleep 1000
                    stop: { timeout: 2s }
                """.formatted(marker()));
        try (daemon) {
            await().atMost(SOON)
                    .until(() -> named(marker() + "orphan").size() == 1
                            && daemon.logged("parent.0.log").contains("orphan holds on"));
            var stop = daemon.cli("stop", "parent", "--timeout", "20s");
            assertThat(stop.exit()).as(stop.err()).isZero();
            assertThat(carrying(marker())).isEmpty();
            assertThat(daemon.cli("start", "parent").exit()).isZero();
            await().atMost(SOON).until(() -> named(marker() + "orphan").size() == 1);
            assertThat(daemon.cli("down").exit()).isZero();
            assertThat(daemon.join()).isZero();
        }
        assertThat(carrying(marker())).isEmpty();
    }
}
