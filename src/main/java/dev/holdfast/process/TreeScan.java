package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Proc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Finds what belongs to instances where no cgroup tells: whoever is in the leader's session, carries the instance's id
 * in the environment it was started with, or descends from one that does. One walk of /proc serves every instance that
 * asks. A program that leaves the session, is orphaned <em>and</em> wipes its environment is not found: doctor says so.
 *
 * <p>A session's number is not given again while it has members, but is once the last one has ended. So it counts while
 * the leader is there or the session was not empty at any look since; and where a member carries the id.
 */
final class TreeScan {
    static final String VARIABLE = "HOLDFAST_INSTANCE";

    private final Proc proc;
    private final int self;

    TreeScan(Proc proc, int self) {
        this.proc = proc;
        this.self = self;
    }

    /**
     * @param wanted the instances asked for
     * @param liveLeaders sessions that surely belong to other instances, whose environment need not be read
     * @return for each instance with members, those that are not zombies
     */
    Map<InstanceId, List<ProcessRef>> members(Collection<Instance> wanted, Set<Integer> liveLeaders)
            throws IOException {
        var byId = new HashMap<String, InstanceId>();
        var stats = new HashMap<Integer, Proc.Stat>();
        for (int pid : proc.pids()) {
            if (pid != 1 && pid != self) {
                Proc.Stat stat = proc.stat(pid).orElse(null);
                if (stat != null && !stat.kernel()) {
                    stats.put(pid, stat);
                }
            }
        }
        var sessions = new HashSet<Integer>();
        stats.values().forEach(s -> sessions.add(s.session()));
        var bySession = new HashMap<Integer, InstanceId>();
        var doubtful = new HashMap<Integer, InstanceId>();
        for (Instance i : wanted) {
            byId.put(i.id.value(), i.id);
            Proc.Stat leader = stats.get(i.leader.pid());
            boolean there = leader != null && leader.ref().equals(i.leader);
            i.holdsSession &= there || (leader == null && sessions.contains(i.leader.pid()));
            (i.holdsSession ? bySession : doubtful).put(i.leader.pid(), i.id);
        }
        var owner = new HashMap<Integer, InstanceId>();
        for (Proc.Stat s : stats.values()) {
            InstanceId id = bySession.get(s.session());
            if (id == null && !liveLeaders.contains(s.session()) && s.state() != 'Z') {
                id = proc.environment(s.pid(), VARIABLE).map(byId::get).orElse(null);
            }
            if (id != null) {
                owner.put(s.pid(), id);
            }
        }
        surelyTheirs(doubtful, stats, owner);
        var members = new HashMap<InstanceId, List<ProcessRef>>();
        for (Proc.Stat s : stats.values()) {
            InstanceId id = inherited(s, stats, owner);
            if (id != null && s.state() != 'Z') {
                members.computeIfAbsent(id, k -> new ArrayList<>()).add(s.ref());
            }
        }
        return members;
    }

    /** Whom a member with the id vouches for: those in its session, though their environment is wiped. */
    private static void surelyTheirs(
            Map<Integer, InstanceId> doubtful, Map<Integer, Proc.Stat> stats, Map<Integer, InstanceId> owner) {
        var vouched = new HashSet<Integer>();
        for (Proc.Stat s : stats.values()) {
            InstanceId id = doubtful.get(s.session());
            if (id != null && id.equals(owner.get(s.pid()))) {
                vouched.add(s.session());
            }
        }
        for (Proc.Stat s : stats.values()) {
            if (vouched.contains(s.session())) {
                owner.put(s.pid(), Objects.requireNonNull(doubtful.get(s.session())));
            }
        }
    }

    private static @org.jspecify.annotations.Nullable InstanceId inherited(
            Proc.Stat start, Map<Integer, Proc.Stat> stats, Map<Integer, InstanceId> owner) {
        var seen = new HashSet<Integer>();
        Proc.Stat s = start;
        while (s != null && seen.add(s.pid())) {
            InstanceId id = owner.get(s.pid());
            if (id != null) {
                return id;
            }
            s = stats.get(s.ppid());
        }
        return null;
    }
}
