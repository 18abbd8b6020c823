package dev.holdfast.scale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ScaleSpec;
import dev.holdfast.config.ScaleSpec.By;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Percent;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What follows from a look, one by one. */
class ScalerTest {
    private static final long MIB = 1 << 20;
    private static final By JOBS = new By.Queue("media", 5);
    private static final By CPU = new By.Cpu(Percent.parse("70%"));
    private static final Memory PLENTY = new Memory(1_000_000 * MIB, 10 * MIB, true);

    private MonoTime now = new MonoTime(1_000_000_000_000L);

    private void pass(int seconds) {
        now = now.plus(Duration.ofSeconds(seconds));
    }

    private static ScaleSpec spec(int min, int max, By by, @Nullable Integer step) {
        return new ScaleSpec(
                min,
                max,
                by,
                Percent.parse("10%"),
                Duration.ofSeconds(15),
                Duration.ofMinutes(5),
                step,
                Percent.parse("10%"));
    }

    private static Crew crew(int n) {
        return new Crew(n, null, null, null);
    }

    private Figure.Known figure(double value) {
        return new Figure.Known(value, now, now);
    }

    private Decision look(Scaler scaler, int n, double value) {
        return scaler.decide(crew(n), figure(value), null, PLENTY, now);
    }

    /** One that has seen {@code n} replicas long enough for anything. */
    private Scaler settled(ScaleSpec spec, int n, double value) {
        var scaler = new Scaler(spec, now);
        for (int i = 0; i < 60; i++) {
            look(scaler, n, value);
            pass(5);
        }
        return scaler;
    }

    @Test
    void aLoadIsSharedOutRoundedUpAndStaysWithinTheBounds() {
        assertThat(look(settled(spec(1, 8, JOBS, null), 1, 5), 1, 23).number()).isEqualTo(5);
        assertThat(look(settled(spec(1, 8, JOBS, 100), 1, 5), 1, 10_000))
                .returns(8, Decision::number)
                .returns(8, Decision::wanted);
        assertThat(look(settled(spec(2, 8, JOBS, null), 2, 0), 2, 0).number()).isEqualTo(2);
    }

    @Test
    void whatIsWithinTheToleranceChangesNothing() {
        Scaler scaler = settled(spec(1, 20, JOBS, null), 10, 50);
        assertThat(look(scaler, 10, 55).number()).isEqualTo(10);
        assertThat(look(scaler, 10, 56).number()).isEqualTo(12);
        var cpu = new Scaler(spec(1, 20, CPU, null), now);
        look(cpu, 10, 0.7);
        pass(20);
        assertThat(look(cpu, 10, 0.76).number()).isEqualTo(10);
        assertThat(look(cpu, 10, 0.80).number()).isEqualTo(12);
    }

    @Test
    void thereMayBeNoneAndTheFirstJobBringsOne() {
        Scaler scaler = settled(spec(0, 8, JOBS, null), 1, 0);
        assertThat(look(scaler, 1, 0).number()).isZero();
        pass(20);
        assertThat(look(scaler, 0, 1))
                .returns(1, Decision::number)
                .returns("1 job of queue media, 5 a replica", Decision::why);
    }

    @Test
    void moreComeAtOnceAtMostAsManyAsThereAreButFour() {
        assertThat(look(settled(spec(1, 100, JOBS, null), 2, 10), 2, 500).number())
                .isEqualTo(6);
        assertThat(look(settled(spec(1, 100, JOBS, null), 10, 50), 10, 500).number())
                .isEqualTo(20);
        assertThat(look(settled(spec(1, 100, JOBS, 1), 10, 50), 10, 500).number())
                .isEqualTo(11);
    }

    @Test
    void afterAChangeMoreComeOnlyWhenTheCooldownIsOver() {
        Scaler scaler = settled(spec(1, 100, JOBS, 1), 1, 5);
        assertThat(look(scaler, 1, 50).number()).isEqualTo(2);
        pass(14);
        assertThat(look(scaler, 2, 50))
                .returns(2, Decision::number)
                .returns(10, Decision::wanted)
                .returns(Reason.UP_COOLDOWN, Decision::reason);
        pass(1);
        assertThat(look(scaler, 2, 50).number()).isEqualTo(3);
    }

