package dev.holdfast.queue;

import dev.holdfast.job.Hold;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What this host holds, and until when that is certain: the store takes a job away only when its lease has ended since it
 * last confirmed it. A host that stood still for longer (SIGSTOP, a suspended machine) cannot know that it holds anything.
 */
final class Leases {
    /** Renewals in one lease; two may fail. */
    private static final int IN_ONE = 3;

    private final Duration lease;
    private final Consumer<Action> act;
    private final Map<Hold, Held> all = new LinkedHashMap<>();
    /** Not held any more, as far as the store says; but it has not answered to their end. */
    private final Map<Hold, Held> over = new HashMap<>();

    private MonoTime renewAt = MonoTime.NEVER;
    /** After a failure: no sooner. */
    private MonoTime notBefore = new MonoTime(Long.MIN_VALUE);
    /** No later than any of them is certain. */
    private MonoTime sureUntil = MonoTime.NEVER;

    private @Nullable Pending pending;

    private record Pending(MonoTime sent, List<Held> asked) {}

    Leases(Duration lease, Consumer<Action> act) {
        this.lease = lease;
        this.act = act;
    }

    Duration lease() {
        return lease;
    }

    void add(Held held) {
        all.put(held.job.hold(), held);
        sureUntil = MonoTime.earliest(sureUntil, held.sureUntil);
        // Its first third is counted from when it was asked for.
        long third = lease.toNanos() / IN_ONE;
        renewAt = MonoTime.earliest(renewAt, held.sureUntil.plus(Duration.ofNanos(third - lease.toNanos())));
    }

    /** The store has its end already, or another has the job: its answer to the end will say. */
    void release(Held held) {
        remove(held);
        over.put(held.job.hold(), held);
    }

    void remove(Held held) {
        over.remove(held.job.hold(), held);
        all.remove(held.job.hold(), held);
        if (all.isEmpty()) {
            renewAt = MonoTime.NEVER;
            sureUntil = MonoTime.NEVER;
        }
    }

    @Nullable
    Held of(Hold hold) {
        Held held = all.get(hold);
        return held != null ? held : over.get(hold);
    }

    /** Whether nothing that is held can be another's by now; if not, the store is asked. */
    boolean sure(MonoTime now) {
        if (now.isBefore(sureUntil)) {
            return true;
        }
        recount();
        boolean sure = now.isBefore(sureUntil);
        if (!sure) {
            renewAt = MonoTime.earliest(renewAt, now);
        }
        return sure;
    }

    /** Whether this one cannot be another's by now; if it can, the store is asked. */
    boolean sure(Held held, MonoTime now) {
        boolean sure = now.isBefore(held.sureUntil);
        if (!sure) {
            renewAt = MonoTime.earliest(renewAt, now);
        }
        return sure;
    }

    private void recount() {
        sureUntil = all.values().stream().map(h -> h.sureUntil).reduce(MonoTime.NEVER, MonoTime::earliest);
    }

    void tick(MonoTime now) {
        if (!now.isBefore(next())) {
            var asked = List.copyOf(all.values());
            pending = new Pending(now, asked);
            renewAt = now.plus(lease.dividedBy(IN_ONE));
            act.accept(new Action.Renew(asked.stream().map(h -> h.job.hold()).toList()));
        }
    }

    MonoTime next() {
        return pending != null || all.isEmpty() ? MonoTime.NEVER : renewAt.isBefore(notBefore) ? notBefore : renewAt;
    }

    /** All that was asked for and is still held is certain again, but for these. */
    List<Held> renewed(List<Hold> lost) {
        Pending answered = pending;
        if (answered == null) {
            return List.of();
        }
        pending = null;
        var gone = Set.copyOf(lost);
        var sure = new ArrayList<Held>();
        for (Held held : answered.asked) {
            if (all.containsKey(held.job.hold()) && !gone.contains(held.job.hold())) {
                held.sureUntil = answered.sent.plus(lease);
                sure.add(held);
            }
        }
        recount();
        return sure;
    }

    void notRenewed(MonoTime now) {
        pending = null;
        notBefore = now.plus(lease.dividedBy(2 * IN_ONE));
        renewAt = notBefore;
    }
}
