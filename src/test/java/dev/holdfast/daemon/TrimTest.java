package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TrimTest {
    private static final Duration STEP = Duration.ofMillis(1);

    private final AtomicInteger given = new AtomicInteger();
    private MonoTime now = new MonoTime(0);
    private final Trim trim = new Trim(now, given::incrementAndGet);

    @Test
    void givesBackWhenTheStartIsOverAndOnceMore() {
        quiet(Trim.QUIET);
        assertThat(given).hasValue(1);
        quiet(Trim.AGAIN.minus(STEP));
        assertThat(given).hasValue(1);
        quiet(STEP);
        assertThat(given).hasValue(2);
        quiet(Duration.ofMinutes(10));
        assertThat(given).hasValue(2);
        assertThat(trim.deadline()).isEqualTo(MonoTime.NEVER);
    }

    @Test
    void givesBackAgainAfterABurst() {
        settle();
        storm(Duration.ofSeconds(1));
        assertThat(given).as("while it goes on, and is short").hasValue(2);
        settle();
        assertThat(given).hasValue(4);
    }

    @Test
    void aBurstBetweenTheTwoIsWaitedForAsAnyOther() {
        quiet(Trim.QUIET);
        storm(Duration.ofSeconds(1));
        quiet(Trim.QUIET.minus(STEP));
        assertThat(given).hasValue(1);
        quiet(STEP);
        assertThat(given).hasValue(2);
    }

    @Test
    void aFewEventsAreNoBurst() {
        settle();
        storm(Duration.ofMillis(100));
        quiet(Duration.ofMinutes(10));
        assertThat(given).hasValue(2);
    }

    @Test
    void whatScrapesLeaveIsGivenBackNowAndThen() {
        settle();
        for (int i = 0; i < 3; i++) {
            trim.told(now, 1000);
            quiet(Duration.ofSeconds(15));
        }
        assertThat(given).hasValue(2);
        trim.told(now, 1000);
        settle();
        assertThat(given).hasValue(4);
    }

    @Test
    void whatNeverBecomesQuietIsWaitedForSoLongAndNoLonger() {
        storm(Trim.LONGEST.minus(STEP));
        assertThat(given).hasValue(0);
        storm(STEP);
        assertThat(given).hasValue(1);
        storm(Trim.LONGEST);
        assertThat(given).as("counted anew from the next burst").hasValue(1);
        storm(Duration.ofSeconds(1));
        assertThat(given).hasValue(2);
        quiet(Trim.QUIET);
        assertThat(given).as("and once more when it is over").hasValue(3);
    }

    @Test
    void waitsUntilNothingIsAboutToBegin() {
        now = now.plus(Trim.QUIET);
        MonoTime due = now.plus(Duration.ofMillis(30));
        trim.tick(now, due);
        assertThat(given).hasValue(0);
        assertThat(trim.deadline().isBefore(due)).isFalse();
        now = trim.deadline();
        trim.tick(now, now.plus(Duration.ofSeconds(1)));
        assertThat(given).hasValue(1);
    }

    @Test
    void waitsForWhatHasJustBegun() {
        now = now.plus(Trim.QUIET);
        MonoTime next = now.plus(Duration.ofSeconds(1));
        trim.tick(now, now);
        trim.tick(now.plus(Duration.ofMillis(1)), next);
        assertThat(given).hasValue(0);
        trim.tick(trim.deadline(), next);
        assertThat(given).hasValue(1);
    }

    @Test
    void doesNotWaitForEverWhereSomethingIsDueAllTheTime() {
        now = now.plus(Trim.QUIET);
        for (MonoTime end = now.plus(Trim.PATIENCE); now.isBefore(end); now = now.plus(Duration.ofMillis(10))) {
            trim.tick(now, now.plus(Duration.ofMillis(10)));
            assertThat(given).hasValue(0);
        }
        trim.tick(now, now.plus(Duration.ofMillis(10)));
        assertThat(given).hasValue(1);
    }

    private void settle() {
        quiet(Trim.QUIET);
        quiet(Trim.AGAIN);
    }

    /** An event each millisecond. */
    private void storm(Duration length) {
        for (Duration t = Duration.ZERO; t.compareTo(length) < 0; t = t.plus(STEP)) {
            now = now.plus(STEP);
            trim.stirred(now);
            trim.tick(now, MonoTime.NEVER);
        }
    }

    private void quiet(Duration length) {
        now = now.plus(length);
        trim.tick(now, MonoTime.NEVER);
    }
}
