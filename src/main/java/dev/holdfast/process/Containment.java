package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.Proc;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Knows when an instance is empty and makes it so: by its cgroup, which nobody leaves; where there is none, by walking
 * /proc until a pass finds nobody. Looks that fall due together share one walk, so a thousand stops cost no thousand
 * walks.
 */
final class Containment {
    private static final Duration FIRST_LOOK = Duration.ofMillis(5);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
    private static final int KILL_LOOKS = 60;
    private static final int TEXT = 128;

    private final Host host;
    private final Poller poller;
    private final TreeScan scan;
    private final Consumer<ProcessEvent> events;
    private final Map<InstanceId, Instance> instances;
    /** By their leaders, while those run. */
    private final Map<Integer, Instance> byPid;

    private final Consumer<Instance> forget;
    private final Consumer<Runnable> loop;
    /** Instances whose leader has ended or that are being killed. */
    private final Set<Instance> watched = new HashSet<>();

    private final NativeBuffer text = NativeBuffer.allocate(TEXT);
    private boolean checkQueued;

    Containment(
            Host host,
            Poller poller,
            Consumer<Runnable> loop,
            Consumer<ProcessEvent> events,
            Map<InstanceId, Instance> instances,
            Map<Integer, Instance> byPid,
            Consumer<Instance> forget) {
        this.host = host;
        this.poller = poller;
        this.scan = new TreeScan(host.proc(), host.pid());
        this.loop = loop;
        this.events = events;
        this.instances = instances;
        this.byPid = byPid;
        this.forget = forget;
    }

    void signal(Instance i, Signal signal) {
        if (holdsItsPid(i)) {
            host.signalGroup(i.leader.pid(), signal);
        } else {
            i.undelivered = signal; // whom it is for, the next look finds
            i.lookAt = host.monotonic();
            watched.add(i);
            checkSoon();
        }
    }

    void kill(Instance i, MonoTime now) {
        i.killing = true;
        i.looks = 0;
        i.lookAt = now;
        Pidfd leader = i.pidfd;
        if (leader != null && holdsItsPid(i)) {
            leader.signal(Signal.KILL);
            host.signalGroup(i.leader.pid(), Signal.KILL);
        }
        watched.add(i);
        checkSoon();
    }

    /**
     * Whether the leader's pid, and so its group's number, is still its own: it runs or was not reaped yet. Our children
     * hold theirs until we reap them; an adopted one is reaped by others, before we may have heard of its end.
     */
    private static boolean holdsItsPid(Instance i) {
        return !i.leaderEnded && i.pidfd != null && i.pidfd.exists();
    }

    void leaderEnded(Instance i, MonoTime now) {
        i.looks = 0;
        i.lookAt = now;
        watched.add(i);
        checkSoon();
    }

    MonoTime nextDeadline() {
        MonoTime next = MonoTime.NEVER;
        for (Instance i : watched) {
            if (i.lookAt.isBefore(next)) {
                next = i.lookAt;
            }
        }
        return next;
    }

    void tick(MonoTime now) {
        List<Instance> due =
                watched.stream().filter(i -> !now.isBefore(i.lookAt)).toList();
        if (!due.isEmpty()) {
            look(due, now);
        }
    }

    /** After the events at hand, so that leaders that end together are looked for together. */
    private void checkSoon() {
        if (!checkQueued) {
            checkQueued = true;
            loop.accept(() -> {
                checkQueued = false;
                tick(host.monotonic());
            });
        }
    }

    private void look(List<Instance> due, MonoTime now) {
        var ungrouped = new ArrayList<Instance>(due.size());
        for (Instance i : due) {
            if (i.group != null && i.group.exists()) {
                lookInto(i.group, i, now);
            } else {
                ungrouped.add(i);
            }
        }
        if (!ungrouped.isEmpty()) {
            walk(ungrouped, now);
        }
    }

    private void lookInto(Cgroup group, Instance i, MonoTime now) {
        boolean empty = !(group.populated() && stillPopulated(group, i));
        if (empty && i.leaderEnded) {
            empty(i, List.of());
            return;
        }
        try {
            if (i.killing && i.leaderEnded && i.looks >= KILL_LOOKS) {
                empty(i, members(group));
                return;
            }
            Signal signal = i.killing ? Signal.KILL : i.undelivered;
            if (signal != null && !(i.killing && group.kill())) {
                i.left = members(group);
                if (!all(i, signal)) {
                    unseen(List.of(i), now);
                    return;
                }
            }
            i.undelivered = null;
        } catch (Errno e) {
            unseen(List.of(i), now);
            return;
        }
        if (i.killing || i.groupEvents == null) {
            later(i, now);
        } else {
            i.lookAt = MonoTime.NEVER; // the kernel tells when it is empty
        }
    }

