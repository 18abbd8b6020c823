package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel reported of an instance. For each launch exactly one of {@link Started} and {@link LaunchFailed};
 * after Started exactly one {@link Exited}, then exactly one {@link Emptied}, in this order.
 */
public sealed interface ProcessEvent {
    InstanceId id();

    /** The program's first instruction is about to run, inside its limits, recorded on disk. */
    record Started(InstanceId id, ProcessRef leader) implements ProcessEvent {}

    /**
     * Nothing runs.
     *
     * @param why a sentence with the failing step and its errno, such as {@code exec /usr/bin/foo: no such file}
     */
    record LaunchFailed(InstanceId id, String why) implements ProcessEvent {}

    /**
     * The leader ended; descendants may still run until {@link Emptied}.
     *
     * @param usage null when unknown (adopted)
     */
    record Exited(InstanceId id, Outcome outcome, @Nullable Usage usage) implements ProcessEvent {}

    /**
     * Nothing of the instance is left, but for {@code survivors}.
     *
     * @param survivors processes that outlived SIGKILL (D state); almost always empty
     */
    record Emptied(InstanceId id, List<ProcessRef> survivors) implements ProcessEvent {}

    /**
     * A datagram on its NOTIFY_SOCKET, from a process of the instance.
     *
     * @param message the lines as received, such as {@code READY=1}; at most 4 KiB
     */
    record Notified(InstanceId id, String message) implements ProcessEvent {}
}
