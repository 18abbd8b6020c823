package dev.holdfast.process;

import dev.holdfast.linux.Errno;
import dev.holdfast.linux.OomLog;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.linux.Poller;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Hears of each leader's end through its pidfd, and how it ended. Owned by the loop's thread. */
final class Leaders {
    /** For the parent that an orphan was handed to, to reap it. */
    private static final Duration NEW_PARENT = Duration.ofSeconds(5);

    private final Poller poller;
    private final Supplier<Now> clock;
    private final Consumer<ProcessEvent> events;
    private final Containment containment;
    private final Map<Integer, Instance> byPid;
    private final @Nullable OomLog oom;
    /** Adopted leaders that have ended, are another's to reap, and are not reaped yet; and until when that may take. */
    private final Map<Instance, MonoTime> unreaped = new HashMap<>();

    /**
     * @param byPid instances by their leaders, while those run; kept here
     * @param oom null where the kernel's log cannot be read
     */
    Leaders(
            Poller poller,
            Supplier<Now> clock,
            Consumer<ProcessEvent> events,
            Containment containment,
            Map<Integer, Instance> byPid,
            @Nullable OomLog oom) {
        this.byPid = byPid;
        this.oom = oom;
        this.poller = poller;
        this.clock = clock;
        this.events = events;
        this.containment = containment;
    }

    void watch(Instance i, Pidfd pidfd) throws Errno {
        byPid.put(i.leader.pid(), i);
        poller.add(pidfd.fd(), Poller.READABLE, ready -> ended(i, pidfd, false));
    }

    /** @return whether the ended child of ours is a leader, which then is taken care of */
    boolean childEnded(int pid) {
        Instance i = byPid.get(pid);
        Pidfd pidfd = i == null ? null : i.pidfd;
        if (i == null || pidfd == null) {
            return false;
        }
        ended(i, pidfd, false);
        return true;
    }

    /** @param last true: whoever adopted it has reaped it, or had long enough to */
    void ended(Instance i, Pidfd pidfd, boolean last) {
        if (i.leaderEnded) {
            return;
        }
        try {
            Pidfd.Ended ended = pidfd.reap(last).orElse(null);
            if (ended == null && last) {
                unreaped.remove(i); // our own child, and alive after all
                return;
            }
            if (ended == null) {
                if (unreaped.put(i, clock.get().mono().plus(NEW_PARENT)) == null) {
                    poller.remove(pidfd.fd());
                    poller.add(pidfd.fd(), Poller.NOTHING, hungUp -> ended(i, pidfd, true));
                }
                return;
            }
            unreaped.remove(i);
            byPid.remove(i.leader.pid(), i);
            poller.remove(pidfd.fd());
            pidfd.close();
            i.pidfd = null;
            i.leaderEnded = true;
            var usage = Demise.of(
                    i,
                    ended,
                    () -> oom != null && oom.ended(i.leader, clock.get().mono()));
            events.accept(new ProcessEvent.Exited(i.id, ended.outcome(), usage));
            containment.leaderEnded(i, clock.get().mono());
        } catch (Errno e) {
            throw new IllegalStateException(e);
        }
    }

    MonoTime deadline() {
        MonoTime next = MonoTime.NEVER;
        for (MonoTime patience : unreaped.values()) {
            next = MonoTime.earliest(next, patience);
        }
        return next;
    }

    void tick(MonoTime now) {
        for (Map.Entry<Instance, MonoTime> e : Map.copyOf(unreaped).entrySet()) {
            Pidfd pidfd = e.getKey().pidfd;
            if (pidfd != null && !now.isBefore(e.getValue())) {
                ended(e.getKey(), pidfd, true);
            }
        }
    }
}
