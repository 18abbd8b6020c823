package dev.holdfast.guard;

import dev.holdfast.event.ProcessRef;
import org.jspecify.annotations.Nullable;

/** What is remembered of one process from look to look. */
final class Subject {
    static final long NEVER = Long.MIN_VALUE;

    final int slot;
    final int pid;
    final long startTicks;
    Traits traits;
    /** By rule; null where it is not about this process. */
    @Nullable
    Track[] tracks;

    /** Of one core, since the look before; NaN: not known yet. */
    double cpuPercent = Double.NaN;
    /** A second, since it was asked before; NaN: not known yet. */
    private double ioRate = Double.NaN;

    /** Whether this look closed a stretch long enough to be judged; and when that began. */
    boolean rated;

    long ratedFrom;
    /** In that stretch, as far as it is known. */
    long usedTicks;

    private long cpuTicks;
    private long ticksAt = NEVER;
    private long ioBytes = -1;
    private long ioAt = NEVER;
    private long ioLook = NEVER;
    /** When it was first seen as an orphan, with a life as none before; {@link #NEVER}: it is none. */
    long orphanSince = NEVER;
    /** Seen with a parent of its own. */
    boolean hadParent;

    long zombieSince = NEVER;

    Subject(int slot, int pid, long startTicks, Traits traits, int rules) {
        this.slot = slot;
        this.pid = pid;
        this.startTicks = startTicks;
        this.traits = traits;
        this.tracks = new Track[rules];
    }

    ProcessRef ref() {
        return new ProcessRef(pid, startTicks);
    }

    boolean is(ProcessRef ref) {
        return ref.pid() == pid && ref.startTicks() == startTicks;
    }

    /**
     * Takes what it has used so far, at a look that closes a stretch.
     *
     * @param rates whether this one does: a tick is 10 ms, a tenth of a second says little
     * @param beforeNanos when the stretch began; {@link #NEVER}: with this look
     */
    void used(Sight sight, long nowNanos, long beforeNanos, boolean rates) {
        rated = rates;
        if (!rates) {
            return;
        }
        long ticks = sight.cpuTicks(slot);
        long age = Math.max(0, sight.nowTicks() - startTicks) * 10_000_000L;
        if (ticksAt != NEVER) {
            ratedFrom = ticksAt;
            usedTicks = ticks - cpuTicks;
            cpuPercent = usedTicks * 1e9 / Math.max(1, nowNanos - ticksAt);
        } else {
            // All that one has used which began since the look before was used since it began; but that is no full
            // stretch.
            boolean seenFromBirth = beforeNanos != NEVER && age <= nowNanos - beforeNanos;
            ratedFrom = seenFromBirth ? nowNanos - age : nowNanos;
            usedTicks = seenFromBirth ? ticks : 0;
        }
        cpuTicks = ticks;
        ticksAt = nowNanos;
    }

    long cpuTicks() {
        return cpuTicks;
    }

    /** Bytes a second since the look before; asked at most once a look of the disk's counters. */
    double ioRate(Sight sight, long nowNanos) {
        if (ioLook != nowNanos && rated) {
            long bytes = sight.ioBytes(slot);
            boolean known = bytes >= 0 && ioBytes >= 0 && nowNanos > ioAt;
            ioRate = known ? (bytes - ioBytes) * 1e9 / (nowNanos - ioAt) : Double.NaN;
            ioBytes = bytes;
            ioAt = nowNanos;
            ioLook = nowNanos;
        }
        return ioRate;
    }

    Suspect suspect(Sight sight) {
        String container = traits.containerName().isEmpty()
                ? traits.containerId()
                        .substring(0, Math.min(12, traits.containerId().length()))
                : traits.containerName();
        return new Suspect(
                ref(),
                sight.parent(slot),
                sight.state(slot),
                traits.shown(),
                traits.user(),
                container,
                traits.process(),
                cpuPercent,
                sight.rssBytes(slot),
                Math.max(0, sight.nowTicks() - startTicks) / 100);
    }
}
