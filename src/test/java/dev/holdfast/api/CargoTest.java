package dev.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.Channel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CargoTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private long now;
    private final Cargo cargo = new Cargo(100, Duration.ofSeconds(5), () -> now);

    private static final class Line implements Channel {
        private boolean open = true;

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }

    @Test
    void whatHasNoRoomIsRefusedAndNothingIsHeldForIt() {
        var one = new Line();
        var other = new Line();
        assertThat(cargo.take(one, 60)).isTrue();
        assertThat(cargo.take(other, 41)).isFalse();
        assertThat(cargo.take(other, 40)).isTrue();
        assertThat(cargo.take(one, 1)).isFalse();
        cargo.gone(other);
        cargo.gone(other);
        assertThat(cargo.take(one, 1)).isTrue();
        cargo.gone(one);
        assertThat(cargo.held()).isZero();
    }

    @Test
    void whoWaitsGetsTheRoomThatAnotherLeaves() throws InterruptedException {
        var one = new Line();
        var other = new Line();
        assertThat(cargo.take(one, 100)).isTrue();
        assertThat(cargo.takeWithin(other, 50, Duration.ZERO)).isFalse();
        assertThat(cargo.held()).isEqualTo(100);
        Thread.ofVirtual().start(() -> cargo.gone(one));
        assertThat(cargo.takeWithin(other, 50, Duration.ofMinutes(1))).isTrue();
        assertThat(cargo.held()).isEqualTo(50);
    }

    @Test
    void whoTakesTooLongMakesRoomTheLongestFirst() {
        var first = new Line();
        var second = new Line();
        var third = new Line();
        assertThat(cargo.take(first, 50)).isTrue();
        now += SECOND;
        assertThat(cargo.take(second, 50)).isTrue();
        now += 4 * SECOND;
        assertThat(cargo.take(third, 50)).isTrue();
        assertThat(first.open).isFalse();
        assertThat(cargo.take(third, 50)).as("second is not over its time").isFalse();
        now += SECOND;
        assertThat(cargo.take(third, 50)).isTrue();
        assertThat(second.open).isFalse();
        assertThat(third.open).isTrue();
        assertThat(cargo.held()).isEqualTo(100);
    }

    @Test
    void whoWaitsForUsIsNotHungUpOn() {
        var one = new Line();
        var other = new Line();
        assertThat(cargo.take(one, 100)).isTrue();
        cargo.arrived(one);
        now += 60 * SECOND;
        assertThat(cargo.take(other, 1)).isFalse();
        assertThat(one.open).isTrue();
    }

    @Test
    void oneAloneMayHaveMoreAndWhatMustBeToldIs() {
        var one = new Line();
        var other = new Line();
        assertThat(cargo.take(one, 150)).isTrue();
        assertThat(cargo.take(one, 50)).isTrue();
        cargo.takeAnyway(other, 30);
        assertThat(cargo.held()).isEqualTo(230);
    }
}
