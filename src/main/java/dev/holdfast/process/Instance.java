package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A started instance until it is empty. Owned by the loop's thread. */
final class Instance {
    final InstanceId id;
    final String label;
    final Map<String, String> attributes;
    final String dir;
    /** Whether its output goes through pipes of ours. */
    final boolean captured;

    final ProcessRef leader;
    /** Null where there are no groups. */
    final @Nullable Cgroup group;
    /** Open while it is waited for that the group becomes empty. */
    @Nullable
    Fd groupEvents;

    /** Null once its leader is known to have ended. */
    @Nullable
    Pidfd pidfd;

    boolean leaderEnded;

    /** Whether the session of the leader's number is known to be its own: that may be a stranger's after its end. */
    boolean holdsSession = true;

    /** An earlier daemon launched it: its orphans fall to others than us. */
    boolean adopted;

    /** Something of it could not be ended, and is no longer waited for. */
    boolean survived;

    boolean killing;
    /** The limit for which it is being killed, where we keep that. */
    @Nullable
    Kill overran;

    /** For those the leader left behind, who are not known yet. */
    @Nullable
    Signal undelivered;

    /** When to look again for what is left, and how long the last wait was. */
    MonoTime lookAt = MonoTime.NEVER;

    int looks;
    List<ProcessRef> left = List.of();

    Instance(
            InstanceId id,
            String label,
            Map<String, String> attributes,
            String dir,
            boolean captured,
            ProcessRef leader,
            @Nullable Cgroup group,
            @Nullable Pidfd pidfd) {
        this.id = id;
        this.label = label;
        this.attributes = attributes;
        this.dir = dir;
        this.captured = captured;
        this.leader = leader;
        this.group = group;
        this.pidfd = pidfd;
    }
}
