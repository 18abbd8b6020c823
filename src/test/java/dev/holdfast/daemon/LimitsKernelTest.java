package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.carrying;
import static dev.holdfast.daemon.DaemonUnderTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testkernel.OnPlainKernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Limits that the kernel keeps, by a real daemon on cgroup v2. */
@OnPlainKernel
@Timeout(600)
class LimitsKernelTest {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path home;

    @Test
    void aHogDiesByItsOwnLimitWhileItsNeighbourLives() throws IOException {
        // tail looks for the last line, and keeps it: of /dev/zero it keeps everything.
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  hog:
                    command: [tail, /dev/zero]
                    restart: never
                    resources: { limits: { memory: 64Mi, memory_swap: 64Mi, cpu: "1.5", pids: 20 }, reservations: { cpu: "0.5", memory: 8Mi } }
                  neighbour:
                    command: [sleep, "1000"]
                    resources: { limits: { memory: 64Mi } }
                """);
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.cli("why", "hog").out().contains("memory limit"));
            assertThat(daemon.cli("why", "hog").out())
                    .contains("was killed by its own memory limit (64Mi)")
                    .containsPattern("at most (6[0-9]|64).*Mi of memory");
            assertThat(journal()).contains("\"kill\":{\"by\":\"OWN_LIMIT\",\"oomKills\":1,\"limitBytes\":67108864}");
            assertThat(daemon.replica("neighbour").state()).isEqualTo("up");
            assertThat(daemon.replica("neighbour").enforcedBy()).isEqualTo("kernel");
            assertThat(daemon.replica("neighbour").weaker()).isNull();
            assertThat(daemon.replica("neighbour").memoryPeakBytes()).isPositive();
            assertThat(daemon.cli("status").out()).containsPattern("neighbour +up .*[KM]i/64.0Mi +1 .*kernel");
            assertThat(daemon.cli("doctor").out()).contains("enforced by: kernel");
            Path group = group(daemon.pidOf("neighbour"));
            assertThat(counts(group, "memory.events", "oom_kill")).isZero();
            assertThat(group.resolve("memory.max")).hasContent("67108864");
            // Its own group went with it.
            assertThat(groups("hog")).isEmpty();
        }
    }

    @Test
    void runsOutOfMemoryInsideItsOwnSubgroupWithoutBeingBlamed() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  nested:
                    restart: never
                    shell: true
                    command: |
                      g=/sys/fs/cgroup$$(cut -d: -f3 /proc/self/cgroup)
                      mkdir $$g/main $$g/small
                      echo $$$$ > $$g/main/cgroup.procs
                      echo +memory > $$g/cgroup.subtree_control
                      echo 16M > $$g/small/memory.max
                      sh -c "echo \\$$\\$$ > $$g/small/cgroup.procs; exec tail /dev/zero"
                      echo "inner ended with $$?"
                      exit 3
                    resources: { limits: { memory: 256Mi } }
                """);
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.replica("nested").state(), "failed"::equals);
            assertThat(daemon.logged("nested.0.log")).contains("inner ended with 137");
            assertThat(daemon.cli("why", "nested").out())
                    .contains("exited with 3; the memory limit of a group inside it, not its own, had 1 process of it"
                            + " killed");
            assertThat(groups("nested")).isEmpty();
        }
    }

    @Test
    void aForkBombStaysBelowItsLimitAndIsGoneAtStop() throws IOException {
        String marker = "hf-bomb-" + home.getFileName();
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  bomb:
                    command: [bash, -c, 'trap "" TERM; b() { b & b & sleep 1000; }; b', %s]
                    restart: never
                    stop: { timeout: 2s }
                    resources: { limits: { pids: 64, cpu: "0.5" } }
                """.formatted(marker));
        try (daemon) {
            Path group = group(daemon.pidOf("bomb"));
            await().atMost(SOON).until(() -> counts(group, "pids.events", "max") > 0);
            assertThat(Long.parseLong(read(group.resolve("pids.peak")).strip())).isLessThanOrEqualTo(64);
            // The host is usable: it still forks.
            assertThat(DaemonUnderTest.runPlain(List.of("sh", "-c", "echo alive"))
                            .out())
                    .isEqualTo("alive\n");
            var stop = daemon.cli("stop", "bomb");
            assertThat(stop.exit()).as(stop.err()).isZero();
            assertThat(carrying(marker)).isEmpty();
            gone(group);
        }
    }

    @Test
    void aReloadWritesNewLimitsWithoutARestart() throws IOException {
        String yaml = """
                version: 1
                processes:
                  web:
                    command: [sleep, "1000"]
                    resources: { limits: %s }
                """;
        var daemon = DaemonUnderTest.up(home, yaml.formatted("{ memory: 64Mi, cpu: 1, io: { write_bytes: 1Mi } }"));
        try (daemon) {
            int pid = daemon.pidOf("web");
            Path group = group(pid);
            assertThat(group.resolve("cpu.max")).hasContent("100000 100000");
            assertThat(read(group.resolve("io.max"))).contains("wbps=1048576");
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), yaml.formatted("{ memory: 128Mi, pids: 9 }"));
            // Output is read byte by byte, so that nothing in it can be malformed.
            byte[] plan = daemon.cli("plan").out().getBytes(StandardCharsets.ISO_8859_1);
            assertThat(new String(plan, StandardCharsets.UTF_8))
                    .containsPattern("update +web +resources.limits[^\n]+, without a restart\n")
                    .contains("resources.limits.memory: 64Mi → 128Mi", "resources.limits.pids: (none) → 9");
            var reload = daemon.cli("reload");
            assertThat(reload.exit()).as(reload.err()).isZero();
            assertThat(daemon.pidOf("web")).isEqualTo(pid);
            assertThat(group.resolve("memory.max")).hasContent("134217728");
            assertThat(group.resolve("pids.max")).hasContent("9");
            assertThat(group.resolve("cpu.max")).hasContent("max 100000");
            assertThat(read(group.resolve("io.max"))).doesNotContain("wbps=1");
        }
    }

    @Test
    void theNextDaemonFindsTheSameGroupsAndMovesNothing() throws IOException {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  tree:
                    command: [bash, -c, 'for i in 1 2 3; do (while :; do :; done) & done; setsid sleep 1000 & wait']
                    resources: { limits: { memory: 128Mi, cpu: "0.2" } }
                """);
        try (daemon) {
            int pid = daemon.pidOf("tree");
            Path group = group(pid);
            await().atMost(SOON)
                    .until(() ->
                            Files.readAllLines(group.resolve("cgroup.procs")).size() == 5);
            List<String> before = Files.readAllLines(group.resolve("cgroup.procs"));
            long made = Files.getLastModifiedTime(group).toMillis();
            Path stale = Files.createDirectories(group.resolveSibling("0123456789abcdef0123456789abcdef"));
            daemon.kill9();
            daemon.upAgain();
            assertThat(daemon.pidOf("tree")).isEqualTo(pid);
            assertThat(group(pid)).isEqualTo(group);
            assertThat(Files.readAllLines(group.resolve("cgroup.procs"))).containsExactlyInAnyOrderElementsOf(before);
            assertThat(Files.getLastModifiedTime(group).toMillis()).isEqualTo(made);
            assertThat(group.resolve("memory.max")).hasContent("134217728");
            assertThat(group.resolve("cpu.max")).hasContent("20000 100000");
            gone(stale);
            assertThat(daemon.cli("stop", "tree").exit()).isZero();
            gone(group);
        }
    }

    @Test
    void twoBusyLoopsShareHalfACore() throws IOException {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  busy:
                    command: [bash, -c, '(while :; do :; done) & while :; do :; done']
                    resources: { limits: { cpu: "0.5" } }
                """);
        try (daemon) {
            Path group = group(daemon.pidOf("busy"));
            await().atMost(SOON).until(() -> counts(group, "cpu.stat", "nr_throttled") > 5);
            long began = System.nanoTime();
            long used = counts(group, "cpu.stat", "usage_usec");
            await().atMost(SOON).pollDelay(Duration.ofSeconds(10)).until(() -> true);
            double share = (counts(group, "cpu.stat", "usage_usec") - used) * 1000.0 / (System.nanoTime() - began);
            System.out.printf("two busy loops at cpu 0.5 got %.3f of a core%n", share);
            assertThat(share).isBetween(0.45, 0.55);
        }
    }

    @Test
    void killsFiveHundredProcessesAtOnce() throws IOException {
        String marker = "hf-many-" + home.getFileName();
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  many:
                    command: [bash, -c, 'trap "" TERM; for i in $$(seq 499); do sleep 1000 & done; while :; do wait; done', %s]
                    stop: { timeout: 1s }
                """.formatted(marker));
        try (daemon) {
            Path group = group(daemon.pidOf("many"));
            await().atMost(Duration.ofMinutes(2))
                    .until(() ->
                            Files.readAllLines(group.resolve("cgroup.procs")).size() == 500);
            assertThat(daemon.cli("stop", "many").exit()).isZero();
            await().atMost(SOON).until(() -> !Files.exists(group)); // it is removed once nobody waits any more
            assertThat(carrying(marker)).isEmpty();
            assertThat(daemon.cli("why", "many").out()).contains("was killed by Holdfast");
        }
    }

    private String journal() {
        return read(home.resolve("state/journal.jsonl"));
    }

    static Path group(int pid) throws IOException {
        String own = Files.readString(Path.of("/proc/" + pid + "/cgroup")).strip();
        return CGROUPS.resolve(own.substring("0::/".length()));
    }

    /** Groups of this process that are there now. */
    private static List<Path> groups(String process) {
        try (Stream<Path> all = Files.walk(CGROUPS, 4)) {
            return all.filter(p -> p.getNameCount() > 2
                            && process.equals(String.valueOf(p.getName(p.getNameCount() - 2)))
                            && Files.isDirectory(p))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static long counts(Path group, String file, String key) throws IOException {
        return Files.readAllLines(group.resolve(file)).stream()
                .filter(l -> l.startsWith(key + " "))
                .mapToLong(l -> Long.parseLong(l.substring(key.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + key + " in " + group.resolve(file)));
    }

    /** A group is removed behind the answer to whoever stopped what was in it. */
    private static void gone(Path group) {
        await().atMost(SOON).untilAsserted(() -> assertThat(group).doesNotExist());
    }
}