    private List<ProcessRef> members(Cgroup group) throws Errno {
        var members = new ArrayList<ProcessRef>();
        for (int pid : group.pids()) {
            host.proc().stat(pid).map(Proc.Stat::ref).ifPresent(members::add);
        }
        return members;
    }

    /** Has the kernel tell of the change first, then looks: nothing is missed in between. */
    private boolean stillPopulated(Cgroup group, Instance i) {
        if (i.groupEvents == null) {
            try {
                Fd events = group.events();
                i.groupEvents = events;
                Descriptors.readAt(events, text, 0, TEXT, 0);
                poller.add(events, Poller.CHANGED, ready -> {
                    Descriptors.readAt(events, text, 0, TEXT, 0); // else it would be told again and again
                    i.lookAt = host.monotonic();
                    checkSoon();
                });
            } catch (Errno gone) {
                return group.populated();
            }
        }
        return group.populated();
    }

    private void walk(List<Instance> due, MonoTime now) {
        // Nothing in the leaders' groups and no orphan handed to us: nobody can be left that a walk would find. The
        // orphans
        // of one that we adopted are handed to others.
        List<Instance> doubtful = new ArrayList<>();
        boolean orphans;
        try {
            orphans = host.hasOrphans(byPid::containsKey);
        } catch (IOException e) {
            unseen(due, now);
            return;
        }
        for (Instance i : due) {
            if (orphans || i.adopted || !i.leaderEnded || host.groupExists(i.leader.pid())) {
                doubtful.add(i);
            } else {
                empty(i, List.of());
            }
        }
        if (doubtful.isEmpty()) {
            return;
        }
        Map<InstanceId, List<ProcessRef>> members;
        try {
            members = scan.members(doubtful, leadersOfOthers(doubtful));
        } catch (IOException e) {
            unseen(doubtful, now);
            return;
        }
        for (Instance i : doubtful) {
            i.left = members.getOrDefault(i.id, List.of());
            if (i.left.isEmpty() && i.leaderEnded) {
                empty(i, List.of());
            } else if (i.killing && i.leaderEnded && i.looks >= KILL_LOOKS) {
                empty(i, i.left);
            } else {
                Signal signal = i.killing ? Signal.KILL : i.undelivered;
                if (signal != null && all(i, signal)) {
                    i.undelivered = null;
                }
                later(i, now);
            }
        }
    }

    /** /proc cannot be read now, for want of a descriptor most likely: no look at all, so it does not count as one. */
    private static void unseen(List<Instance> due, MonoTime now) {
        due.forEach(i -> i.lookAt = now.plus(LONGEST_WAIT));
    }

    private void later(Instance i, MonoTime now) {
        Duration wait = FIRST_LOOK.multipliedBy(1L << Math.min(i.looks, 8));
        i.looks++;
        i.lookAt = now.plus(wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT);
    }

    private void empty(Instance i, List<ProcessRef> survivors) {
        watched.remove(i);
        Fd watching = i.groupEvents;
        if (watching != null) {
            poller.remove(watching);
            watching.close();
            i.groupEvents = null;
        }
        i.survived = !survivors.isEmpty();
        forget.accept(i);
        events.accept(new ProcessEvent.Emptied(i.id, survivors));
    }

    /** @return whether none was left out for want of a descriptor */
    private boolean all(Instance i, Signal signal) {
        boolean whole = true;
        for (ProcessRef process : i.left) {
            Pidfd leader = i.pidfd;
            if (leader != null && process.equals(i.leader)) {
                leader.signal(signal);
                continue;
            }
            try (Pidfd p = Pidfd.open(host.proc(), process).orElse(null)) {
                if (p != null) {
                    p.signal(signal);
                }
            } catch (Errno e) {
                whole = false;
            }
        }
        return whole;
    }

    private Set<Integer> leaders() {
        Set<Integer> pids = HashSet.newHashSet(instances.size());
        for (Instance i : instances.values()) {
            if (!i.leaderEnded) {
                pids.add(i.leader.pid());
            }
        }
        return pids;
    }

    private Set<Integer> leadersOfOthers(List<Instance> asked) {
        Set<Integer> sessions = leaders();
        asked.forEach(i -> sessions.remove(i.leader.pid()));
        return sessions;
    }

    void endedWhileAway(Instance i, MonoTime now) {
        i.leaderEnded = true;
        i.holdsSession = false; // since when it has ended nobody knows, so neither whose its number is now
        kill(i, now);
    }
}
