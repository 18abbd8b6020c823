package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PulseTest {
    @TempDir
    Path proc;

    private void meminfo(String text) throws Exception {
        Files.writeString(proc.resolve("meminfo"), text);
    }

    @Test
    void whatTheKernelDoesNotTellIsUnknownAndNotNothing() throws Exception {
        meminfo("MemTotal:        1000 kB\nMemFree:         10 kB\nMemAvailable:    200 kB\nBuffers: 7 kB\n");
        Files.writeString(proc.resolve("loadavg"), "0.00 0.01 0.05 1/200 4711\n");
        try (var pulse = new Pulse(proc)) {
            pulse.beat();
            assertThat(pulse.availableBytes()).isEqualTo(200 << 10);
            assertThat(pulse.totalBytes()).isEqualTo(1000 << 10);
            assertThat(pulse.lastPid()).isEqualTo(4711);
            meminfo("");
            pulse.beat();
            assertThat(pulse.availableBytes()).isEqualTo(-1);
            meminfo("MemTotal:        1000 kB\nMemFree:         10 kB\nBuffers:    200 kB\n"); // before Linux 3.14
            pulse.beat();
            assertThat(pulse.availableBytes()).isEqualTo(-1);
        }
    }

    @Test
    void aFileThatIsServedAnewIsOpenedAnew() throws Exception {
        meminfo("");
        Files.writeString(proc.resolve("loadavg"), "0.00 0.01 0.05 1/200 4711\n");
        try (var pulse = new Pulse(proc)) {
            Files.delete(proc.resolve("meminfo"));
            meminfo("MemTotal:        1000 kB\nMemFree:         10 kB\nMemAvailable:    200 kB\n");
            pulse.beat();
            assertThat(pulse.availableBytes()).isEqualTo(200 << 10);
        }
    }
}
