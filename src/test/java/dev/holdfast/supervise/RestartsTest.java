package dev.holdfast.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.RestartSpec;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RestartsTest {
    private static final MonoTime NOW = new MonoTime(0);

    @Test
    void jitterSpreadsTheDelayWithinItsShareAndOverAllOfIt() {
        var delays = new ArrayList<Long>();
        for (int seed = 0; seed < 1000; seed++) {
            delays.add(new Restarts(new SplittableRandom(seed))
                    .next(policy(0.25), Duration.ZERO, NOW)
                    .toMillis());
        }
        assertThat(delays).allMatch(d -> d >= 750 && d <= 1250);
        assertThat(delays).anyMatch(d -> d < 800).anyMatch(d -> d > 1200);
    }

    @Test
    void jitterAlsoSpreadsTheLongestDelay() {
        var restarts = new Restarts(new SplittableRandom(1));
        for (int i = 0; i < 50; i++) {
            Duration delay = restarts.next(policy(0.5), Duration.ZERO, NOW);
            assertThat(delay).isLessThanOrEqualTo(Duration.ofSeconds(90));
            if (i > 10) {
                assertThat(delay).isGreaterThanOrEqualTo(Duration.ofSeconds(30));
            }
        }
    }

    @Test
    void aLifeThatWasStableBringsTheDelayBackToItsBeginning() {
        var restarts = new Restarts(new SplittableRandom(1));
        assertThat(next(restarts, Duration.ZERO)).isEqualTo(1);
        assertThat(next(restarts, Duration.ZERO)).isEqualTo(2);
        assertThat(next(restarts, Duration.ofMillis(29_999)))
                .as("not long enough")
                .isEqualTo(4);
        assertThat(next(restarts, Duration.ofSeconds(30))).isEqualTo(1);
        assertThat(next(restarts, Duration.ZERO)).isEqualTo(2);
    }

    @Test
    void whatEndedWellAfterAStableLifeHasNoFailuresBehindIt() {
        var restarts = new Restarts(new SplittableRandom(1));
        next(restarts, Duration.ZERO);
        restarts.endedWell(policy(0), Duration.ofMillis(29_999));
        assertThat(restarts.failuresInRow()).isEqualTo(1);
        restarts.endedWell(policy(0), Duration.ofSeconds(30));
        assertThat(restarts.failuresInRow()).isZero();
        assertThat(next(restarts, Duration.ZERO)).isEqualTo(1);
    }

    @Test
    void theLimitCountsWithinItsWindowAlone() {
        var restarts = new Restarts(new SplittableRandom(1));
        RestartSpec policy = policy(0);
        for (int i = 0; i < 3; i++) {
            assertThat(restarts.allowed(policy, at(i))).isTrue();
            restarts.next(policy, Duration.ZERO, at(i));
        }
        assertThat(restarts.allowed(policy, at(599))).isFalse();
        assertThat(restarts.allowed(policy, at(600)))
                .as("the first has left the window")
                .isTrue();
        restarts.next(policy, Duration.ZERO, at(600));
        assertThat(restarts.allowed(policy, at(600))).isFalse();
        restarts.forgive();
        assertThat(restarts.allowed(policy, at(600))).isTrue();
    }

    private static long next(Restarts restarts, Duration uptime) {
        return restarts.next(policy(0), uptime, NOW).toSeconds();
    }

    private static MonoTime at(long seconds) {
        return new MonoTime(seconds * 1_000_000_000);
    }

    private static RestartSpec policy(double jitter) {
        return new RestartSpec(
                RestartSpec.Policy.ALWAYS,
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                2,
                jitter,
                3,
                Duration.ofMinutes(10),
                Duration.ofSeconds(30));
    }
}
