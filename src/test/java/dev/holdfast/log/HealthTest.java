package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final Health health = new Health();
    private MonoTime now = new MonoTime(0);

    @Test
    void aSmallBatchThatFitsEndsNoTrouble() {
        assertThat(health.failed(100, now)).isTrue();
        assertThat(health.worked(50, now)).isFalse();
        assertThat(health.failed(100, now)).isFalse();
        assertThat(health.worked(20 << 10, now)).isTrue();
        assertThat(health.missing()).isEqualTo(200);
        assertThat(health.worked(50, now)).isFalse();
        assertThat(health.failed(7, now)).isTrue();
        assertThat(health.missing()).isEqualTo(7);
    }

    @Test
    void timeEndsATroubleToo() {
        assertThat(health.failed(100, now)).isTrue();
        now = now.plus(Duration.ofSeconds(11));
        assertThat(health.worked(1, now)).isTrue();
    }

    @Test
    void nothingToTellWhenNothingFailed() {
        assertThat(health.worked(1 << 20, now)).isFalse();
    }
}
