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
}
