package dev.holdfast.process;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.linux.SpawnThread;
import org.jspecify.annotations.Nullable;

/** A launch between its spawn and its first instruction. Owned by the loop's thread. */
final class PendingLaunch {
    final Launch launch;
    final GateSlot slot;
    final SpawnThread thread;
    final InstanceFiles.Opened files;
    final Fd listening;

    boolean listeningOpen = true;
    /** Killed before it began: it is let go only to be ended. */
    boolean unwanted;

    @Nullable
    ProcessRef leader;

    @Nullable
    Pidfd pidfd;

    /** Set when the gate's work failed: the child is killed at the gate. */
    @Nullable
    String refused;

    PendingLaunch(Launch launch, GateSlot slot, SpawnThread thread, InstanceFiles.Opened files, Fd listening) {
        this.launch = launch;
        this.slot = slot;
        this.thread = thread;
        this.files = files;
        this.listening = listening;
    }
}
