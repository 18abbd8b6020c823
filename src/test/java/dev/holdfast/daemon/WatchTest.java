package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.carrying;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Limits that Holdfast keeps by watching, where the kernel has no groups for it: real programs that pass them. */
@Tag("process")
@Timeout(180)
class WatchTest {
    private static final Duration SOON = Duration.ofSeconds(90);
    /** A mebibyte at a time, at most ten a second. */
    static final String GROW = "i=0; printf -v b %01048576d 0; while :; do a[i++]=$$b; sleep 0.1; done";

    @TempDir
    Path home;

    @BeforeEach
    void withoutGroups() {
        assumeFalse(
                Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers")),
                "this host may have groups that keep limits");
        assumeTrue(Files.exists(Path.of("/bin/bash")), "there is no bash");
    }

    @Test
    void whatPassesItsMemoryLimitIsAskedToEndAndKilledWhenItGrowsOn() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  hog:
                    command: [bash, -c, "%s"]
                    restart: never
                    resources: { limits: { memory: 48Mi } }
                  stubborn:
                    command: [bash, -c, "trap '' TERM; %s"]
                    restart: { policy: always, limit: 0 }
                    stop: { timeout: 60s }
                    resources: { limits: { memory: 32Mi } }
                  neighbour:
                    command: [sleep, "1000"]
                    resources: { limits: { memory: 48Mi } }
                """.formatted(GROW, GROW));
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.replica("hog").state(), "failed"::equals);
            assertThat(daemon.ask("why", "hog").out())
                    .contains("was ended by SIGTERM; passed its own memory limit (48Mi), kept by watching")
                    .containsPattern("its own memory limit \\(48Mi\\) was passed, it has [4-6]\\d\\.\\dMi");
            await().atMost(SOON).until(() -> daemon.replica("stubborn").state(), "failed"::equals);
            assertThat(daemon.ask("why", "stubborn").out())
                    .contains("was killed by its own memory limit (32Mi), kept by watching")
                    .containsPattern("it had [4-6]\\d\\.\\dMi: killed")
                    .contains("restart limit: 0");
            assertThat(daemon.replica("neighbour").restarts()).isZero();
            assertThat(daemon.replica("neighbour").state()).isEqualTo("up");
            assertThat(journal())
                    .contains("\"kill\":{\"by\":\"WATCHED_MEMORY\",\"oomKills\":0,\"limitBytes\":50331648}");
        }
    }

    /** For a moment a forked child has all of its parent's pages in its resident set. */
    @Test
    void whatForksNearItsLimitIsNotTakenToHavePassedIt() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  forker:
                    command:
                      - bash
                      - -c
                      - "printf -v b %01048576d 0; for i in {1..60}; do a[i]=$$b; done;
                        for i in {1..300}; do (:); done; echo done; sleep 1000"
                    restart: never
                    resources: { limits: { memory: 80Mi } }
                    memory_watch: { warn: 90% }
                """);
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.logged("forker.0.log").contains("done"));
            assertThat(daemon.replica("forker").state()).isEqualTo("up");
            assertThat(daemon.ask("why", "forker").out()).doesNotContain("at its warning mark");
        }
    }

    @Test
    void whatNearsItsLimitIsWarnedOfOnceAndRecycledAsPlanned() {
        Path first = home.resolve("first");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  leaky:
                    command: [bash, -c, "trap 'echo finished; exit 0' TERM; [ -e %s ] && exec sleep 1000; touch %s; %s"]
                    restart: { policy: on-failure, limit: 0 }
                    resources: { limits: { memory: 400Mi } }
                    memory_watch: { warn: 7%%, recycle: 12%% }
                """.formatted(first, first, GROW));
        try (daemon) {
            int before = daemon.pidOf("leaky");
            daemon.awaitAnother("leaky", before);
            assertThat(daemon.logged("leaky.0.log")).contains("finished");
            assertThat(daemon.replica("leaky").restarts()).isEqualTo(1);
            assertThat(daemon.ask("why", "leaky").out())
                    .containsPattern("memory_watch: recycled at 48\\.0Mi of memory, it has [4-6]\\d\\.\\dMi")
                    .containsOnlyOnce("at its warning mark of 28.0Mi")
                    .contains("exited with 0");
            assertThat(journal().lines().filter(l -> l.contains("\"MemoryHigh\"")))
                    .hasSize(1);
        }
    }

    @Test
    void aRunOfAScheduleIsKeptToItsLimitsAndItsHistoryTells() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                defaults: { schedule: { cron: "@yearly" } }
                schedules:
                  polite:
                    command: [bash, -c, "%1$s"]
                    resources: { limits: { memory: 48Mi } }
                  stubborn:
                    command: [bash, -c, "trap '' TERM; (setsid bash -c '%1$s'); :"]
                    stop: { timeout: 60s }
                    resources: { limits: { memory: 32Mi } }
                  many:
                    command: [bash, -c, "for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done; wait"]
                    resources: { limits: { pids: 5 } }
                  modest:
                    command: [bash, -c, "exit 0"]
                    resources: { limits: { memory: 48Mi, pids: 5 } }
                """.formatted(GROW));
        try (daemon) {
            assertThat(daemon.ask("cron", "run", "polite", "--wait").out())
                    .contains("polite failed: ended by SIGTERM; passed its own memory limit (48Mi), kept by watching");
            assertThat(daemon.ask("cron", "run", "stubborn", "--wait").out())
                    .contains("stubborn failed: was killed by its own memory limit (32Mi), kept by watching");
            assertThat(daemon.ask("cron", "run", "many", "--wait").out())
                    .contains("many failed: was killed by its own limit of processes, kept by watching");
            assertThat(daemon.ask("cron", "run", "modest", "--wait").out()).contains("modest success");
            assertThat(daemon.ask("cron", "history", "polite").out())
                    .contains("failed: ended by SIGTERM; passed its own memory limit (48Mi), kept by watching");
            assertThat(daemon.daemonOutput())
                    .containsPattern("polite: its own memory limit \\(48Mi\\) was passed, it has [4-6]\\d\\.\\dMi");
            assertThat(daemon.ask("doctor").out()).contains("stubborn: enforced by watching: limits.memory");
        }
    }

    /** The next daemon watches the run that it adopts. */
    @Test
    void anAdoptedRunOfAScheduleIsKeptToItsLimits() {
        Path go = home.resolve("go");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                schedules:
                  later:
                    cron: "@yearly"
                    command: [bash, -c, "echo begun; until [ -e %s ]; do sleep 0.1; done; %s"]
                    resources: { limits: { memory: 48Mi } }
                """.formatted(go, GROW));
        try (daemon) {
            assertThat(daemon.ask("cron", "run", "later").exit()).isZero();
            await().atMost(SOON).until(() -> daemon.logged("later.0.log").contains("begun"));
            daemon.kill9();
            daemon.upAgain();
            DaemonUnderTest.write(go, "");
            await().atMost(SOON)
                    .until(() -> daemon.ask("cron", "history", "later").out().contains("failed: "));
            assertThat(daemon.ask("cron", "history", "later").out())
                    .contains("passed its own memory limit (48Mi), kept by watching");
        }
    }

    @Test
    void aHookOrACheckThatPassesALimitOfItsProcessIsKilledAndToldOf() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  hooked:
                    command: [sleep, "1000"]
                    resources: { limits: { memory: 48Mi } }
                    hooks: { post_start: { command: [bash, -c, "%1$s"], timeout: 80s } }
                  barred:
                    command: [sleep, "1000"]
                    restart: never
                    resources: { limits: { memory: 48Mi } }
                    hooks: { pre_start: { command: [bash, -c, "%1$s"], timeout: 80s } }
                  checked:
                    command: [sleep, "1000"]
                    resources: { limits: { memory: 48Mi } }
                    readiness: { exec: { command: [bash, -c, "%1$s"] }, timeout: 80s, period: 80s }
                """.formatted(GROW));
        try (daemon) {
            String killed = "was killed by its own memory limit (48Mi), kept by watching";
            await().atMost(SOON)
                    .until(() -> daemon.ask("why", "hooked").out().contains("hook post_start failed: " + killed));
            assertThat(daemon.replica("hooked").state()).isEqualTo("up");
            assertThat(daemon.daemonOutput())
                    .containsPattern("hooked/0 post_start: its own memory limit \\(48Mi\\) was passed, it had");
            await().atMost(SOON).until(() -> daemon.replica("barred").state(), "failed"::equals);
            assertThat(daemon.ask("why", "barred").out()).contains("pre_start: " + killed);
            await().atMost(SOON).until(() -> daemon.ask("status").out().contains("the check " + killed));
        }
    }

    /** Bounded twice: the kernel lets its user have no more than the rlimit, whatever the watch does. */
    @Test
    void aForkBombIsKilledWholeAsSoonAsItHasTooManyProcesses() throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "only root runs it as another user");
        String marker = "hf-bomb-" + home.getFileName();
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  bomb:
                    command: [bash, -c, "trap '' TERM; b() { sleep 0.1; b & b & sleep 1000; }; b", %s]
                    user: nobody
                    restart: never
                    rlimits: { nproc: 150 }
                    resources: { limits: { pids: 30 } }
                """.formatted(marker));
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.replica("bomb").state(), "failed"::equals);
            assertThat(carrying(marker)).isEmpty();
            assertThat(daemon.ask("why", "bomb").out())
                    .contains("was killed by its own limit of processes, kept by watching")
                    .containsPattern(
                            "its own limit of 30 processes was passed; it had (3[1-9]|[4-9]\\d|1[0-5]\\d): killed");
        }
    }

    @Test
    void aReloadMovesTheLimitOfWhatRuns() throws IOException {
        String yaml = """
                version: 1
                processes:
                  big:
                    command: [bash, -c, "a=$$(printf %%031457280d 0); echo ready; sleep 1000; :"]
                    restart: never
                    resources: { limits: { memory: %s } }
                """;
        var daemon = DaemonUnderTest.up(home, yaml.formatted("200Mi"));
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.logged("big.0.log").contains("ready"));
            int pid = daemon.pidOf("big");
            // The next daemon watches what it adopts.
            daemon.kill9();
            daemon.upAgain();
            assertThat(daemon.pidOf("big")).isEqualTo(pid);
            Files.writeString(home.resolve("holdfast.yaml"), yaml.formatted("20Mi"));
            assertThat(daemon.ask("reload").exit()).isZero();
            await().atMost(SOON).until(() -> daemon.replica("big").state(), "failed"::equals);
            assertThat(daemon.ask("why", "big").out()).contains("its own memory limit (20Mi) was passed");
        }
    }

    @Test
    void whatHasRunLongEnoughIsRecycledAsPlanned() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  short: { command: [sleep, "1000"], max_runtime: 1s, restart: { policy: always, limit: 0 } }
                """);
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.replica("short").restarts() >= 2);
            assertThat(daemon.ask("why", "short").out())
                    .contains("max_runtime is over")
                    .doesNotContain("given up");
        }
    }

    private String journal() {
        return DaemonUnderTest.read(home.resolve("state/journal.jsonl"));
    }
}
