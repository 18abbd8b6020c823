package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CensusTest {
    private static final Path PROC = Path.of("/proc");

    @ParameterizedTest
    @ValueSource(ints = {0, 1000})
    void seesAProcessAsItIsWhetherItsFileStaysOpenOrNot(int mostOpen) throws IOException {
        Process sleep = new ProcessBuilder("sleep", "100").start();
        try (Census census = new Census(PROC, mostOpen)) {
            census.look();
            int slot = census.slotOf((int) sleep.pid());
            assertThat(slot).isNotNegative();
            assertThat(census.parent(slot))
                    .isEqualTo((int) ProcessHandle.current().pid());
            assertThat(census.ref(slot))
                    .isEqualTo(
                            new Proc(PROC).stat((int) sleep.pid()).orElseThrow().ref());
            Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                census.look();
                assertThat(census.particulars().command(slot)).isEqualTo("sleep 100");
            });
            assertThat(census.particulars().exe(slot)).contains("/");
            assertThat(census.particulars().name(slot)).isEqualTo("sleep");
            assertThat(census.particulars().descriptors(slot)).isBetween(3L, 20L);
            assertThat(census.threads(slot)).isEqualTo(1);
            assertThat(census.rssBytes(slot)).isGreaterThan(100_000);
            assertThat(census.particulars().uid(slot)).isGreaterThanOrEqualTo(0);
            assertThat(census.open()).isLessThanOrEqualTo(mostOpen);
        } finally {
            sleep.destroyForcibly();
        }
    }

    @Test
    void forgetsWhatEndedAndKeepsTheSlotsOfOthers() throws Exception {
        Process first = new ProcessBuilder("sleep", "100").start();
        Process second = new ProcessBuilder("sleep", "100").start();
        try (Census census = new Census(PROC, 1000)) {
            census.look();
            int slot = census.slotOf((int) second.pid());
            first.destroyForcibly().waitFor();
            census.look();
            assertThat(census.slotOf((int) first.pid())).isEqualTo(-1);
            assertThat(census.slotOf((int) second.pid())).isEqualTo(slot);
        } finally {
            first.destroyForcibly();
            second.destroyForcibly();
        }
    }

    @Test
    void anotherProgramInTheSameProcessIsNoticed() throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", "read line; exec sleep 100").start();
        try (Census census = new Census(PROC, 1000)) {
            Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                census.look();
                assertThat(census.particulars().name(census.slotOf((int) shell.pid())))
                        .isEqualTo("sh");
            });
            int slot = census.slotOf((int) shell.pid());
            long before = census.program(slot);
            long hash = census.particulars().commandHash(slot);
            census.look();
            assertThat(census.program(slot)).isEqualTo(before);
            assertThat(census.particulars().commandHash(slot)).isEqualTo(hash);
            shell.getOutputStream().write("x\n".getBytes(StandardCharsets.US_ASCII));
            shell.getOutputStream().flush();
            Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                census.look();
                assertThat(census.program(slot)).isNotEqualTo(before);
                assertThat(census.particulars().commandHash(slot)).isNotEqualTo(hash);
            });
        } finally {
            shell.destroyForcibly();
        }
    }

    @Test
    void readsWhatWasSetInTheEnvironment() throws IOException {
        var builder = new ProcessBuilder("sleep", "100");
        builder.environment().put("HOLDFAST_INSTANCE", "abc");
        Process sleep = builder.start();
        try (Census census = new Census(PROC, 1000)) {
            Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                census.look();
                assertThat(census.particulars().environment(census.slotOf((int) sleep.pid()), "HOLDFAST_INSTANCE"))
                        .isEqualTo("abc");
            });
            int slot = census.slotOf((int) sleep.pid());
            assertThat(census.particulars().environment(slot, "HOLDFAST_INST")).isEmpty();
        } finally {
            sleep.destroyForcibly();
        }
    }

    @Test
    void asManyStayOpenAsNobodyMisses() {
        long gib = 1L << 30;
        assertThat(Census.budget(524_288, Long.MAX_VALUE, 16 * gib)).isEqualTo(10_240);
        assertThat(Census.budget(4_096, Long.MAX_VALUE, 16 * gib)).isEqualTo(512);
        assertThat(Census.budget(524_288, 65_536, 16 * gib)).isEqualTo(4_096);
        assertThat(Census.budget(Long.MAX_VALUE, Long.MAX_VALUE, gib)).isEqualTo(1_638);
        assertThat(Census.budget(PROC)).isBetween(1, 10_240);
        assertThat(Census.budget(Path.of("/nowhere"))).isBetween(1, 10_240);
    }

    @Test
    void aLookInHasteSeesWhoCameAndWhoWent() throws Exception {
        Process first = new ProcessBuilder("sleep", "100").start();
        try (Census census = new Census(PROC, 1000)) {
            census.look();
            first.destroyForcibly().waitFor();
            Process second = new ProcessBuilder("sleep", "100").start();
            try {
                census.lookInHaste();
                assertThat(census.slotOf((int) first.pid())).isEqualTo(-1);
                assertThat(census.slotOf((int) second.pid())).isNotNegative();
                int count = census.count();
                census.look();
                assertThat(census.count()).isBetween(count - 50, count + 50);
            } finally {
                second.destroyForcibly();
            }
        }
    }

    @Test
    void nothingDiffersUntilItDoes() throws IOException {
        Process sleep = new ProcessBuilder("sleep", "100").start();
        try (Census census = new Census(PROC, 1000)) {
            Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                census.look();
                assertThat(census.particulars().command(census.slotOf((int) sleep.pid())))
                        .isEqualTo("sleep 100");
            });
            int slot = census.slotOf((int) sleep.pid());
            Particulars of = census.particulars();
            assertThat(of.commandDiffers(slot, of.commandHash(slot))).isFalse();
            assertThat(of.commandDiffers(slot, of.commandHash(slot) + 1)).isTrue();
            assertThat(of.cgroupDiffers(slot, of.cgroupHash(slot))).isFalse();
            assertThat(of.cgroupDiffers(slot, 0)).isTrue();
        } finally {
            sleep.destroyForcibly();
        }
    }
}
