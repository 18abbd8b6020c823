package dev.holdfast.event;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that happened, journalled once; status, why, alerts, metrics and reports read only these. */
public sealed interface Event {
    Instant at();

    ReplicaId replica();

    /** A program of this replica runs. */
    record Started(Instant at, ReplicaId replica, InstanceId instance, ProcessRef leader) implements Event {}

    /** Nothing could be started. */
    record StartFailed(Instant at, ReplicaId replica, String why) implements Event {}

    /** A daemon found it running when it started. */
    record Adopted(Instant at, ReplicaId replica, InstanceId instance, ProcessRef leader) implements Event {}

    /** It answers for its dependents. */
    record Ready(Instant at, ReplicaId replica) implements Event {}

    /** It answers for its dependents, though it has not shown that it can. */
    record Presumed(Instant at, ReplicaId replica, String why) implements Event {}

    /** Its check failed often enough to count. */
    record Unhealthy(Instant at, ReplicaId replica, String detail) implements Event {}

    /**
     * Its stop has begun, and is finished whatever comes.
     *
     * @param why who asked, and for what
     */
    record Stopping(Instant at, ReplicaId replica, InstanceId instance, String why) implements Event {}

    /** @param why the patience with its end is over, such as {@code did not end within 10s after TERM} */
    record Killed(Instant at, ReplicaId replica, InstanceId instance, String why) implements Event {}

    /** The leader ended. */
    record Exited(
            Instant at,
            ReplicaId replica,
            InstanceId instance,
            Outcome outcome,
            @Nullable Usage usage,
            Duration uptime,
            String why)
            implements Event {}

    /** Processes of it that outlived SIGKILL. */
    record Survived(Instant at, ReplicaId replica, List<ProcessRef> survivors) implements Event {}

    /**
     * It comes back after {@code delay}.
     *
     * @param failure whether it counts towards the limit
     */
    record Restarting(Instant at, ReplicaId replica, Duration delay, boolean failure) implements Event {}

    /** It ended as it should, for good. */
    record Completed(Instant at, ReplicaId replica) implements Event {}

    /** It is given up. */
    record GivenUp(Instant at, ReplicaId replica, String why) implements Event {}

    /**
     * Its memory has risen to the mark of its {@code memory_watch}; told once until it has clearly fallen again.
     *
     * @param bytes it uses
     * @param markBytes the mark
     */
    record MemoryHigh(Instant at, ReplicaId replica, InstanceId instance, long bytes, long markBytes)
            implements Event {}

    /**
     * How many of it there are to be has followed what there is to do.
     *
     * @param replica the first of its process, which it is about
     */
    record Scaled(Instant at, ReplicaId replica, int from, int to, String why) implements Event {}

    /**
     * How many of it there are to be is not what it should be; told once while it lasts.
     *
     * @param replica the first of its process, which it is about
     */
    record ScaleHeld(Instant at, ReplicaId replica, int number, String why) implements Event {}

    /** A hook did not succeed. */
    record HookFailed(Instant at, ReplicaId replica, String hook, String why) implements Event {}

    /** @param state closed, open or half-open */
    record Breaker(Instant at, ReplicaId replica, String state) implements Event {}

    /** Its log cannot be written; what it prints is shown on the daemon's standard output meanwhile. */
    record LogUnwritable(Instant at, ReplicaId replica, String file, String why) implements Event {}

    /** @param missingBytes of output that the log lacks, and says so */
    record LogWritable(Instant at, ReplicaId replica, String file, long missingBytes) implements Event {}
}
