package dev.holdfast.daemon;

import static dev.holdfast.daemon.LimitsKernelTest.counts;
import static dev.holdfast.daemon.LimitsKernelTest.group;
import static dev.holdfast.daemon.WatchTest.GROW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testkernel.OnPlainKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What comes before the kernel's last word, on cgroup v2: recycling, throttling, limits of a disk. */
@OnPlainKernel
@Timeout(600)
class WatchKernelTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path home;

    @Test
    void isRecycledBeforeItsLimitAndNotForItsFileCache() throws IOException {
        Path first = home.resolve("first");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  leaky:
                    command: [bash, -c, "trap 'echo finished; exit 0' TERM; [ -e %s ] && exec sleep 1000; touch %s; %s"]
                    restart: { policy: on-failure, limit: 0 }
                    resources: { limits: { memory: 96Mi } }
                    memory_watch: { warn: 30%%, recycle: 60%% }
                  reader:
                    command: [sh, -c, "exec 3< /dev/vda; dd if=/dev/vda of=/dev/null bs=1M count=80; echo read; sleep 1000; :"]
                    resources: { limits: { memory: 64Mi } }
                    memory_watch: { recycle: 50%% }
                """.formatted(first, first, GROW));
        try (daemon) {
            Path reader = group(daemon.pidOf("reader"));
            await().atMost(SOON).until(() -> daemon.replica("leaky").restarts() == 1);
            assertThat(daemon.logged("leaky.0.log")).contains("finished");
            String why = daemon.cli("why", "leaky").out();
            assertThat(why)
                    .contains("memory_watch: recycled at 57.6Mi of memory")
                    .contains("at its warning mark of");
            assertThat(why).doesNotContain("killed");
            await().atMost(SOON).until(() -> daemon.logged("reader.0.log").contains("read"));
            // As long as it keeps the disk open, it holds more than half of its limit, nearly all of it cache that
            // nobody uses.
            await().atMost(SOON)
                    .until(() -> Long.parseLong(Files.readString(reader.resolve("memory.current"))
                                    .strip())
                            > 40L << 20);
            await().atMost(SOON).pollDelay(Duration.ofSeconds(12)).until(() -> true);
            assertThat(daemon.replica("reader").restarts()).isZero();
            assertThat(daemon.replica("reader").memoryBytes()).isGreaterThan(32L << 20);
            assertThat(counts(reader, "memory.events", "oom_kill")).isZero();
        }
    }

    @Test
    void isSlowedDownAtMemoryHighBeforeItIsKilled() throws IOException {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  greedy:
                    command: [bash, -c, "%s"]
                    restart: never
                    resources: { limits: { memory: 128Mi, memory_high: 24Mi } }
                """.formatted(GROW));
        try (daemon) {
            Path group = group(daemon.pidOf("greedy"));
            await().atMost(SOON).until(() -> counts(group, "memory.events", "high") > 0);
            assertThat(counts(group, "memory.events", "oom_kill")).isZero();
            assertThat(Long.parseLong(
                            Files.readString(group.resolve("memory.current")).strip()))
                    .isLessThan(64L << 20);
            assertThat(daemon.replica("greedy").state()).isEqualTo("up");
            assertThat(daemon.cli("stop", "greedy").exit()).isZero();
        }
    }

    @Test
    void readsNoFasterFromADiskThanItsLimit() throws IOException {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  reader:
                    command: [sh, -c, "while :; do dd if=/dev/vda of=/dev/null bs=64k count=8000 iflag=direct; done"]
                    resources: { limits: { io: { read_bytes: 1Mi } } }
                """);
        try (daemon) {
            Path group = group(daemon.pidOf("reader"));
            await().atMost(SOON).until(() -> read(group) > 2L << 20);
            long began = System.nanoTime();
            long before = read(group);
            await().atMost(SOON).pollDelay(Duration.ofSeconds(20)).until(() -> true);
            double rate = (read(group) - before) * 1e9 / (System.nanoTime() - began) / (1 << 20);
            System.out.printf("read_bytes 1Mi let %.2f MiB/s through%n", rate);
            assertThat(rate).isBetween(0.8, 1.2);
        }
    }

    /** Bytes that its members have read from disks. */
    private static long read(Path group) throws IOException {
        return Files.readAllLines(group.resolve("io.stat")).stream()
                .flatMap(l -> java.util.Arrays.stream(l.split(" ", -1)))
                .filter(w -> w.startsWith("rbytes="))
                .mapToLong(w -> Long.parseLong(w.substring("rbytes=".length())))
                .sum();
    }
}
