package dev.holdfast.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Failure;
import dev.holdfast.job.JobState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole lives of hosts that share a store, on virtual clocks; a seed decides everything, so a failing one replays. */
class SimulationTest {
    private static final long SEEDS = Long.getLong("holdfast.seeds", 10_000);

    @Test
    void eachJobComesToOneEndAndLeavesNothing() {
        Long only = Long.getLong("holdfast.seed");
        LongStream seeds = only == null ? LongStream.range(0, SEEDS) : LongStream.of(only);
        var seen = new ConcurrentHashMap<Object, Long>();
        var first = new AtomicReference<@Nullable AssertionError>();
        seeds.parallel().forEach(seed -> {
            AssertionError e =
                    first.get() != null ? null : violation(seed, QueueHost.Damage.NONE, ModelJobs.Damage.NONE, seen);
            if (e != null) {
                first.compareAndSet(
                        null, new AssertionError("replay with -Dholdfast.seed=" + seed + ": " + e.getMessage(), e));
            }
        });
        AssertionError found = first.get();
        if (found != null) {
            throw found;
        }
        if (only == null) {
            assertThat(seen).as("what happens at all").containsKeys(everything());
        }
    }

    /** All that hosts can be told and want, and all that can come of a job. */
    private static Object[] everything() {
        var all = new ArrayList<Object>(List.of(JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED));
        for (Class<?> c : Stimulus.class.getPermittedSubclasses()) {
            all.addAll(c.isRecord() ? List.of(c) : List.of(c.getPermittedSubclasses()));
        }
        all.addAll(List.of(Action.class.getPermittedSubclasses()));
        all.addAll(Failure.RETRIABLE);
        all.addAll(List.of(Failure.VALIDATION, "mine", "no failure", "DIES", "STOPS", "cut off"));
        return all.toArray();
    }

    @ParameterizedTest
    @EnumSource(
            value = QueueHost.Damage.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE"})
    void noticesAHostThat(QueueHost.Damage damage) {
        assertThat(violations(damage, ModelJobs.Damage.NONE)).isPositive();
    }

    @ParameterizedTest
    @EnumSource(
            value = ModelJobs.Damage.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE"})
    void noticesAStoreThatHas(ModelJobs.Damage damage) {
        assertThat(violations(QueueHost.Damage.NONE, damage)).isPositive();
    }

    private static long violations(QueueHost.Damage host, ModelJobs.Damage store) {
        return LongStream.range(0, 200)
                .filter(seed -> violation(seed, host, store, new ConcurrentHashMap<>()) != null)
                .limit(1)
                .count();
    }

    private static @Nullable AssertionError violation(
            long seed, QueueHost.Damage host, ModelJobs.Damage store, Map<Object, Long> seen) {
        try {
            var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed + 1_000_003);
            var world = new World(seed, SomeQueues.some(random), host, store);
            world.live();
            world.seen().forEach((what, n) -> seen.merge(what, n, Long::sum));
            return null;
        } catch (AssertionError e) {
            return e;
        }
    }
}
