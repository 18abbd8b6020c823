package dev.holdfast.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.ResourcesSpec;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.config.ScheduleSpec.CatchUp;
import dev.holdfast.config.ScheduleSpec.Overlap;
import dev.holdfast.config.StopSpec;
import dev.holdfast.cron.CronExpression;
import dev.holdfast.cron.Timing;
import dev.holdfast.unit.Signal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whole lives of schedules on virtual clocks; a seed decides everything, so a failing one replays exactly. */
class SimulationTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:30Z");
    private static final long SEEDS = 300;
    private static final List<Overlap> OVERLAPS = List.of(Overlap.SKIP, Overlap.QUEUE, Overlap.REPLACE);
    private static final List<CatchUp> CATCH_UPS = List.of(CatchUp.NONE, CatchUp.LAST, CatchUp.ALL);
    private static final ScheduleSpec LIKE = Objects.requireNonNull(contract().get("import"));

    @Test
    void runsAYearOfTheContractsSchedulesWithoutBreakingItsPromises() {
        SortedMap<String, ScheduleSpec> contract = contract();
        assertThat(contract).hasSize(13);
        var host = new SimulatedHost(
                contract,
                START,
                Long.getLong("holdfast.seed", 5),
                SimulatedHost.Fault.NONE,
                new SimulatedHost.Hardship(Duration.ofDays(3), Duration.ofHours(2), null));
        host.live(START.plus(Duration.ofDays(365)));
        assertThat(host.deaths).isGreaterThan(60);
        contract.values().forEach(spec -> {
            long owed = count(spec.timing(), START, host.livedUntil);
            long launched = host.launched.getOrDefault(spec.name(), 0L);
            assertThat(launched + host.leftOut.getOrDefault(spec.name(), 0L))
                    .as("due times of " + spec.name() + " that were run or said to be left out")
                    .isEqualTo(owed);
            assertThat(launched).as(spec.name()).isGreaterThan(owed * 2 / 3);
        });
        assertThat(host.results)
                .containsOnlyKeys(Result.SUCCESS, Result.FAILED, Result.TIMEOUT, Result.UNKNOWN, Result.STOPPED)
                .allSatisfy((result, n) -> assertThat(n).isPositive());
    }

    @Test
    void keepsItsPromisesWhateverIsConfiguredAndWhateverHappens() {
        Long only = Long.getLong("holdfast.seed");
        LongStream seeds = only == null ? LongStream.range(0, SEEDS) : LongStream.of(only);
        seeds.forEach(seed -> {
            try {
                hard(seed, SimulatedHost.Fault.NONE);
            } catch (Throwable e) {
                fail("seed " + seed + " (replay with -Dholdfast.seed=" + seed + ")", e);
            }
        });
    }

    @Test
    void noticesKillsThatAreLost() {
        assertThat(violations(SimulatedHost.Fault.LOSE_KILLS)).isPositive();
    }

    @Test
    void noticesADaemonThatDoesNotAdopt() {
        assertThat(violations(SimulatedHost.Fault.FORGET_WHAT_RUNS)).isPositive();
    }

    @Test
    void noticesADaemonThatForgetsWhatWaits() {
        assertThat(violations(SimulatedHost.Fault.FORGET_WHAT_WAITS)).isPositive();
    }

    private static long violations(SimulatedHost.Fault fault) {
        return LongStream.range(0, 10)
                .filter(seed -> {
                    try {
                        hard(seed, fault);
                        return false;
                    } catch (AssertionError caught) {
                        return true;
                    }
                })
                .count();
    }

    private static void hard(long seed, SimulatedHost.Fault fault) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        var specs = new TreeMap<String, ScheduleSpec>();
        for (int i = 0; i < random.nextInt(1, 8); i++) {
            specs.put("s" + i, some("s" + i, random));
        }
        var host = new SimulatedHost(
                specs,
                START,
                seed,
                fault,
                new SimulatedHost.Hardship(
                        Duration.ofHours(8), Duration.ofHours(5), random.nextBoolean() ? Duration.ofHours(20) : null));
        (random.nextBoolean() ? host.meddledWith() : host).live(START.plus(Duration.ofDays(4)));
    }

    private static ScheduleSpec some(String name, RandomGenerator random) {
        List<String> expressions = List.of("* * * * *", "*/5 * * * *", "0 * * * *", "30 2 * * *", "15 3-9/2 * * *");
        Timing timing = random.nextInt(4) == 0
                ? new Timing.Every(Duration.ofSeconds(random.nextInt(20, 4000)))
                : new Timing.Cron(
                        CronExpression.parse(expressions.get(random.nextInt(expressions.size()))),
                        ZoneId.of(random.nextBoolean() ? "Europe/Berlin" : "America/New_York"));
        Overlap overlap = OVERLAPS.get(random.nextInt(3));
        return new ScheduleSpec(
                name,
                timing,
                LIKE.launch(),
                ResourcesSpec.NONE,
                random.nextInt(3) == 0 ? Duration.ofSeconds(random.nextInt(1, 50)) : Duration.ZERO,
                overlap,
                random.nextInt(1, 4),
                CATCH_UPS.get(random.nextInt(3)),
                random.nextInt(1, 6),
                random.nextInt(8) == 0 ? null : Duration.ofSeconds(random.nextInt(5, 1_000)),
                new StopSpec(Signal.TERM, Duration.ofSeconds(random.nextInt(1, 20)), null),
                new ScheduleSpec.RetrySpec(
                        random.nextInt(1, 4), Duration.ofSeconds(5), Duration.ofMinutes(2), random.nextDouble()),
                random.nextInt(3) == 0 ? random.nextInt(1, 5) : null,
                null,
                random.nextBoolean()
                        ? new ScheduleSpec.NoticeSpec(
                                URI.create("http://127.0.0.1/hook"), new CommandSpec(List.of("tell")))
                        : null,
                random.nextBoolean() ? new ScheduleSpec.GroupSpec("group", 2) : null,
                random.nextInt(4) == 0,
                URI.create("http://127.0.0.1/beat"),
                true,
                LIKE.log());
    }

    private static long count(Timing timing, Instant after, Instant until) {
        long n = 0;
        Instant due = timing.next(after);
        while (due != null && !due.isAfter(until)) {
            n++;
            due = timing.next(due);
        }
        return n;
    }

    private static SortedMap<String, ScheduleSpec> contract() {
        Loaded loaded = new ConfigLoader(Map.of(), false).load(Path.of("src/test/resources/contract/mautic-n8n.yaml"));
        return ((Loaded.Sound) loaded).config().schedules();
    }
}
