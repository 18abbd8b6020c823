package dev.holdfast.supervise;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.Usage;
import dev.holdfast.unit.MonoTime;
import org.jspecify.annotations.Nullable;

/** What is observed of a replica. What is wanted of it is apart: {@link Replica#wanted}. */
sealed interface ReplicaState {
    /** No process of it exists. */
    sealed interface Idle extends ReplicaState {}

    /** A process of it may exist. */
    sealed interface Live extends ReplicaState {}

    /** Nothing runs, and nothing was given up. */
    record Down() implements Idle {}

    /** Wanted; a dependency is not yet as it must be. */
    record Waiting() implements Idle {}

    /**
     * The pre_start hook runs.
     *
     * @param killed why it was; empty when a stop did it, null when nothing has
     */
    record PreStart(
            InstanceId hook,
            MonoTime deadline,
            @Nullable String killed,
            @Nullable Outcome outcome,
            @Nullable Usage usage)
            implements Live {}

    /** Asked of the kernel, not answered. */
    record Launching(InstanceId main) implements Live {}

    /** The leader runs. */
    record Running(InstanceId main, ProcessRef leader, MonoTime since) implements Live {}

    /**
     * On its way down.
     *
     * @param aux the pre_stop hook or stop command that still runs
     * @param deadline of this phase
     * @param ended how the leader ended, once it has
     */
    record Stopping(
            InstanceId main,
            @Nullable ProcessRef leader,
            MonoTime since,
            Phase phase,
            @Nullable InstanceId aux,
            MonoTime deadline,
            @Nullable Outcome ended)
            implements Live {}

    /** The post_stop hook runs. */
    record PostStop(InstanceId hook, MonoTime deadline, boolean killed) implements Live {}

    /** Comes back at {@code until}. */
    record Backoff(MonoTime until) implements Idle {}

    /** Ended as it should, and stays so. */
    record Completed() implements Idle {}

    /** Given up; only a person brings it back. */
    record Failed(String why) implements Idle {}

    /** How far a stop has come. */
    enum Phase {
        /** The pre_stop hook runs. */
        PREPARING,
        /** The signal or command was sent, or the leader is gone and the rest was told. */
        ASKED,
        /** SIGKILL to all of it. */
        KILLED
    }
}
