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
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * All that descends from this process, which adopts orphans and has one command: whoever leaves its session or wipes its
 * environment is found all the same. With a group its members are looked at too.
 */
final class Tree {
    private final Host host;
    private final Place place;
    private final int other;

    /** @param other a child of ours that is not the command's; 0 for none */
    Tree(Host host, Place place, int other) {
        this.host = host;
        this.place = place;
        this.other = other;
    }

    /** Everybody but those that have ended. More may come while it is looked. */
    List<ProcessRef> members() throws IOException {
        var members = new LinkedHashSet<ProcessRef>();
        members.addAll(walk());
        members.addAll(place.members());
        // Parents first: a shell whose child is ended before it would go on to its next line.
        return members.stream()
                .sorted(Comparator.comparingLong(ProcessRef::startTicks).thenComparingInt(ProcessRef::pid))
                .toList();
    }

    private List<ProcessRef> walk() throws IOException {
        Proc proc = host.proc();
        var found = new ArrayList<ProcessRef>();
        var seen = new HashSet<Integer>();
        seen.add(other);
        var next = new ArrayDeque<Integer>();
        next.add(host.pid());
        while (!next.isEmpty()) {
            int pid = next.remove();
            for (int tid : proc.threads(pid)) {
                for (int child : proc.children(pid, tid)) {
                    if (seen.add(child)) {
                        next.add(child);
                    }
                }
            }
            if (pid != host.pid()) {
                proc.stat(pid).filter(s -> s.state() != 'Z').map(Proc.Stat::ref).ifPresent(found::add);
            }
        }
        return found;
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
