package dev.holdfast.supervise;

import dev.holdfast.config.HealthSpec;
import dev.holdfast.config.HookSpec;
import dev.holdfast.config.HooksSpec;
import dev.holdfast.config.LogSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ProcessSpec.DependencyCondition;
import dev.holdfast.config.ResourcesSpec;
import dev.holdfast.config.RestartSpec;
import dev.holdfast.config.StopSpec;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A process as a test wants it: never restarted by itself, needing nothing, unless said otherwise. */
final class SpecOf {
    private final String name;
    private final ProcessSpec.Type type;
    private final Map<String, DependencyCondition> needs = new TreeMap<>();
    private RestartSpec.Policy policy = RestartSpec.Policy.NEVER;
    private @Nullable Integer limit;
    private @Nullable HookSpec preStart;
    private @Nullable HealthSpec readiness;
    private Duration startTimeout = Duration.ofSeconds(90);
    private boolean enabled = true;
    private boolean manual;

    private SpecOf(String name, ProcessSpec.Type type) {
        this.name = name;
        this.type = type;
    }

    static SpecOf longrun(String name) {
        return new SpecOf(name, ProcessSpec.Type.LONGRUN);
    }

    static SpecOf oneshot(String name) {
        return new SpecOf(name, ProcessSpec.Type.ONESHOT);
    }

    SpecOf needs(String other, DependencyCondition condition) {
        needs.put(other, condition);
        return this;
    }

    /** @param most restarts in 10 minutes; null: no limit */
    SpecOf restarted(RestartSpec.Policy when, @Nullable Integer most) {
        policy = when;
        limit = most;
        return this;
    }

    SpecOf preStart(HookSpec hook) {
        preStart = hook;
        return this;
    }

    SpecOf readyBy(HealthSpec.Check check, Duration within) {
        readiness = new HealthSpec(check, Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(1), 1, 1, null);
        startTimeout = within;
        return this;
    }

    SpecOf manual() {
        manual = true;
        return this;
    }

    SpecOf disabled() {
        enabled = false;
        return this;
    }

    ProcessSpec spec() {
        return new ProcessSpec(
                name,
                type,
                RandomSpecs.launch(0),
                1,
                null,
                null,
                needs,
                new HooksSpec(preStart, null, null, null),
                new RestartSpec(
                        policy,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1),
                        2,
                        0,
                        limit,
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(30)),
                new StopSpec(Signal.TERM, Duration.ofSeconds(10), null),
                readiness,
                null,
                startTimeout,
                Set.of(),
                null,
                enabled,
                manual,
                LogSpec.DEFAULT,
                ResourcesSpec.NONE);
    }
}