    @Test
    void fewerThereAreOnlyWhenNoMoreWereWantedInAWholeCooldown() {
        Scaler scaler = settled(spec(1, 20, JOBS, null), 8, 40);
        look(scaler, 8, 40); // the last moment at which all are wanted
        for (int passed = 5; passed < 300; passed += 5) {
            pass(5);
            assertThat(look(scaler, 8, passed == 150 ? 20 : 5))
                    .returns(8, Decision::number)
                    .returns(Reason.DOWN_COOLDOWN, Decision::reason);
        }
        pass(5);
        assertThat(look(scaler, 8, 5).number()).as("the highest of the window").isEqualTo(4);
    }

    @Test
    void whatIsOnItsWayOrDoesNotStayUpIsNotMadeMore() {
        Scaler scaler = settled(spec(1, 20, JOBS, null), 2, 10);
        var starting = new Crew(2, "web/1 is starting", null, null);
        assertThat(scaler.decide(starting, figure(50), null, PLENTY, now))
                .returns(2, Decision::number)
                .returns(Reason.MOVING, Decision::reason)
                .returns(false, Decision::news);
        var crashing = new Crew(2, null, "web/1 does not stay up", null);
        assertThat(scaler.decide(crashing, figure(50), null, PLENTY, now))
                .returns(2, Decision::number)
                .returns(Reason.ILL, Decision::reason)
                .returns("web/1 does not stay up, more would be no better", Decision::why)
                .returns(true, Decision::news);
        pass(5);
        assertThat(scaler.decide(crashing, figure(50), null, PLENTY, now).news())
                .as("told once")
                .isFalse();
        assertThat(look(scaler, 2, 50).number()).isEqualTo(6);
    }

    @Test
    void nothingGoesWhileSomethingStarts() {
        Scaler scaler = settled(spec(1, 20, JOBS, null), 8, 5);
        var starting = new Crew(8, "web/7 is starting", null, null);
        assertThat(scaler.decide(starting, figure(5), null, PLENTY, now))
                .returns(8, Decision::number)
                .returns(Reason.MOVING, Decision::reason);
        assertThat(look(scaler, 8, 5).number()).isEqualTo(1);
    }

    @Test
    void aCrashLoopStillGoesDownWithItsLoadButNeverWithALevel() {
        var crashing = new Crew(8, null, "web/3 does not stay up", null);
        assertThat(settled(spec(1, 20, JOBS, null), 8, 5)
                        .decide(crashing, figure(5), null, PLENTY, now)
                        .number())
                .isEqualTo(1);
        Scaler cpu = settled(spec(1, 20, CPU, null), 8, 0.7);
        for (int i = 0; i < 100; i++) {
            pass(5);
            assertThat(cpu.decide(crashing, figure(0.1), null, PLENTY, now).number())
                    .isEqualTo(8);
        }
    }

    @Test
    void aFigureThatIsMissingOrOldHoldsTheNumberAndIsToldOnce() {
        Scaler scaler = settled(spec(1, 20, JOBS, null), 8, 5);
        var old = new Figure.Known(5, now, now);
        int told = 0;
        for (int i = 0; i < 200; i++) {
            pass(5);
            Figure f = i < 20 ? old : new Figure.Missing("the store does not answer");
            Decision d = scaler.decide(crew(8), f, null, PLENTY, now);
            if (i >= 7) {
                assertThat(d).returns(8, Decision::number).returns(Reason.NO_FIGURE, Decision::reason);
            } else {
                look(scaler, 8, 40); // nothing is to be learnt of the window here
            }
            told += d.news() ? 1 : 0;
        }
        assertThat(told).isOne();
        assertThat(look(scaler, 8, 5))
                .as("what was held is wanted for a cooldown more")
                .returns(8, Decision::number)
                .returns(Reason.DOWN_COOLDOWN, Decision::reason);
    }

    @Test
    void aLevelThatIsOlderThanTheReplicasSaysNothingOfThem() {
        Scaler scaler = settled(spec(1, 20, CPU, null), 2, 0.7);
        Figure.Known full = figure(1.4);
        assertThat(scaler.decide(crew(2), full, null, PLENTY, now).number()).isEqualTo(4);
        pass(20);
        assertThat(scaler.decide(crew(4), full, null, PLENTY, now))
                .returns(4, Decision::number)
                .returns(Reason.MOVING, Decision::reason);
        pass(5);
        assertThat(look(scaler, 4, 1.4).number()).isEqualTo(8);
    }

