package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.process.Bounds.Crossing;
import dev.holdfast.process.Bounds.Kind;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VigilTest {
    private static final InstanceId ID = new InstanceId("0");
    private static final long MI = 1 << 20;

    @Test
    void warnsOncePerCrossingAndAgainOnlyAfterAClearFall() {
        var vigil = new Vigil(ID, new Bounds(90 * MI, null, null, null));
        assertThat(told(vigil, 89, 90, 91, 89, 90, 95)).containsExactly(Kind.WARN);
        assertThat(told(vigil, 86, 92)).as("still within the hysteresis").isEmpty();
        assertThat(told(vigil, 85, 92, 93)).containsExactly(Kind.WARN);
    }

    @Test
    void asksForARecyclingAtItsMarkAndInsistsWhileItLasts() {
        var vigil = new Vigil(ID, new Bounds(90 * MI, 95 * MI, null, null));
        assertThat(kind(vigil, 94 * MI, 0, 0)).isEqualTo(Kind.WARN);
        assertThat(kind(vigil, 95 * MI, 0, 0)).isEqualTo(Kind.RECYCLE);
        assertThat(kind(vigil, 96 * MI, 0, 4_999)).isNull();
        assertThat(kind(vigil, 96 * MI, 0, 5_000)).isEqualTo(Kind.RECYCLE);
        assertThat(kind(vigil, 94 * MI, 0, 5_001)).as("warned already").isNull();
        assertThat(kind(vigil, 95 * MI, 0, 5_002)).isEqualTo(Kind.RECYCLE);
    }

    @Test
    void tellsALimitOnlyAboveItAndAtOnceWhenItGetsFarAbove() {
        var vigil = new Vigil(ID, new Bounds(null, 95 * MI, 100 * MI, null));
        assertThat(kind(vigil, 100 * MI, 0, 0)).isEqualTo(Kind.RECYCLE);
        assertThat(vigil.judge(100 * MI + 1, 0, at(1)))
                .isEqualTo(new Crossing(ID, Kind.MEMORY, 100 * MI + 1, 100 * MI));
        assertThat(kind(vigil, 125 * MI, 0, 2)).isNull();
        assertThat(kind(vigil, 125 * MI + 1, 0, 3)).isEqualTo(Kind.FAR_ABOVE_MEMORY);
    }

    @Test
    void tellsOfTooManyProcessesBeforeAllElse() {
        var vigil = new Vigil(ID, new Bounds(1L, 2L, 3L, 30));
        assertThat(vigil.judge(1000, 31, at(0))).isEqualTo(new Crossing(ID, Kind.TASKS, 31, 30));
        assertThat(kind(new Vigil(ID, new Bounds(null, null, null, 30)), 1 << 30, 30, 0))
                .isNull();
    }

    @Test
    void looksOftenAtWhatGrowsTowardsItsBoundAndSeldomAtTheRest() {
        var vigil = new Vigil(ID, new Bounds(null, null, 100 * MI, 40));
        assertThat(vigil.rest(50 * MI, 1)).isEqualTo(Vigil.SLOW);
        assertThat(vigil.rest(86 * MI, 1)).isEqualTo(Vigil.AT_ONCE);
        assertThat(vigil.rest(86 * MI, 1)).isEqualTo(Vigil.STEADY);
        assertThat(vigil.rest(87 * MI, 1)).isEqualTo(Vigil.AT_ONCE);
        assertThat(vigil.rest(50 * MI, 35)).isEqualTo(Vigil.STEADY);
        assertThat(vigil.rest(50 * MI, 41)).isEqualTo(Vigil.AT_ONCE);
        assertThat(new Vigil(ID, Bounds.NONE).near(Long.MAX_VALUE / 2)).isFalse();
    }

    /** A thousand random walks: whatever passes a limit is told with the next sample, and a warning never twice. */
    @Test
    void missesNoCrossingAndRepeatsNoWarning() {
        for (long seed = 0; seed < 1000; seed++) {
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
            var vigil = new Vigil(ID, new Bounds(80L, 90L, 100L, 10));
            boolean calm = true;
            Kind last = null;
            long millis = 0;
            for (int i = 0; i < 200; i++) {
                long bytes = random.nextLong(130);
                long tasks = random.nextLong(13);
                millis += random.nextInt(3000);
                Kind told = kind(vigil, bytes, tasks, millis);
                boolean grave = tasks > 10 || bytes >= 90;
                if (grave && told == null) {
                    assertThat(last)
                            .as("seed %d: silent only while it was told before", seed)
                            .isNotNull();
                }
                if (told == Kind.WARN) {
                    assertThat(calm).as("seed %d", seed).isTrue();
                    assertThat(bytes).isBetween(80L, 89L);
                }
                if (told == Kind.TASKS) {
                    assertThat(tasks).isGreaterThan(10);
                }
                calm = bytes < 76 || (calm && bytes < 80);
                last = grave ? (told == null ? last : told) : null;
            }
        }
    }

    @Test
    void wakesEarlyOnlyForWhatCouldHavePassedABound() {
        var pace = new Pace();
        assertThat(pace.stirred(0, 2000 * MI, 0)).as("nothing is watched").isFalse();
        pace.looked(1000 * MI, 100 * MI, 0, 1_000_000);
        assertThat(pace.stirred(960 * MI, 2000 * MI, 260_000_000)).isFalse();
        assertThat(pace.stirred(940 * MI, 2000 * MI, 260_000_000)).isTrue();
        assertThat(pace.stirred(940 * MI, 2000 * MI, 240_000_000))
                .as("too dear so soon")
                .isFalse();
        assertThat(pace.stirred(99 * MI, 2000 * MI, 260_000_000))
                .as("hardly any is left")
                .isTrue();
        // What was given back meanwhile can be taken again.
        pace.stirred(1500 * MI, 2000 * MI, 260_000_000);
        assertThat(pace.stirred(1440 * MI, 2000 * MI, 260_000_000)).isTrue();
        // A look that took long, perhaps for want of a processor, does not put off the next one for long.
        pace.looked(1000 * MI, 100 * MI, 0, 10_000_000_000L);
        assertThat(pace.stirred(100 * MI, 2000 * MI, 1_500_000_000)).isTrue();
    }

    private static List<Kind> told(Vigil vigil, long... mebibytes) {
        var told = new ArrayList<Kind>();
        for (long m : mebibytes) {
            Kind kind = kind(vigil, m * MI, 0, 0);
            if (kind != null) {
                told.add(kind);
            }
        }
        return told;
    }

    private static @Nullable Kind kind(Vigil vigil, long bytes, long tasks, long millis) {
        Crossing c = vigil.judge(bytes, tasks, at(millis));
        return c == null ? null : c.kind();
    }

    private static MonoTime at(long millis) {
        return new MonoTime(0).plus(Duration.ofMillis(millis));
    }
}
