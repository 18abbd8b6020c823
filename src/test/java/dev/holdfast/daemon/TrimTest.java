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
    void whatFewScrapesLeaveIsGivenBackWhenNoMoreCome() {
        settle();
        trim.told(now, 1000);
        quiet(Duration.ofSeconds(15));
        trim.told(now, 1000);
        quiet(Trim.LEFT.minus(STEP));
        assertThat(given).hasValue(2);
        settle();
        assertThat(given).hasValue(4);
        assertThat(trim.deadline()).isEqualTo(MonoTime.NEVER);
    }

    @Test
    void whatIsToldOfFewProcessesLeavesNothingWorthIt() {
        settle();
        for (int i = 0; i < 40; i++) {
            trim.told(now, 10);
            quiet(STEP);
        }
        quiet(Duration.ofMinutes(10));
        assertThat(given).hasValue(2);
    }

    @Test
    void aBurstAfterAScrapeIsABurst() {
        settle();
        trim.told(now, 1000);
        storm(Duration.ofSeconds(1));
        quiet(Trim.QUIET);
        assertThat(given).hasValue(3);
    }

    @Test
    void aHeapThatHasGrownIsCollectedButSeldom() {
        settle();
        long heap = 20 << 20;
        assertThat(trim.hasGrown(heap))
                .as("the first is what the others are compared with")
                .isFalse();
        assertThat(trim.hasGrown(heap + Trim.GROWN_BYTES - 1)).isFalse();
        assertThat(trim.hasGrown(heap - 4096)).isFalse();
        assertThat(trim.hasGrown(heap - 4096 + Trim.GROWN_BYTES)).isTrue();
        trim.grew(now);
        quiet(Trim.QUIET);
        assertThat(given).as("so soon after the last time").hasValue(2);
        quiet(Trim.SELDOM);
        assertThat(given).hasValue(3);
        quiet(Trim.AGAIN);
        assertThat(given).hasValue(4);
        assertThat(trim.hasGrown(2 * heap))
                .as("what is left after that is live")
                .isFalse();
        quiet(Trim.SELDOM);
        assertThat(trim.hasGrown(2 * heap + Trim.GROWN_BYTES)).isTrue();
        trim.grew(now);
        trim.grew(now);
        quiet(Trim.QUIET);
        assertThat(given).hasValue(5);
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
