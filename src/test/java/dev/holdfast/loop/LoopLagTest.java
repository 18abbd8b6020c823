package dev.holdfast.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How long what is due waited. */
class LoopLagTest {
    @Test
    void quantilesAreToTheNextPowerOfTwo() {
        var lag = new LoopLag();
        for (int i = 0; i < 99; i++) {
            lag.took(3_000);
        }
        lag.took(50_000_000);
        assertThat(lag.times()).isEqualTo(100);
        assertThat(lag.quantile(0.99)).isEqualTo(Duration.ofNanos(4_000));
        assertThat(lag.quantile(1)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
        assertThat(lag.most()).isEqualTo(Duration.ofMillis(50));
        assertThat(lag.filled().counts())
                .hasSize(lag.filled().bounds().size() + 1)
                .contains(99L, 1L);
        assertThat(lag.filled().bounds().get(2)).isEqualTo(4e-6);
        assertThat(lag.filled().counts().get(2)).isEqualTo(99);
        assertThat(lag.filled().sum()).isEqualTo(0.050297);
        lag.took(Long.MAX_VALUE);
        lag.took(0);
        assertThat(lag.times()).isEqualTo(102);
    }

    @Test
    void aDeadlineThatWasOverWhenItWasSetIsNotLate() {
        var lag = new LoopLag();
        MonoTime long0 = new MonoTime(System.nanoTime() - 1_000_000_000_000L);
        lag.woken();
        lag.waits(long0);
        lag.due(long0, new MonoTime(System.nanoTime()));
        assertThat(lag.most()).isLessThan(Duration.ofMinutes(10));
        MonoTime soon = new MonoTime(System.nanoTime() + 60_000_000_000L);
        lag.waits(soon);
        lag.due(soon, soon.plus(Duration.ofHours(1)));
        assertThat(lag.most()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void aTaskThatHoldsTheLoopIsSeen() throws Exception {
        Loop loop = Loop.open();
        var turns = new AtomicInteger();
        loop.soon(() -> {
            long end = System.nanoTime() + 30_000_000;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        });
        loop.run(() -> turns.incrementAndGet() > 1, () -> Loop.now().mono(), () -> {});
        assertThat(loop.lag().most()).isGreaterThanOrEqualTo(Duration.ofMillis(30));
    }
}
