package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.unit.Signal;

/**
 * Runs and ends instances. Every method is called on the loop's thread, returns without blocking, and reports through
 * {@link ProcessEvent}s delivered on that same thread, never from inside the call. An id that is unknown or already
 * gone is ignored: the caller's wish came true first.
 */
public interface Launcher {
    void launch(Launch launch);

    /** Sends to the leader's process group while the leader lives, else to every process left in the instance. */
    void signal(InstanceId id, Signal signal);

    /** Kills the whole instance, repeatedly until nothing of it is left; then {@link ProcessEvent.Emptied}. */
    void kill(InstanceId id);
}
