package dev.holdfast.run;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.linux.Proc;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * All that descends from this process, which adopts orphans and has one command: whoever leaves its session or wipes its
 * environment is found all the same. With a group its members are looked at too.
 */
final class Tree {
    private final Host host;
    private final Place place;
    /** Children of ours that are not the command's. */
    private final Set<Integer> others = new HashSet<>();

    Tree(Host host, Place place) {
        this.host = host;
        this.place = place;
    }

    void leaveOut(int pid) {
        others.add(pid);
    }

    boolean isOurs(int pid) {
        return others.contains(pid);
    }

    /** Everybody but those that have ended. More may come while it is looked. */
    List<ProcessRef> members() throws IOException {
        var members = new LinkedHashSet<ProcessRef>();
        for (Proc.Stat s : walk().keySet()) {
            members.add(s.ref());
        }
        members.addAll(place.members());
        // Parents first: a shell whose child is ended before it would go on to its next line.
        return members.stream()
                .sorted(Comparator.comparingLong(ProcessRef::startTicks).thenComparingInt(ProcessRef::pid))
                .toList();
    }

    /** With the number of its threads. */
    private Map<Proc.Stat, Integer> walk() throws IOException {
        Proc proc = host.proc();
        var found = new HashMap<Proc.Stat, Integer>();
        var seen = new HashSet<Integer>(others);
        var next = new ArrayDeque<Integer>();
        next.add(host.pid());
        while (!next.isEmpty()) {
            int pid = next.remove();
            List<Integer> threads = proc.threads(pid);
            for (int tid : threads) {
                for (int child : proc.children(pid, tid)) {
                    if (seen.add(child)) {
                        next.add(child);
                    }
                }
            }
            if (pid != host.pid()) {
                proc.stat(pid).filter(s -> s.state() != 'Z').ifPresent(s -> found.put(s, threads.size()));
            }
        }
        return found;
    }

    /**
     * What it uses now.
     *
     * @param bytes resident; what processes share counts for each of them, unless {@code exact}
     * @param tasks processes and threads
     */
    record Use(long bytes, int tasks, boolean exact) {}

    /** @param limit of its memory: near it, shared pages are counted once, which costs more */
    Use use(long limit) throws IOException {
        Map<Proc.Stat, Integer> all = walk();
        long bytes = 0;
        int tasks = 0;
        for (Map.Entry<Proc.Stat, Integer> e : all.entrySet()) {
            bytes += e.getKey().rssBytes();
            tasks += e.getValue();
        }
        if (bytes <= limit) {
            return new Use(bytes, tasks, false);
        }
        long exact = 0;
        for (Proc.Stat s : all.keySet()) {
            OptionalLong pss = host.proc().pss(s.pid());
            exact += pss.orElse(s.rssBytes());
        }
        return new Use(exact, tasks, true);
    }

    void signal(Signal signal) throws IOException {
        for (ProcessRef member : members()) {
            signal(member, signal);
        }
    }

    private void signal(ProcessRef member, Signal signal) {
        try (Pidfd pidfd = Pidfd.open(host.proc(), member).orElse(null)) {
            if (pidfd != null) {
                pidfd.signal(signal);
            }
        } catch (Errno noDescriptorLeft) {
            // The next pass meets it again.
        }
    }

    /** One pass; those that fork meanwhile are met by the next. */
    void kill() throws IOException {
        place.kill();
        signal(Signal.KILL);
    }

    boolean empty() throws IOException {
        return !place.populated() && walk().isEmpty();
    }

    /** For people: {@code sleep (123), sh (124)}. */
    String names() throws IOException {
        var names = new ArrayList<String>();
        for (ProcessRef member : members()) {
            names.add(host.proc().name(member.pid()).orElse("?") + " (" + member.pid() + ")");
        }
        return names.size() > 8
                ? String.join(", ", names.subList(0, 8)) + " and " + (names.size() - 8) + " more"
                : String.join(", ", names);
    }
}
