package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.linux.Syscall;
import dev.holdfast.testbed.Pids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The guard within a real daemon, and its commands. Rules match only what bears this test's mark. */
@Tag("process")
@Timeout(240)
class GuardDaemonTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path home;

    private final String mark = "hfmark" + System.nanoTime();

    private String yaml(String rules) {
        return """
                version: 1
                processes:
                  web: {command: [/usr/bin/env, sleep, "1000"]}
                """ + (rules.isEmpty() ? "" : "guard:\n  interval: 200ms\n  rules:\n" + rules.indent(4));
    }

    @Test
    void judgesStrangersAndItsOwnReloadsAndKeepsAHistory() throws IOException, InterruptedException {
        Process stray = new ProcessBuilder("sh", "-c", "while sleep 1; do :; done", mark).start();
        try (var daemon = DaemonUnderTest.up(home, yaml(""))) {
            assertThat(Files.exists(home.resolve("state/guard.jsonl"))).isFalse();
            DaemonUnderTest.write(
                    home.resolve("holdfast.yaml"), yaml("""
                    stray:
                      match: {command: "%s", managed: false}
                      any: [{runtime: "> 1s"}]
                      action: kill
                    own:
                      match: {command: "^sleep 1000", managed: true, cgroup: ""}
                      any: [{runtime: "> 1s"}]
                      action: log
                    """.formatted(mark).replace(", cgroup: \"\"", "")));
            assertThat(daemon.cli("plan").out()).contains("guard");
            assertThat(daemon.cli("reload").exit()).isZero();
            await().atMost(SOON).until(() -> !stray.isAlive());
            await().atMost(SOON).untilAsserted(() -> {
                String history = daemon.cli("guard", "history").out();
                assertThat(history)
                        .contains("fired  stray: pid " + stray.pid())
                        .contains("ended  stray: pid " + stray.pid())
                        .contains("fired  own: ");
            });
            assertThat(daemon.daemonOutput()).contains("guard stray: pid " + stray.pid());
            assertThat(daemon.cli("doctor").out()).contains("guard");
            assertThat(daemon.cli("status").out()).contains("up");
        } finally {
            stray.destroyForcibly().waitFor();
        }
    }

    @Test
    void aRuleRestartsItsOwnThroughSupervisionAndRunsACommand() throws IOException {
        Path said = home.resolve("said");
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  web: {command: [perl, -e, 'my $x = "x" x (60 << 20); sleep 1000', %1$s]}
                guard:
                  interval: 200ms
                  rules:
                    again:
                      match: {command: %1$s, managed: true}
                      any: [{memory: "> 50Mi", for: 1s}]
                      action: restart
                      at_most: 1 per 1h
                    tell:
                      match: {command: %1$s, managed: true}
                      total: [{count: ">= 1"}]
                      action: exec
                      command: [sh, -c, 'echo "$HOLDFAST_GUARD_RULE: $HOLDFAST_GUARD_WHY" > %2$s']
                """.formatted(mark, said))) {
            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertThat(daemon.cli("why", "web").out()).contains("guard again"));
            await().atMost(SOON).until(() -> pid(daemon) != 0);
            await().atMost(SOON).until(() -> Files.exists(said) && Files.size(said) > 0);
            assertThat(DaemonUnderTest.read(said)).isEqualTo("tell: all 1 together: count >= 1 (1)\n");
            assertThat(daemon.cli("guard", "history").out()).contains("fired  again");
            // Only who judges goes before others, not whom he has started anew.
            if (Files.isWritable(Path.of("/proc/1/oom_score_adj"))) {
                assertThat(niceOfGuard(daemon.pid())).isEqualTo(-10);
            }
            int usual = nice(Path.of("/proc/self/stat"));
            assertThat(nice(Path.of("/proc", Long.toString(daemon.pid()), "stat")))
                    .isEqualTo(usual);
            assertThat(nice(Path.of("/proc", Long.toString(pid(daemon)), "stat")))
                    .isEqualTo(usual);
        }
    }

    private static int nice(Path stat) { // proc_pid_stat(5)
        String text = DaemonUnderTest.read(stat);
        return Integer.parseInt(text.substring(text.lastIndexOf(')') + 2).split(" ", -1)[16]);
    }

    private static int niceOfGuard(long pid) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return nice(tasks.map(t -> t.resolve("stat"))
                    .filter(stat -> DaemonUnderTest.read(stat).contains("(holdfast-guard)"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    private static long pid(DaemonUnderTest daemon) {
        Integer pid = daemon.replica("web").pid();
        return pid == null ? 0 : pid;
    }

    @Test
    void whyAndHealthSayWhatTheGuardDidToAProcessOfOurs() {
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                alerts: {channels: {ops: {type: exec, command: ["true"]}}}
                processes:
                  web: {command: [perl, -e, "sleep 1000", %1$s]}
                guard:
                  interval: 200ms
                  rules:
                    old:
                      match: {command: %1$s, managed: true}
                      any: [{runtime: "> 1s"}]
                      action: kill
                      at_most: 1 per 1h
                    there:
                      match: {command: %1$s}
                      total: [{count: ">= 1"}]
                      action: alert
                """.formatted(mark))) {
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(daemon.cli("why", "web").out())
                            .contains("the guard's rule old was ending it: pid ")
                            .containsPattern("fired by old: pid \\d+ .*runtime > 1s.*: kill with ")
                            .contains("ended by old: "));
            await().atMost(SOON).untilAsserted(() -> {
                DaemonUnderTest.Ran health = daemon.cli("health");
                assertThat(health.exit()).isEqualTo(1);
                assertThat(health.out())
                        .containsPattern("guard +old +warning +fired once in the last hour")
                        .containsPattern("guard +there +warning ");
            });
        }
    }

    @Test
    void aScanSaysWhatItWouldDoAndThenDoesIt() throws IOException, InterruptedException {
        Process old = new ProcessBuilder("sh", "-c", "while sleep 1; do :; done", mark).start();
        Path file = home.resolve("scan.yaml");
        DaemonUnderTest.write(file, """
                version: 1
                guard:
                  rules:
                    old: {match: {command: %s}, any: [{runtime: "> 1s"}], action: kill}
                """.formatted(mark));
        try (var daemon = DaemonUnderTest.up(home, yaml(""))) {
            DaemonUnderTest.Ran dry = daemon.cli("guard", "scan", file.toString());
            assertThat(dry.out())
                    .contains(
                            "old: 1 process matches; it does: kill with all that descends from it, by TERM, after 10s by KILL")
                    .contains("runtime > 1s: ")
                    .contains("would kill");
            assertThat(dry.exit()).isEqualTo(1);
            assertThat(old.isAlive()).isTrue();
            DaemonUnderTest.Ran json = daemon.cli("guard", "scan", file.toString(), "--json");
            assertThat(json.out()).contains("\"rule\":\"old\"").contains("\"due\":true");
            DaemonUnderTest.Ran real = daemon.cli("guard", "scan", file.toString(), "--kill");
            assertThat(real.out()).contains("fired  old").contains("ended  old");
            assertThat(old.waitFor()).isNotZero();
            assertThat(real.exit()).isZero();
            assertThat(daemon.cli("zombies").exit()).isZero();
            assertThat(daemon.cli("orphans", "--older-than", "24h").exit()).isZero();
            assertThat(daemon.cli("orphans", "--kill").exit()).isEqualTo(2);
        } finally {
            old.destroyForcibly();
        }
    }

    /** A FIFO that nobody reads hangs whoever opens it, as a disk may. */
    @Test
    void aHistoryThatCannotBeWrittenNowHoldsUpNoKill() throws IOException, InterruptedException {
        Path history = home.resolve("state/guard.jsonl");
        Files.createDirectories(history.getParent());
        assertThat(new ProcessBuilder("mkfifo", history.toString()).start().waitFor())
                .isZero();
        Process first = new ProcessBuilder("sh", "-c", "while sleep 1; do :; done", mark).start();
        Process next = new ProcessBuilder("sh", "-c", "while sleep 1; do :; done", mark).start();
        try (var daemon = DaemonUnderTest.up(home, yaml("""
                stray:
                  match: {command: "%s"}
                  any: [{runtime: "> 1s"}]
                  action: kill
                """.formatted(mark)))) {
            await().atMost(SOON).until(() -> !first.isAlive() && !next.isAlive());
            assertThat(daemon.cli("status").out()).contains("up");
            try (var lines = Files.newBufferedReader(history)) {
                var kinds = new ArrayList<String>();
                for (int i = 0; i < 4; i++) {
                    kinds.add(lines.readLine().replaceAll(".*\"kind\":\"([a-z-]+)\".*", "$1"));
                }
                assertThat(kinds).containsExactlyInAnyOrder("fired", "fired", "ended", "ended");
            }
        } finally {
            first.destroyForcibly();
            next.destroyForcibly();
        }
    }

    @Test
    void whatTheHostDoesToRecoverEndsOrphansBeforeTheirTime() throws Exception {
        // Tests of launchers make this JVM one to which orphans fall (PR_SET_CHILD_SUBREAPER).
        Syscall.PRCTL.call(36, 0, 0, 0, 0, 0);
        String guarded = yaml("") + """
                guard:
                  interval: 200ms
                  orphans: {match: {command: "%s"}, older_than: 0s, every: 1h, action: kill}
                """.formatted(mark);
        try (var daemon = DaemonUnderTest.up(home, guarded)) {
            await().atMost(SOON).until(() -> daemon.cli("doctor").out().contains("guard"));
            Process parent = new ProcessBuilder(
                            "setsid", "sh", "-c", "sh -c 'while sleep 1; do :; done' " + mark + " >&2 & echo $!")
                    .start();
            long orphan = Long.parseLong(parent.inputReader().readLine());
            parent.waitFor();
            assertThat(Pids.ended(orphan)).isFalse();
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), guarded + """
                    host:
                      interval: 1s
                      memory: {warning: "> 0.1%", critical: "> 0.2%"}
                      recover: [{when: memory critical, do: run-cleanup, names: [orphans]}]
                    """);
            var reload = daemon.cli("reload");
            assertThat(reload.exit()).as(reload.err()).isZero();
            await().atMost(SOON).until(() -> Pids.ended(orphan));
            assertThat(daemon.daemonOutput()).contains("host recovers, memory critical: run-cleanup orphans");
        }
    }
}
