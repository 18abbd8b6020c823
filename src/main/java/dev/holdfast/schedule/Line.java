package dev.holdfast.schedule;

import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One schedule's state. */
final class Line {
    final String name;
    final Deque<Run> pending = new ArrayDeque<>();
    ScheduleSpec spec;
    /** Due times up to this have had their turn. */
    Instant considered;

    @Nullable
    String paused;

    int failures;
    String boot;
    Activity activity = new Activity.Idle();
    /** Not configured any more: it goes when it is idle. */
    boolean leaving;

    @Nullable
    Last last;

    /** What of it is kept for the next daemon; null: nothing yet. */
    @Nullable
    Memory kept;

    private final long seed;

    Line(ScheduleSpec spec, Memory memory, long seed) {
        this.name = spec.name();
        this.spec = spec;
        this.considered = memory.considered();
        this.paused = memory.paused();
        this.failures = memory.failures();
        this.boot = memory.boot();
        this.last = memory.last();
        this.seed = seed;
    }

    static Memory fresh(ScheduleSpec spec, Instant now) {
        return new Memory(now, spec.timing().toString(), null, 0, "", List.of(), null);
    }

    Memory memory() {
        String timing = spec.enabled() && !leaving ? spec.timing().toString() : Memory.NOT_WANTED;
        return new Memory(considered, timing, paused, failures, boot, owed(), last);
    }

    private List<Owed> owed() {
        Owed first = switch (activity) {
            case Activity.Idle _, Activity.Running _ -> null;
            case Activity.Claiming c -> new Owed(c.run(), null);
            case Activity.Waiting w -> new Owed(w.run(), w.run().due());
            case Activity.Resting r -> new Owed(r.run(), r.at());
        };
        if (first == null && pending.isEmpty()) {
            return List.of();
        }
        var all = new ArrayList<Owed>();
        if (first != null) {
            all.add(first);
        }
        pending.forEach(p -> all.add(new Owed(p, null)));
        return List.copyOf(all);
    }

    boolean idle() {
        return activity instanceof Activity.Idle && pending.isEmpty();
    }

    /** The share of its jitter that this schedule always has on this host. */
    Duration offset() {
        long span = spec.jitter().toMillis();
        return span <= 0
                ? Duration.ZERO
                : Duration.ofMillis(Math.floorMod(mix(seed ^ (name.hashCode() * 0x9E37_79B9_7F4A_7C15L)), span));
    }

    /** When it is due next, its jitter added; null: not before something else happens. */
    @Nullable
    Instant next() {
        if (leaving || !spec.enabled()) {
            return null;
        }
        Instant due = spec.timing().next(considered);
        return due == null ? null : due.plus(offset());
    }

    /** When time alone changes something about what it is busy with. */
    @Nullable
    MonoTime deadline() {
        MonoTime at = switch (activity) {
            case Activity.Resting resting -> resting.until();
            case Activity.Running running -> running.next();
            case Activity.Idle _, Activity.Claiming _, Activity.Waiting _ -> MonoTime.NEVER;
        };
        return at.equals(MonoTime.NEVER) ? null : at;
    }

    /** Spreads what differs in few bits over all of them (the finaliser of SplitMix64). */
    static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return b ^ (b >>> 31);
    }
}
