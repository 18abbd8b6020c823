package dev.holdfast.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({
        "512Mi, 536870912",
        "2Gi, 2147483648",
        "1K, 1000",
        "1Ki, 1024",
        "10M, 10000000",
        "0, 0",
        "1.5Gi, 1610612736",
        "256MiB, 268435456",
        "7, 7",
        "1024Mi, 1073741824"
    })
    void tellsPowersOf1024FromPowersOf1000(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Mi", "-1", "1mi", "1 GB B", "1e9", "99999999T", "0x10"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a size is");
    }

    @ParameterizedTest
    @CsvSource({"250ms, 250", "30s, 30000", "1h30m, 5400000", "2d, 172800000", "1w, 604800000", "0, 0"})
    void readsDurations(String text, long millis) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5 s", "-1s", "s", "1.5h", "1y", "1m1"})
    void refusesWhatIsNoDuration(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).hasMessageStartingWith("a duration is");
    }

    @ParameterizedTest
    @CsvSource({"0.5, 500", "2.0, 2000", "500m, 500", "1, 1000", "0.001, 1"})
    void readsCpuAmounts(String text, int millicores) {
        assertThat(CpuAmount.parse(text).millicores()).isEqualTo(millicores);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "0.0001", "50%", "1.5m"})
    void refusesWhatIsNoCpuAmount(String text) {
        assertThatThrownBy(() -> CpuAmount.parse(text)).hasMessageStartingWith("a CPU amount is");
    }

    @Test
    void readsBackWhatItPrints() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < 10_000; i++) {
            var size = new ByteSize(random.nextLong(1L << random.nextInt(1, 62)));
            assertThat(ByteSize.parse(size.toString())).isEqualTo(size);
            Duration d = Duration.ofNanos(1000 * random.nextLong(1L << random.nextInt(1, 50)));
            assertThat(Durations.parse(Durations.format(d))).isEqualTo(d);
            var cpu = new CpuAmount(1 + random.nextInt(10_000_000));
            assertThat(CpuAmount.parse(cpu.toString())).isEqualTo(cpu);
        }
    }
}
