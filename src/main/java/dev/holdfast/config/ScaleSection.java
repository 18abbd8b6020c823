package dev.holdfast.config;

import dev.holdfast.unit.Percent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code scale} of a process as it is written. */
@Doc("a scale")
record ScaleSection(
        @Doc("at least; 0 only by queue, or a probe with per_replica") @Default("1")
        int min,

        @Doc("at most") @Required Integer max,
        @Doc("what decides") @Required ScaledBy by,

        @Doc("so far from the target nothing is changed") @Default("10%")
        Percent tolerance,

        @Doc("after any change before more come") @Default("15s")
        Duration upCooldown,

        @Doc("the highest number wanted in so long stays") @Default("5m")
        Duration downCooldown,

        @Doc("come at once at most; not given: as many as there are, at least 4") @Nullable
        Integer step,

        @Doc("of the host's memory that those which come leave free") @Default("10%")
        Percent memoryReserve) {
    @Doc("what decides: queue, cpu or probe")
    record ScaledBy(
            @Doc("a queue: jobs that could run, and those that run; with per_replica") @Nullable
            String queue,

            @Doc("mean use of its replicas to be held, of the CPU limit of each or of one processor") @Nullable
            Percent cpu,

            @Doc("a probe; with per_replica, target or latency") @Nullable
            String probe,

            @Doc("what one replica is for, of jobs or of the number that the probe measures") @Nullable
            Double perReplica,

            @Doc("number to be held that the probe measures") @Nullable
            Double target,

            @Doc("latency of the probe to be held") @Nullable
            Duration latency) {}
}
