package dev.holdfast.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.ProbeSpec;
import dev.holdfast.config.RecoverSpec;
import dev.holdfast.unit.Clockwork;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Rate;
import dev.holdfast.unit.Severity;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Services that go down, come back, slow down and can be mended, on a clock of its own. */
class SimulationTest {

    private final Clockwork clock = new Clockwork();
    private final Probing probing = new Probing();
    private final List<String> told = new ArrayList<>();
    private final Map<String, Service> services = new HashMap<>();
    private int acts;

    /** What is asked. */
    private static final class Service {
        boolean up = true;
        double latency = 0.1;
        Duration answersIn = Duration.ofMillis(100);
        boolean mended = true;
        int underway;
    }

    private static ProbeSpec spec(
            String name, String every, List<String> warning, List<String> critical, String atMost) {
        var when = new RecoverSpec.When(null, Severity.CRITICAL, Duration.ZERO);
        var step = new RecoverSpec(
                when,
                RecoverSpec.Step.EXEC,
                List.of(),
                List.of(),
                new CommandSpec(List.of("restart")),
                Rate.parse(atMost),
                Duration.ofMinutes(1),
                Duration.ofSeconds(5));
        return new ProbeSpec(
                name,
                new ProbeSpec.Check.Tcp("127.0.0.1", 1),
                dev.holdfast.unit.Durations.parse(every),
                Duration.ofSeconds(5),
                warning.stream().map(Threshold::parse).toList(),
                critical.stream().map(Threshold::parse).toList(),
                List.of(step),
                List.of());
    }

    private void act(Action action) {
        switch (action) {
            case Action.Ask(ProbeSpec spec, long number) -> {
                Service s = services.computeIfAbsent(spec.name(), n -> new Service());
                assertThat(++s.underway).as("one question at a time").isEqualTo(1);
                clock.later(s.answersIn, () -> {
                    s.underway--;
                    Sample sample = s.up
                            ? new Sample(true, "it answers", Map.of("latency", s.latency))
                            : Sample.down("connection refused");
                    probing.answered(spec.name(), number, sample, clock.now()).forEach(this::act);
                });
            }
            case Action.Act(ProbeSpec spec, int index, RecoverSpec _) -> {
                acts++;
                told.add(spec.name() + " recovers");
                clock.later(Duration.ofSeconds(2), () -> {
                    Service s = services.computeIfAbsent(spec.name(), n -> new Service());
                    s.up |= s.mended;
                    probing.acted(spec.name(), index, clock.now()).forEach(this::act);
                });
            }
            case Action.Raise(ProbeView view, Severity _, boolean changed) -> {
                if (changed) {
                    told.add(view.spec().name() + " " + view.severity());
                }
            }
            case Action.Clear(ProbeView view, boolean first) -> {
                if (!first) {
                    told.add(view.spec().name() + " well");
                }
            }
            case Action.Tell(ProbeSpec spec, String words, boolean _) -> told.add(spec.name() + ": " + words);
        }
    }

    private void begin(ProbeSpec... specs) {
        probing.configure(List.of(specs), clock.now()).forEach(this::act);
    }

    private void run(Duration d) {
        clock.run(d, probing::deadline, now -> probing.tick(now).forEach(this::act));
    }

    private Service service(String name) {
        return services.computeIfAbsent(name, n -> new Service());
    }

    @Test
    void downForAMinuteIsToldAfterAMinuteHoweverLongThePeriod() {
        begin(spec("db", "3m", List.of(), List.of("down for 1m"), "5 per 1h"));
        run(Duration.ofSeconds(10));
        service("db").up = false;
        service("db").mended = true;
        MonoTime begun = clock.time();
        run(Duration.ofMinutes(10));
        assertThat(told).startsWith("db CRITICAL", "db recovers").endsWith("db: exec restart helped", "db well");
        assertThat(clock.time().since(begun)).isEqualTo(Duration.ofMinutes(10));
        assertThat(acts).isEqualTo(1);
    }

    @Test
    void oneFailureIsNotToldWhereItHasToLast() {
        begin(spec("web", "30s", List.of(), List.of("down for 1m"), "5 per 1h"));
        run(Duration.ofSeconds(25));
        service("web").up = false;
        run(Duration.ofSeconds(10));
        service("web").up = true;
        run(Duration.ofMinutes(5));
        assertThat(told).isEmpty();
    }

    @Test
    void slownessIsAWarningAndGoesByAMargin() {
        begin(spec("web", "30s", List.of("latency > 500ms"), List.of("down for 1m"), "5 per 1h"));
        run(Duration.ofMinutes(1));
        service("web").latency = 0.6;
        run(Duration.ofMinutes(1));
        assertThat(told).containsExactly("web WARNING");
        service("web").latency = 0.49;
        run(Duration.ofMinutes(5));
        assertThat(told).containsExactly("web WARNING");
        service("web").latency = 0.4;
        run(Duration.ofMinutes(2));
        assertThat(told).containsExactly("web WARNING", "web well");
        assertThat(acts).isZero();
    }

    @Test
    void whatCannotBeMendedIsTriedAsOftenAsItMay() {
        begin(spec("db", "30s", List.of(), List.of("down for 1m"), "2 per 1h"));
        service("db").up = false;
        service("db").mended = false;
        run(Duration.ofMinutes(50));
        assertThat(acts).isEqualTo(2);
        assertThat(told)
                .contains("db: exec restart did not help", "db: exec restart is not done again: at most 2 per 1h");
        run(Duration.ofHours(10));
        assertThat(acts).isBetween(20, 22);
    }

    @Test
    void aReloadThatChangesNothingForgetsNothing() {
        ProbeSpec db = spec("db", "30s", List.of(), List.of("down for 1m"), "1 per 1h");
        begin(db);
        service("db").up = false;
        service("db").mended = false;
        run(Duration.ofSeconds(50));
        begin(db);
        run(Duration.ofSeconds(20));
        assertThat(told).contains("db CRITICAL");
    }

    /** Random services and probes for a day each: what is told is true, and told in time. */
    @Test
    void whatIsToldIsTrueAndInTime() {
        for (int seed = 0; seed < 60; seed++) {
            var one = new SimulationTest();
            one.day(new Random(seed), seed);
        }
    }

    private void day(Random r, int seed) {
        List<String> periods = List.of("10s", "30s", "1m", "3m");
        String every = periods.get(r.nextInt(periods.size()));
        begin(spec("s", every, List.of("latency > 500ms"), List.of("down for 1m"), "3 per 1h"));
        Service s = service("s");
        s.mended = false;
        Duration period = dev.holdfast.unit.Durations.parse(every);
        for (int i = 0; i < 60; i++) {
            s.up = r.nextInt(3) > 0;
            s.latency = r.nextBoolean() ? 0.1 : 0.9;
            s.answersIn = Duration.ofMillis(1 + r.nextInt(4000));
            // Long enough that whatever is so is known.
            run(period.multipliedBy(3).plus(Duration.ofMinutes(2)));
            ProbeView view = probing.views().getFirst();
            Severity expected = !s.up ? Severity.CRITICAL : s.latency > 0.5 ? Severity.WARNING : null;
            if (s.up || view.severity() != Severity.CRITICAL) {
                assertThat(view.severity()).as("seed %d, step %d", seed, i).isEqualTo(expected);
            }
            assertThat(view.last()).isNotNull();
        }
        int most = (int) (clock.time().since(new MonoTime(0)).toHours() + 1) * 3;
        assertThat(acts).as("seed %d", seed).isLessThanOrEqualTo(most);
    }
}
