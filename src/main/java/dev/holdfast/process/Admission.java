package dev.holdfast.process;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Host;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What is done to a child between its hello and the opening of its gate, and nothing else is: the program waits for it.
 * On the loop's thread.
 */
final class Admission {
    private final Host host;
    private final Supplier<Now> clock;
    private final InstanceFiles files;
    private final Consumer<String> warn;
    private final long openFiles;

    /** @param openFiles the soft limit that programs start with: ours, before we raised it */
    Admission(Host host, Supplier<Now> clock, InstanceFiles files, Consumer<String> warn, long openFiles) {
        this.host = host;
        this.clock = clock;
        this.files = files;
        this.warn = warn;
        this.openFiles = openFiles;
    }

    /** @throws IOException when it must not be let in: something that was wanted cannot be done to it */
    void prepare(PendingLaunch p, ProcessRef leader) throws IOException {
        Fd entrance = p.provided.entrance();
        if (entrance != null) {
            Cgroup.enter(entrance, leader.pid());
        }
        Identity who = p.launch.identity();
        host.openFiles(leader, who == null ? null : (Integer) who.uid(), who == null ? -1 : who.gid(), openFiles);
        limit(host, leader, p.launch);
        record(p, leader);
    }

    /** What can only be set on a process from outside. */
    static void limit(Host host, ProcessRef leader, Launch launch) throws IOException {
        Integer oom = launch.oomScoreAdj();
        if (oom != null) {
            host.oomScoreAdj(leader, oom);
        }
        Identity who = launch.identity();
        Integer uid = who == null ? null : (Integer) who.uid();
        int gid = who == null ? -1 : who.gid();
        for (Launch.Rlimit l : launch.rlimits()) {
            host.limit(leader, uid, gid, l.resource(), l.soft(), l.hard());
        }
    }

    /** A full disk must not keep a program from running; it only cannot be adopted then. */
    private void record(PendingLaunch p, ProcessRef leader) {
        try {
            InstanceRecord.write(p.record, leader, clock.get().wall(), p.files().record());
        } catch (Errno e) {
            files.unrecord(p.launch.id());
            warn.accept(
                    p.launch.label() + " would not be found again by another daemon, its record: " + e.getMessage());
        }
    }
}
