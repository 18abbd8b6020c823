package dev.holdfast.heal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Severity;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static MonoTime at(int seconds) {
        return new MonoTime(0).plus(Duration.ofSeconds(seconds));
    }

    private static Bound bound(Duration raise, Duration clear, int looks) {
        return new Bound("memory", Severity.WARNING, Threshold.parse("> 75%"), raise, clear, looks);
    }

    @ParameterizedTest
    @CsvSource({
        "> 75%, 0.76, BEYOND",
        "> 75%, 0.75, BETWEEN",
        "> 75%, 0.72, BETWEEN",
        "> 75%, 0.71, WITHIN",
        "free < 15%, 0.149, BEYOND",
        "free < 15%, 0.155, BETWEEN",
        "free < 15%, 0.16, WITHIN",
        "> 100, 101, BEYOND",
        "> 100, 100, BETWEEN",
        "> 100, 95, WITHIN",
        "> 1, 1, WITHIN",
        "latency > 500ms, 0.501, BEYOND",
        "latency > 500ms, 0.480, BETWEEN",
        ">= 3, 3, BEYOND",
        ">= 3, 2, WITHIN",
        "== 0, 0, BEYOND",
        "== 0, 0.1, WITHIN",
        "> 1Ki, 1025, BEYOND",
        "certificate < 14d, 1209599, BEYOND",
    })
    void aValueIsClearedOnlyByAMargin(String threshold, double value, Reading reading) {
        assertThat(Reading.of((Threshold.Compare) Threshold.parse(threshold), value))
                .isEqualTo(reading);
    }

    @Test
    void isRaisedOnlyWhenItLasts() {
        Bound b = bound(MINUTE, MINUTE, 1);
        b.look(Reading.BEYOND, "", at(0));
        b.look(Reading.BEYOND, "", at(50));
        assertThat(b.raised()).isFalse();
        assertThat(b.raisedAt()).contains(at(60));
        b.look(Reading.WITHIN, "", at(55));
        b.look(Reading.BEYOND, "", at(58));
        b.look(Reading.BEYOND, "", at(117));
        assertThat(b.raised()).as("its time began anew").isFalse();
        b.look(Reading.BEYOND, "", at(118));
        assertThat(b.raised()).isTrue();
        assertThat(b.raisedAt()).isEmpty();
    }

    @Test
    void isClearedOnlyWhenThatLasts() {
        Bound b = bound(Duration.ZERO, MINUTE, 1);
        b.look(Reading.BEYOND, "", at(0));
        b.look(Reading.WITHIN, "", at(10));
        b.look(Reading.BETWEEN, "", at(60));
        b.look(Reading.WITHIN, "", at(70));
        b.look(Reading.WITHIN, "", at(129));
        assertThat(b.raised()).isTrue();
        b.look(Reading.WITHIN, "", at(130));
        assertThat(b.raised()).isFalse();
    }

    @Test
    void oneGoodLookIsNotEnoughWhereTwoAreNeeded() {
        Bound b = bound(Duration.ZERO, Duration.ZERO, 2);
        b.look(Reading.BEYOND, "", at(0));
        b.look(Reading.WITHIN, "", at(1));
        b.look(Reading.BEYOND, "", at(2));
        b.look(Reading.WITHIN, "", at(3));
        assertThat(b.raised()).isTrue();
        b.look(Reading.WITHIN, "", at(4));
        assertThat(b.raised()).isFalse();
    }

    @Test
    void whatIsNotKnownNeitherRaisesNorClears() {
        Bound b = bound(Duration.ZERO, Duration.ZERO, 1);
        b.look(Reading.UNKNOWN, "", at(0));
        assertThat(b.raised()).isFalse();
        b.look(Reading.BEYOND, "", at(1));
        b.look(Reading.UNKNOWN, "", at(2));
        assertThat(b.raised()).isTrue();
        assertThat(b.holds(Duration.ZERO, at(2)))
                .as("but nothing is done by it")
                .isFalse();
    }
}
