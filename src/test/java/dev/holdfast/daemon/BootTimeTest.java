package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BootTimeTest {
    private final BootTime boot = new BootTime();

    @Test
    void aClockThatIsSlewedMovesNoStartTime() {
        assertThat(boot.seconds(1_000_100, 100)).isEqualTo(1_000_000);
        for (int i = 1; i < 1000; i++) {
            assertThat(boot.seconds(1_000_100 + i * 1.0005, 100 + i)).isEqualTo(1_000_000);
        }
    }

    @Test
    void aClockThatWasSetDoes() {
        assertThat(boot.seconds(100, 100)).isZero();
        assertThat(boot.seconds(1_000_200, 200)).isEqualTo(1_000_000);
        assertThat(boot.seconds(1_000_201, 201)).isEqualTo(1_000_000);
        assertThat(boot.seconds(998_000, 300)).isEqualTo(997_700);
    }
}
