package dev.holdfast.process;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.linux.SpawnThread;
import dev.holdfast.unit.MonoTime;
import org.jspecify.annotations.Nullable;

/** A launch between its spawn and its first instruction. Owned by the loop's thread. */
final class PendingLaunch {
    final Launch launch;
    final GateSlot slot;
    final SpawnThread thread;
    final InstanceFiles.Opened files;

    /** Killed before it began: it is let go only to be ended. */
    boolean unwanted;

    /** How often it was not yet at the gate when that was to be opened, and when that is too long. */
    int tries;

    MonoTime patience = MonoTime.NEVER;

    /** Whether its spawning is over; set by the spawning thread. */
    volatile boolean returned;

    /** As far as it can be told before there is a child. */
    StringBuilder record = new StringBuilder();

    @Nullable
    ProcessRef leader;

    @Nullable
    Pidfd pidfd;

    /** Set when the gate's work failed: the child is killed at the gate. */
    @Nullable
    String refused;

    PendingLaunch(Launch launch, GateSlot slot, SpawnThread thread, InstanceFiles.Opened files) {
        this.launch = launch;
        this.slot = slot;
        this.thread = thread;
        this.files = files;
    }
}
