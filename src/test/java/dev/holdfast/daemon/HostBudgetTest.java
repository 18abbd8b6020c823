package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.api.HostCheck;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostBudgetTest {
    private static final HostRoom ROOM = new HostRoom(4L << 30, 1L << 30, 2, 1000);

    @TempDir
    private Path dir;

    @Test
    void refusesLimitsAboveWhatTheHostHasAtTheirLine() throws IOException {
        HostCheck check = check("""
                version: 1
                processes:
                  fits:
                    command: [x]
                    resources: { limits: { memory: 4Gi, memory_swap: 5Gi, cpu: 2, pids: 1000 } }
                  big:
                    command: [x]
                    resources: { limits: { memory: 5Gi, memory_high: 4500Mi, memory_swap: 6Gi, cpu: "2.5", pids: 1001 } }
                  off:
                    command: [x]
                    enabled: false
                    resources: { limits: { memory: 50Gi } }
                """);
        String at = dir.resolve("h.yaml") + ":8:16: big: ";
        assertThat(check.problems())
                .containsExactlyInAnyOrder(
                        at + "limits.memory is 5Gi, but this host has only 4Gi of memory",
                        at + "limits.memory_high is 4500Mi, but this host has only 4Gi of memory",
                        at + "limits.memory_swap is 6Gi, but this host has only 5Gi of memory and swap together",
                        at + "limits.cpu is 2.5 cores, but this host has only 2 cores of processors",
                        at + "limits.pids is 1001, but this host has only 1000 of pids");
    }

    @Test
    void refusesReservationsThatAddUpToMoreThanThereIsWithTheSums() throws IOException {
        HostCheck check = check("""
                version: 1
                processes:
                  web: { command: [x], replicas: 3, resources: { reservations: { memory: 1Gi, cpu: "0.5" } } }
                  db: { command: [x], resources: { reservations: { memory: 1536Mi, cpu: "0.5" } } }
                """);
        assertThat(check.problems())
                .singleElement()
                .asString()
                .contains(":4:")
                .endsWith(
                        "reservations.memory of all processes and replicas are 4608Mi together, but this host has only"
                                + " 4Gi");
        assertThat(check.sums())
                .containsExactly(
                        "reservations.memory of all: 4608Mi of 4Gi: more than there is",
                        "  db: 1 x 1536Mi = 1536Mi",
                        "  web: 3 x 1Gi = 3Gi",
                        "reservations.cpu of all: 2 cores of 2 cores",
                        "  db: 1 x 0.5 cores = 0.5 cores",
                        "  web: 3 x 0.5 cores = 1.5 cores");
    }

    @Test
    void tellsLimitsThatAddUpToMoreThanThereIsAndForbidsNothing() throws IOException {
        HostCheck check = check("""
                version: 1
                processes:
                  web: { command: [x], replicas: 4, resources: { limits: { memory: 2Gi, pids: 100 } } }
                """);
        assertThat(check.problems()).isEmpty();
        assertThat(check.sums())
                .containsExactly(
                        "limits.memory of all: 8Gi of 4Gi: more than there is, if all used theirs at once",
                        "  web: 4 x 2Gi = 8Gi",
                        "limits.pids of all: 400 of 1000",
                        "  web: 4 x 100 = 400");
    }

    @Test
    void countsTheProcessorsOfARealHost() throws IOException {
        assertThat(HostRoom.cores(List.of("Name:\tx", "Cpus_allowed_list:\t0-3,7,9-10")))
                .isEqualTo(7);
        HostRoom here = HostRoom.of(Path.of("/proc"), 1L << 20);
        assertThat(here.memoryBytes()).isEqualTo(1 << 20);
        assertThat(here.cores()).isPositive();
        assertThat(here.pids()).isGreaterThan(300);
    }

    @Test
    void theCommandEndsWithTwoForWhatThisHostCannotGive() throws IOException {
        Path file = dir.resolve("h.yaml");
        Files.writeString(file, """
                version: 1
                processes:
                  big: { command: [x], replicas: 2, resources: { limits: { memory: 900Ti } } }
                """);
        var plain = DaemonUnderTest.runPlain(DaemonUnderTest.command(List.of(), "check", file.toString()));
        assertThat(plain.exit()).as(plain.err()).isZero();
        assertThat(plain.out()).doesNotContain("of all");
        var host = DaemonUnderTest.runPlain(DaemonUnderTest.command(List.of(), "check", "--host", file.toString()));
        assertThat(host.exit()).isEqualTo(2);
        assertThat(host.err()).contains(file + ":3:", "limits.memory is 900Ti, but this host has only ");
        assertThat(host.out()).contains("limits.memory of all: 1800Ti of ", "  big: 2 x 900Ti = 1800Ti");
    }

    private HostCheck check(String yaml) throws IOException {
        Path file = dir.resolve("h.yaml");
        Files.writeString(file, yaml);
        var loaded = (Loaded.Sound) new ConfigLoader(Map.of(), false).load(file);
        return HostBudget.of(loaded.config(), ROOM, List.of());
    }
}
