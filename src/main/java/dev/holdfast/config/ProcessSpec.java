package dev.holdfast.config;

import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code processes:}, with every default filled in.
 *
 * @param launch what is executed and as whom
 * @param replicas 0 to 1000 identical instances; with {@code scale} how many there are to be now
 * @param scale by which their number follows what there is to do; null: it does not
 * @param portBase HOLDFAST_PORT of replica i is this plus i; null sets none
 * @param dependsOn what must be so before this starts
 * @param readiness when it counts as up for dependents; null: at once when started
 * @param liveness when it must be restarted; null: only when it exits
 * @param startTimeout from start to ready; longer counts as a failure
 * @param plannedExitCodes exits that are no failure, beside 0
 * @param maxRuntime after which it is stopped and started again, as planned; null: never
 * @param enabled false: not supervised at all
 * @param manual true: starts only when asked
 * @param resources what it may use; a running instance takes new ones as it runs
 */
public record ProcessSpec(
        String name,
        Type type,
        LaunchSpec launch,
        int replicas,
        @Nullable ScaleSpec scale,
        @Nullable Integer portBase,
        Map<String, DependencyCondition> dependsOn,
        HooksSpec hooks,
        RestartSpec restart,
        StopSpec stop,
        @Nullable HealthSpec readiness,
        @Nullable HealthSpec liveness,
        Duration startTimeout,
        Set<Integer> plannedExitCodes,
        @Nullable Duration maxRuntime,
        boolean enabled,
        boolean manual,
        LogSpec log,
        ResourcesSpec resources) {
    private static final Duration NEVER_NEEDED = Duration.ofSeconds(1);

    /** What runs once, a run of a schedule or a job, as what launches programs and keeps their output sees it. */
    static ProcessSpec ofRun(
            String name,
            LaunchSpec launch,
            StopSpec stop,
            @Nullable Duration timeout,
            boolean enabled,
            LogSpec log,
            ResourcesSpec resources) {
        return new ProcessSpec(
                name,
                Type.ONESHOT,
                launch,
                1,
                null,
                null,
                Map.of(),
                new HooksSpec(null, null, null, null),
                new RestartSpec(
                        RestartSpec.Policy.NEVER, NEVER_NEEDED, NEVER_NEEDED, 1, 0, null, NEVER_NEEDED, NEVER_NEEDED),
                stop,
                null,
                null,
                Duration.ofSeconds(90),
                Set.of(),
                timeout,
                enabled,
                true,
                log,
                resources);
    }

    /** A command that the daemon runs once for itself, as it is itself, and whose output is not logged. */
    public static ProcessSpec errand(String name, CommandSpec command, @Nullable String user, @Nullable String group) {
        var launch = new LaunchSpec(
                command,
                null,
                user,
                group,
                022,
                Collections.emptySortedMap(),
                false,
                List.of(),
                null,
                null,
                4,
                Collections.emptySortedMap(),
                List.of(),
                null,
                null);
        return ofRun(
                name,
                launch,
                new StopSpec(Signal.TERM, NEVER_NEEDED, null),
                null,
                true,
                LogSpec.DEFAULT,
                ResourcesSpec.NONE);
    }

    /**
     * What a running instance cannot change: when this differs, a reload starts it anew. Equal in every run of the
     * daemon for equal configurations.
     *
     * @return 64 hexadecimal digits
     */
    public String fingerprint() {
        return Fingerprint.of(launch, portBase == null ? 0 : portBase, notifies());
    }

    /** The same with another number of replicas. */
    public ProcessSpec withReplicas(int n) {
        return new ProcessSpec(
                name,
                type,
                launch,
                n,
                scale,
                portBase,
                dependsOn,
                hooks,
                restart,
                stop,
                readiness,
                liveness,
                startTimeout,
                plannedExitCodes,
                maxRuntime,
                enabled,
                manual,
                log,
                resources);
    }

    /** How many there may be at most. */
    public int mostReplicas() {
        return scale == null ? replicas : Math.max(replicas, scale.max());
    }

    /** Whether it is given a NOTIFY_SOCKET. */
    public boolean notifies() {
        return readiness != null && readiness.check() instanceof HealthSpec.Check.Notify;
    }

    /** Whether ending is its purpose. */
    public enum Type {
        LONGRUN,
        ONESHOT
    }

    /** What a dependency must have reached. */
    public enum DependencyCondition {
        /** Every replica has been started in this run of it, or has completed. */
        STARTED,
        /** Every replica is ready (and healthy, where it has a check). */
        HEALTHY,
        /** A oneshot ended with success. */
        COMPLETED,
        /** Nothing of it runs, nor is about to: it was stopped, has completed or was given up. */
        STOPPED
    }
}
