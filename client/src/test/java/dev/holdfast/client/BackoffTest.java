package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void doublesUpToTenSecondsAndBeginsAnew() {
        var backoff = new Backoff(() -> 0.5);
        assertThat(Stream.generate(() -> backoff.next(null).toMillis()).limit(9))
                .containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 10_000L, 10_000L);
        backoff.reset();
        assertThat(backoff.next(null)).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void isSpreadByAFifth() {
        assertThat(new Backoff(() -> 0).next(null)).isEqualTo(Duration.ofMillis(80));
        assertThat(new Backoff(() -> 1).next(null)).isEqualTo(Duration.ofMillis(120));
    }

    @Test
    void heedsWhatItIsAskedForUpToAMinute() {
        assertThat(new Backoff(() -> 0).next(Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(5));
        assertThat(new Backoff(() -> 0).next(Duration.ofDays(5))).isEqualTo(Duration.ofMinutes(1));
    }
}
