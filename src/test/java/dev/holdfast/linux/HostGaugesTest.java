package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostGaugesTest {
    @TempDir
    Path proc;

    private void write(String file, String text) throws IOException {
        Path path = proc.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void readsWhatTheKernelTells() throws IOException {
        write(
                "meminfo",
                "MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable: 400 kB\nSwapTotal: 10 kB\nSwapFree: 4 kB\n");
        write("stat", "cpu  10 20 30 400 50 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8\ncpu1 1 2 3 4 5 6 7 8\nintr 1\n");
        write("loadavg", "1.50 0.30 0.40 2/345 678\n");
        write("vmstat", "nr_x 1\npswpin 3\npswpout 9\n");
        write("sys/fs/file-nr", "1200\t200\t9223372036854775807\n");
        write(
                "pressure/memory",
                "some avg10=0.00 avg60=0.00 avg300=0.00 total=123\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=45\n");
        var g = new HostGauges(proc);
        assertThat(g.memory()).contains(new HostGauges.Memory(1000 << 10, 400 << 10, 10 << 10, 4 << 10));
        assertThat(g.processors()).contains(new HostGauges.Ticks(81, 531));
        assertThat(g.cores()).isEqualTo(2);
        assertThat(g.load()).contains(1.5);
        assertThat(g.swappedIn()).contains(3L * 4096);
        assertThat(g.openFiles()).hasValueSatisfying(f -> assertThat(f.used()).isEqualTo(1000));
        assertThat(g.stall("memory")).contains(new HostGauges.Stall(123, 45));
    }

    @Test
    void whatIsNotThereIsNotZero() throws IOException {
        write("meminfo", "MemTotal: 1000 kB\nMemFree: 500 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
        write("stat", "intr 1\n");
        var g = new HostGauges(proc);
        assertThat(g.memory()).as("a kernel without MemAvailable").isEmpty();
        assertThat(g.processors()).isEmpty();
        assertThat(g.load()).isEmpty();
        assertThat(g.swappedIn()).isEmpty();
        assertThat(g.openFiles()).isEmpty();
        assertThat(g.stall("io")).isEmpty();
    }

    @Test
    void measuresMountsAndNothingElse() throws IOException {
        HostGauges.Space space = HostGauges.space("/");
        assertThat(space.used() + space.free()).isPositive();
        assertThatThrownBy(() -> HostGauges.space(proc.toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nothing is mounted there");
        assertThatThrownBy(() -> HostGauges.space(proc + "/none")).isInstanceOf(IOException.class);
    }
}
