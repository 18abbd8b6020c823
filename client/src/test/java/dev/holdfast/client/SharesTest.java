package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharesTest {
    private static Duration s(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    void eachGetsWhatItAsksForWhileThereIsEnough() {
        assertThat(Shares.next(s(10), List.of(s(4), s(6)))).isEqualTo(s(4));
    }

    @Test
    void elseInProportion() {
        assertThat(Shares.next(s(10), List.of(s(30), s(10)))).isEqualTo(Duration.ofMillis(7500));
    }

    @Test
    void whatTheFirstLeavesTheOthersHave() {
        assertThat(Shares.next(s(9), List.of(s(10)))).isEqualTo(s(9));
    }

    @Test
    void nothingIsLeftOfNothing() {
        assertThat(Shares.next(s(-1), List.of(s(10)))).isZero();
    }
}
