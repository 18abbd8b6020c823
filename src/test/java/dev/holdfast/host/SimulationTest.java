package dev.holdfast.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.HostSpec;
import dev.holdfast.config.HostSpec.Metric;
import dev.holdfast.config.HostSpec.Watch;
import dev.holdfast.config.RecoverSpec;
import dev.holdfast.unit.Clockwork;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Rate;
import dev.holdfast.unit.Severity;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A host whose memory, disk and pressure go up and down, on a clock of its own. */
class SimulationTest {
    private static final long GIB = 1L << 30;

    private final Clockwork clock = new Clockwork();
    private double memory = 0.5;
    private double disk = 0.5;
    private long stalledMicros;
    private @Nullable String diskProblem;
    private final Set<String> triggered = new HashSet<>();
    private final List<String> told = new ArrayList<>();
    private Hosting hosting = new Hosting(spec(List.of(), watch(Metric.MEMORY, "", "> 99%", null, "0")), clock.now());
    private int looks;
    private double freed;

    private static Watch watch(
            Metric m, String of, @Nullable String warning, @Nullable String critical, String window) {
        return new Watch(
                m,
                of,
                warning == null ? null : Threshold.parse(warning),
                critical == null ? null : Threshold.parse(critical),
                Durations.parse(window));
    }

    private static HostSpec spec(List<RecoverSpec> steps, Watch... watches) {
        return new HostSpec(Duration.ofSeconds(10), List.of(watches), steps, List.of());
    }

    private static RecoverSpec step(String subject, String lasting, String name) {
        return new RecoverSpec(
                new RecoverSpec.When(subject, Severity.CRITICAL, Durations.parse(lasting)),
                RecoverSpec.Step.EXEC,
                List.of(),
                List.of(),
                new CommandSpec(List.of(name)),
                Rate.parse("2 per 1h"),
                Duration.ofMinutes(1),
                Duration.ofSeconds(5));
    }

    private Snapshot snapshot() {
        return new Snapshot(
                new Snapshot.Memory(16 * GIB, (long) (16 * GIB * (1 - memory)), 0, 0),
                new Snapshot.Processors(clock.time().nanos() / 2, clock.time().nanos()),
                1.0,
                2,
                0L,
                new Snapshot.OpenFiles(1000, Long.MAX_VALUE),
                Map.of(
                        "/",
                        new Snapshot.Space(
                                (long) (100 * disk * GIB), (long) (100 * (1 - disk) * GIB), 5, 10, diskProblem)),
                Map.of("memory", new Snapshot.Stall(stalledMicros, 0)));
    }

    private void act(Action action) {
        switch (action) {
            case Action.Look() -> {
                looks++;
                clock.later(
                        Duration.ofMillis(1),
                        () -> hosting.looked(snapshot(), triggered, clock.now()).forEach(this::act));
            }
            case Action.Act(int index, RecoverSpec step) -> {
                told.add("do " + step.command().argv().getFirst());
                clock.later(Duration.ofSeconds(1), () -> {
                    memory -= freed;
                    hosting.acted(index, clock.now()).forEach(this::act);
                });
            }
            case Action.Raise(WatchView view, Severity _, boolean changed) -> {
                if (changed) {
                    told.add(view.watch().name() + " " + view.severity());
                }
            }
            case Action.Clear(WatchView view, boolean first) -> {
                if (!first) {
                    told.add(view.watch().name() + " well");
                }
            }
            case Action.Blind(WatchView view, String why) ->
                told.add(view.watch().name() + " blind: " + why);
            case Action.Tell(RecoverSpec step, String words, boolean _) -> told.add(words);
        }
    }

    private void begin(HostSpec spec) {
        hosting = new Hosting(spec, clock.now());
    }

    private void run(String lasting) {
        clock.run(
                Durations.parse(lasting),
                () -> hosting.deadline(),
                now -> hosting.tick(now).forEach(this::act));
    }

    @Test
    void warnsAndThenIsCriticalAndClearsByAMargin() {
        begin(spec(List.of(), watch(Metric.MEMORY, "", "> 75%", "> 85%", "0")));
        memory = 0.8;
        run("30s");
        assertThat(told).containsExactly("memory WARNING");
        memory = 0.9;
        run("30s");
        memory = 0.84;
        run("1m");
        assertThat(told).as("only just below").containsExactly("memory WARNING", "memory CRITICAL");
        memory = 0.74;
        run("1m");
        memory = 0.5;
        run("1m");
        assertThat(told).containsExactly("memory WARNING", "memory CRITICAL", "memory WARNING", "memory well");
    }

