package dev.holdfast.supervise;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.HealthSpec;
import dev.holdfast.config.HookSpec;
import dev.holdfast.config.HooksSpec;
import dev.holdfast.config.LaunchSpec;
import dev.holdfast.config.LogSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ProcessSpec.DependencyCondition;
import dev.holdfast.config.RestartSpec;
import dev.holdfast.config.StopSpec;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Configurations such as nobody would write, but anybody may. */
final class RandomSpecs {
    private final RandomGenerator random;

    RandomSpecs(RandomGenerator random) {
        this.random = random;
    }

    SortedMap<String, ProcessSpec> some() {
        var specs = new TreeMap<String, ProcessSpec>();
        int n = 1 + random.nextInt(6);
        for (int i = 0; i < n; i++) {
            ProcessSpec spec = one("p" + i, specs);
            specs.put(spec.name(), spec);
        }
        return specs;
    }

    private ProcessSpec one(String name, SortedMap<String, ProcessSpec> earlier) {
        var type = random.nextInt(4) == 0 ? ProcessSpec.Type.ONESHOT : ProcessSpec.Type.LONGRUN;
        var depends = new TreeMap<String, DependencyCondition>();
        for (ProcessSpec e : earlier.values()) {
            if (random.nextInt(3) == 0) {
                depends.put(e.name(), condition(e));
            }
        }
        HealthSpec readiness = switch (random.nextInt(4)) {
            case 0 -> health(new HealthSpec.Check.Notify());
            case 1 -> health(new HealthSpec.Check.Tcp("127.0.0.1", 1));
            default -> null;
        };
        HealthSpec liveness = random.nextInt(3) == 0 ? health(new HealthSpec.Check.Tcp("127.0.0.1", 1)) : null;
        return new ProcessSpec(
                name,
                type,
                launch(random.nextInt(3)),
                random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 1,
                null,
                null,
                depends,
                new HooksSpec(hook(), hook(), hook(), hook()),
                new RestartSpec(
                        List.of(RestartSpec.Policy.values()).get(random.nextInt(3)),
                        Duration.ofMillis(random.nextInt(3) * 500L),
                        Duration.ofSeconds(10),
                        2,
                        0.1,
                        random.nextBoolean() ? 1 + random.nextInt(3) : null,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(10)),
                new StopSpec(Signal.TERM, Duration.ofSeconds(2), random.nextInt(8) == 0 ? command("stop") : null),
                readiness,
                liveness,
                Duration.ofSeconds(5),
                Set.of(),
                random.nextInt(6) == 0 ? Duration.ofSeconds(15) : null,
                true,
                random.nextInt(10) == 0,
                LogSpec.DEFAULT,
                dev.holdfast.config.ResourcesSpec.NONE);
    }

    private DependencyCondition condition(ProcessSpec on) {
        if (on.type() == ProcessSpec.Type.ONESHOT) {
            return DependencyCondition.COMPLETED;
        }
        return random.nextBoolean() ? DependencyCondition.STARTED : DependencyCondition.HEALTHY;
    }

    private HealthSpec health(HealthSpec.Check check) {
        return new HealthSpec(
                check,
                Duration.ZERO,
                Duration.ofSeconds(1),
                Duration.ofMillis(100),
                1,
                2,
                random.nextBoolean() ? new HealthSpec.BreakerSpec(2, Duration.ofSeconds(5)) : null);
    }

    private @Nullable HookSpec hook() {
        return random.nextInt(8) == 0 ? new HookSpec(command("hook"), Duration.ofSeconds(1)) : null;
    }

    static LaunchSpec launch(int version) {
        return new LaunchSpec(
                command("run" + version),
                null,
                null,
                null,
                022,
                new java.util.TreeMap<>(),
                false,
                List.of(),
                null,
                null,
                0,
                new java.util.TreeMap<>(),
                List.of(),
                null,
                null);
    }

    private static CommandSpec command(String name) {
        return new CommandSpec(List.of(name));
    }
}
