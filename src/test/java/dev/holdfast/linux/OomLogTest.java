package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OomLogTest {
    private static final Path PROC = Path.of("/proc");
    private static final String DETAILS = " total-vm:2088kB, anon-rss:1024kB, file-rss:0kB, shmem-rss:0kB, UID:0"
            + " pgtables:40kB oom_score_adj:0\n";

    @TempDir
    private Path dir;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3,812,5140900,-;Out of memory: Killed process 4711 (php)",
                "3,812,5140900,-,caller=T9;Memory cgroup out of memory: Killed process 4711 (a: Killed process 1 (b)",
                "3,812,5140900,-;Out of memory (oom_kill_allocating_task): Killed process 4711 ()",
            })
    void readsWhomTheKernelKilledAndWhen(String record) {
        assertThat(OomRecord.parse(record + DETAILS + " SUBSYSTEM=cpu\n")).contains(new OomRecord(4711, 5_140_900));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "12,812,5140900,-;Out of memory: Killed process 4711 (forged by a program)",
                "3,812,5140900,-;php invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0",
                "3,812,5140900,-;oom_reaper: reaped process 4711 (php), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB",
                "6,812,5140900,-;x: Out of memory: Killed process 4711 (x)",
                "",
            })
    void takesNothingElseForAKill(String record) {
        assertThat(OomRecord.parse(record + "\n")).isEmpty();
    }

    @Test
    void tellsOnlyWhatCameSinceAndOfTheProcessThatHadThePidThen() throws IOException {
        assumeTrue(
                Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString().equals("pid:[4026531836]"),
                "this is another pid namespace");
        Path device = Files.writeString(dir.resolve("kmsg"), "3,1,1000000,-;Out of memory: Killed process 1 (x)\n");
        long upNanos = (long)
                (Double.parseDouble(Files.readString(PROC.resolve("uptime")).split(" ", -1)[0]) * 1e9);
        long now = 3_000_000_000_000L;
        // Killed ten seconds ago.
        String record = "3,2,%d,-;Out of memory: Killed process 7 (x)\n".formatted(now / 1000 - 10_000_000);
        var older = new ProcessRef(7, upNanos / 10_000_000 - 2000);
        long drift = upNanos / 2000 / 10_000_000;
        var younger = new ProcessRef(7, upNanos / 10_000_000 - 500 + drift);
        try (OomLog log = OomLog.open(device, PROC)) {
            assertThat(log.ended(older, new MonoTime(now))).isFalse();
            Files.writeString(device, record, StandardOpenOption.APPEND);
            assertThat(log.ended(new ProcessRef(1, 1), new MonoTime(now))).isFalse();
            assertThat(log.ended(older, new MonoTime(now))).isTrue();
            assertThat(log.ended(younger, new MonoTime(now)))
                    .as("the same pid, given anew")
                    .isFalse();
        }
    }

    @Test
    void saysWhyItCannotBeRead() {
        assertThatThrownBy(() -> OomLog.open(dir.resolve("none"), PROC)).isInstanceOf(IOException.class);
    }
}
