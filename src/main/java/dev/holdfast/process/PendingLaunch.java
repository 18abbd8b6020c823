package dev.holdfast.process;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.linux.Spawn;
import dev.holdfast.linux.SpawnThread;
import dev.holdfast.unit.MonoTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A launch between its spawn and its first instruction. Owned by the loop's thread. */
final class PendingLaunch {
    static final String USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    final Launch launch;
    final GateSlot<PendingLaunch> slot;
    final SpawnThread thread;
    final Provisions.Provided provided;

    /** Killed before it began: it is let go only to be ended. */
    boolean unwanted;

    /** When it is given up. */
    MonoTime patience = MonoTime.NEVER;

    /** Why it could not be found when it said hello. */
    @Nullable
    String unseen;

    /** Told as failed before its spawn returned; only that is awaited. */
    boolean givenUp;

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

    PendingLaunch(Launch launch, GateSlot<PendingLaunch> slot, SpawnThread thread, Provisions.Provided provided) {
        this.launch = launch;
        this.slot = slot;
        this.thread = thread;
        this.provided = provided;
    }

    InstanceFiles.Opened files() {
        return provided.files();
    }

    /** What only the spawn and the gate needed. */
    void closeWriters() {
        files().closeWriters();
        Fd entrance = provided.entrance();
        if (entrance != null) {
            entrance.close();
        }
    }

    /** A child that never became its program: its status interests nobody. */
    void reap() {
        if (pidfd == null) {
            return; // the reaper finds it
        }
        try {
            pidfd.reap(true);
        } catch (Errno ignoredBecauseNothingIsLost) {
            // Somebody else reaped it.
        }
        pidfd.close();
    }

    /** It, down to numbers and descriptors. */
    Spawn spawn() {
        Launch l = launch;
        var variables = new ArrayList<String>(l.environment().size() + 2);
        for (Map.Entry<String, String> variable : l.environment().entrySet()) {
            String name = variable.getKey();
            if (!name.equals(TreeScan.VARIABLE) && !name.equals(NotifySockets.VARIABLE)) {
                variables.add(name + "=" + variable.getValue());
            }
        }
        variables.add(TreeScan.VARIABLE + "=" + l.id().value());
        if (l.notifySocket()) {
            variables.add(NotifySockets.VARIABLE + "=" + files().dir() + "/" + NotifySockets.FILE);
        }
        Launch.IoPriority io = l.io();
        Identity who = l.identity();
        String cwd = l.workingDir();
        return new Spawn(
                l.argv().getFirst(),
                l.environment().getOrDefault("PATH", USUAL_PATH),
                l.argv(),
                variables,
                cwd != null ? cwd : "/",
                l.umask(),
                l.nice(),
                io == null ? null : (Integer) (io.ioClass() << 13 | io.level()),
                l.cpuAffinity(),
                who == null ? null : (Integer) who.uid(),
                who == null ? -1 : who.gid(),
                who == null ? List.of() : who.groups(),
                files().stdoutWrite(),
                files().stderrWrite(),
                slot.hello(),
                slot.gate(),
                l.sandbox(),
                l.notifySocket() ? files().dir() : null,
                null);
    }
}
