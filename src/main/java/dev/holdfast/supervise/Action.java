package dev.holdfast.supervise;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.HealthSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What {@link Supervision} wants done. */
public sealed interface Action {
    /**
     * @param command the process's own, or the hook's
     * @param mainPid MAINPID for hooks and stop commands of a running process
     * @param restarts of the replica so far
     */
    record Launch(
            InstanceId instance,
            ReplicaId replica,
            Purpose purpose,
            ProcessSpec spec,
            CommandSpec command,
            @Nullable Integer mainPid,
            int restarts)
            implements Action {}

    /** To the process group of the leader, or to what it left. */
    record SendSignal(InstanceId instance, Signal signal) implements Action {}

    /** Everything of the instance. */
    record Kill(InstanceId instance) implements Action {}

    /** Ask once; answer with {@link Stimulus.Probed}, at the latest after {@code timeout}. */
    record Probe(
            InstanceId instance,
            ReplicaId replica,
            long sequence,
            HealthSpec.Check check,
            Duration timeout,
            ProcessSpec spec)
            implements Action {}

    /** Nobody asks about this instance any more: checks of it that are on their way end. */
    record EndChecks(InstanceId instance) implements Action {}

    /** Into the journal. */
    record Journal(Event event) implements Action {}

    /** The daemon ends with this code. */
    record Finish(int exitCode) implements Action {}

    /** What an instance is for. */
    enum Purpose {
        MAIN,
        PRE_START,
        POST_START,
        PRE_STOP,
        STOP_COMMAND,
        POST_STOP
    }
}