    @Test
    void asManyComeAsFitIntoMemoryAndTheRestIsToldOnceAndTriedAgain() {
        Scaler scaler = settled(spec(1, 20, JOBS, 100), 1, 5);
        var room = new Memory(1100 * MIB, 512 * MIB, true);
        assertThat(scaler.decide(crew(1), figure(50), null, room, now))
                .returns(3, Decision::number)
                .returns(Reason.MEMORY, Decision::reason)
                .returns(true, Decision::news)
                .extracting(Decision::why)
                .asString()
                .endsWith(
                        "for 10 there is no room: one more with a limit of 512Mi, and 1100Mi are free beyond the reserve");
        pass(20);
        assertThat(scaler.decide(crew(3), figure(50), null, new Memory(100 * MIB, 512 * MIB, true), now))
                .returns(3, Decision::number)
                .returns(10, Decision::wanted)
                .returns(Reason.MEMORY, Decision::reason)
                .returns(false, Decision::news);
        pass(5);
        assertThat(look(scaler, 3, 50).number()).isEqualTo(10);
    }

    @Test
    void whatNobodyKnowsTheMemoryOfComesAloneToBeMeasured() {
        var unknown = new Memory(1100 * MIB, null, false);
        assertThat(settled(spec(0, 20, JOBS, null), 0, 0)
                        .decide(crew(0), figure(50), null, unknown, now)
                        .number())
                .isOne();
        assertThat(settled(spec(0, 20, JOBS, null), 0, 0)
                        .decide(crew(0), figure(50), null, null, now)
                        .reason())
                .isEqualTo(Reason.MEMORY);
    }

    @Test
    void whatIsThereMayStillGrowIntoItsLimits() {
        var grown = new Memory.Grown(100 * MIB, List.of(40 * MIB, 120 * MIB), 4);
        Memory m = Memory.of(1000 * MIB, 100 * MIB, List.of(grown), 100 * MIB, true);
        assertThat(m.freeBytes()).isEqualTo((1000 - 100 - 60 - 200) * MIB);
        assertThat(m.fits(100)).isEqualTo(6);
        assertThat(Memory.of(50 * MIB, 100 * MIB, List.of(grown), 100 * MIB, true)
                        .fits(1))
                .isZero();
    }

    @Test
    void peoplesWordHoldsItAndThenItComesBackWithinItsBounds() {
        Scaler scaler = settled(spec(1, 8, JOBS, null), 1, 5);
        MonoTime until = now.plus(Duration.ofMinutes(10));
        assertThat(scaler.decide(crew(0), figure(50), until, PLENTY, now))
                .returns(0, Decision::number)
                .returns(Reason.BY_HAND, Decision::reason);
        pass(601);
        assertThat(scaler.decide(crew(0), figure(0), until, PLENTY, now))
                .returns(1, Decision::number)
                .returns("min is 1, max is 8", Decision::why);
        assertThat(scaler.decide(new Crew(1, null, null, "web"), figure(50), null, PLENTY, now))
                .returns(1, Decision::number)
                .returns(Reason.STOPPED, Decision::reason);
    }

    @Test
    void otherBoundsCountAtOnce() {
        Scaler scaler = settled(spec(1, 8, JOBS, null), 8, 40);
        scaler.configure(spec(1, 4, JOBS, null));
        assertThat(look(scaler, 8, 40).number()).isEqualTo(4);
        pass(5);
        assertThat(look(scaler, 4, 40))
                .returns(Reason.AT_MAX, Decision::reason)
                .returns(true, Decision::news)
                .extracting(Decision::why)
                .isEqualTo("40 jobs of queue media, 5 a replica would want 8, max is 4");
    }

    @Test
    void aMeanOfProcessorsNeedsThreeLooksAtTheSameReplicas() {
        var mean = new CpuMean();
        for (int i = 0; i < 3; i++) {
            assertThat(mean.figure(null)).isInstanceOf(Figure.Missing.class);
            mean.look(
                    java.util.Map.of(0, "a", 1, "b"),
                    java.util.Map.of(0, 0.5, 1, 0.7 + i * 0.1),
                    now,
                    now.plus(Duration.ofSeconds(5)));
            pass(5);
        }
        assertThat(mean.figure(null)).isInstanceOfSatisfying(Figure.Known.class, k -> {
            assertThat(k.value()).isCloseTo(0.65, org.assertj.core.data.Offset.offset(1e-9));
            assertThat(now.since(k.from())).isEqualTo(Duration.ofSeconds(15));
        });
        mean.look(java.util.Map.of(0, "a", 1, "c"), java.util.Map.of(0, 0.5, 1, 0.5), now, now);
        assertThat(mean.figure(null)).isInstanceOf(Figure.Missing.class);
        mean.look(java.util.Map.of(0, "a", 1, "c"), java.util.Map.of(0, 0.5, 1, Double.NaN), now, now);
        assertThat(mean.figure(null)).isInstanceOf(Figure.Missing.class);
    }
}