    @Test
    void whatDoesNotLastIsNotTold() {
        begin(spec(List.of(), watch(Metric.MEMORY, "", null, "> 85%", "1m")));
        memory = 0.9;
        run("50s");
        memory = 0.5;
        run("20s");
        memory = 0.9;
        run("59s");
        assertThat(told).isEmpty();
        run("12s");
        assertThat(told).containsExactly("memory CRITICAL");
    }

    @Test
    void stepsComeInOrderWhenTheirTimeHasComeAndOnlyUntilOneHelps() {
        begin(spec(
                List.of(step("memory", "1m", "clean"), step("memory", "3m", "restart")),
                watch(Metric.MEMORY, "", "> 75%", "> 85%", "0")));
        memory = 0.95;
        freed = 0;
        run("50s");
        assertThat(told).containsExactly("memory CRITICAL");
        run("100s");
        assertThat(told).containsExactly("memory CRITICAL", "do clean", "exec clean did not help");
        freed = 0.3;
        run("60s");
        assertThat(told).contains("do restart", "exec restart helped").endsWith("memory well");
    }

    @Test
    void theKernelWakesUsBetweenLooks() {
        triggered.add("pressure memory");
        begin(spec(
                List.of(),
                watch(Metric.PRESSURE, "memory", "some > 150ms / 1s", null, "0"),
                watch(Metric.MEMORY, "", null, "> 85%", "0")));
        run("15s");
        memory = 0.95;
        int before = looks;
        MonoTime begun = clock.time();
        hosting.stalled("pressure memory", Severity.WARNING, clock.now()).forEach(this::act);
        run("10ms");
        assertThat(looks).isEqualTo(before + 1);
        assertThat(told).containsExactly("pressure memory WARNING", "memory CRITICAL");
        assertThat(clock.time().since(begun)).isLessThan(Duration.ofMillis(20));
        memory = 0.5;
        run("1m");
        assertThat(told).contains("pressure memory well", "memory well");
    }

    @Test
    void withoutTheKernelsWordPressureIsMeasuredByLooking() {
        begin(spec(List.of(), watch(Metric.PRESSURE, "memory", "some > 150ms / 1s", null, "0")));
        run("25s");
        assertThat(told).isEmpty();
        stalledMicros += 2_000_000; // of 10 s
        run("10s");
        assertThat(told).containsExactly("pressure memory WARNING");
        run("1m");
        assertThat(told).containsExactly("pressure memory WARNING", "pressure memory well");
    }

    @Test
    void whatCannotBeMeasuredIsSaidOnceAndIsNeitherGoodNorBad() {
        begin(spec(List.of(), watch(Metric.DISK, "/", "free < 15%", "free < 10%", "0")));
        disk = 0.95;
        run("20s");
        diskProblem = "nothing is mounted there";
        disk = 0.1;
        run("5m");
        assertThat(told).containsExactly("disk / CRITICAL", "disk / blind: nothing is mounted there");
        diskProblem = null;
        run("1m");
        assertThat(told).endsWith("disk / well");
    }

    @Test
    void noSwapIsNoFullSwap() {
        begin(spec(List.of(), watch(Metric.SWAP, "", "> 50%", "> 80%", "0")));
        run("1m");
        assertThat(told).isEmpty();
        assertThat(hosting.views().getFirst().value()).isEqualTo("none");
    }

    /** A day of random memory, for 100 seeds: what is told is true whenever it has been so for long enough. */
    @Test
    void whatIsToldIsTrue() {
        for (int seed = 0; seed < 100; seed++) {
            var one = new SimulationTest();
            one.day(new Random(seed), seed);
        }
    }

    private void day(Random r, int seed) {
        begin(spec(
                List.of(step("memory", "1m", "clean")),
                watch(Metric.MEMORY, "", "> 75%", "> 85%", r.nextBoolean() ? "30s" : "0"),
                watch(Metric.DISK, "/", "free < 15%", null, "0")));
        for (int i = 0; i < 100; i++) {
            memory = r.nextInt(100) / 100.0;
            disk = r.nextInt(100) / 100.0;
            run("2m");
            Severity known = hosting.views().getFirst().severity();
            if (memory > 0.85) {
                assertThat(known).as("seed %d step %d", seed, i).isEqualTo(Severity.CRITICAL);
            } else if (memory > 0.75 && memory < 0.8) {
                assertThat(known).as("seed %d step %d", seed, i).isEqualTo(Severity.WARNING);
            } else if (memory < 0.71) {
                assertThat(known).as("seed %d step %d", seed, i).isNull();
            }
        }
        long acts = told.stream().filter(t -> t.startsWith("do ")).count();
        assertThat(acts)
                .isLessThanOrEqualTo(2 * (clock.time().since(new MonoTime(0)).toHours() + 1));
    }
}
