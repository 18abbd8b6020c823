package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.GroupLimits;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.OomLog;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.linux.Poller;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The real {@link Launcher}: knows every instance from its start, or its adoption, until nothing of it is left. */
public final class KernelLauncher implements Launcher, AutoCloseable {
    private static final Set<Signal> ENDING = Set.of(Signal.TERM, Signal.INT, Signal.QUIT, Signal.KILL);

    private final LoopTasks loop;
    private final Consumer<ProcessEvent> events;
    private final OutputSink outputs;
    private final Supplier<Now> clock;
    private final Host host;
    private final InstanceFiles files;
    private final Launchpad pad;
    private final Containment containment;
    private final Leaders leaders;
    private final OutputKeeper keeper;
    private final NotifySockets notices;
    private final Groups groups;
    private final Consumer<String> warn;
    /** Null where it cannot be read. */
    private final @Nullable OomLog oom;

    private final Map<InstanceId, Instance> instances = new HashMap<>();
    /** By their leaders, while those run; the reaper reads it too. */
    private final Map<Integer, Instance> byPid = new ConcurrentHashMap<>();

    /** Over, but for the last of their output and their files. */
    private final Set<InstanceId> leaving = new HashSet<>();

    private final StrangerReaper reaper;

    /**
     * @param events told on the loop's thread
     * @param warn told, in words for people, when an instance runs with less than it should
     * @throws IOException when the run directory cannot be prepared
     */
    public KernelLauncher(
            Path runDir,
            Host host,
            Poller poller,
            LoopTasks loop,
            Supplier<Now> clock,
            OutputSink outputs,
            Groups groups,
            Consumer<ProcessEvent> events,
            Consumer<String> warn)
            throws IOException {
        this.loop = loop;
        this.events = event -> tell(event, events);
        this.notices = new NotifySockets(poller, this.events);
        this.outputs = outputs;
        this.groups = groups;
        this.warn = warn;
        this.clock = clock;
        this.host = host;
        this.files = new InstanceFiles(runDir);
        this.keeper = new OutputKeeper(this, files, warn, host.pid() != 1);
        this.containment = new Containment(host, poller, loop::soon, this.events, instances, byPid, this::forget);
        this.oom = host.oomLog().orElse(null);
        this.leaders = new Leaders(poller, clock, this.events, containment, byPid, oom);
        var provisions = new Provisions(files, notices, groups);
        var admission = new Admission(host, clock, files, warn, host.raiseOpenFiles());
        this.pad = new Launchpad(runDir, host, poller, loop, clock, provisions, admission, new Launched(), warn);
        this.reaper = new StrangerReaper(loop::soon, byPid::containsKey, this::childEnded);
    }

    private void tell(ProcessEvent event, Consumer<ProcessEvent> listener) {
        Instance i = event instanceof ProcessEvent.Exited ? instances.get(event.id()) : null;
        if (i != null) {
            notices.ended(i.id, Path.of(i.dir));
        }
        if (!keeper.took(event)) {
            listener.accept(event);
        }
    }

    @Override
    public void launch(Launch launch) {
        pad.launch(launch);
    }

    private final class Launched implements Launchpad.Outcomes {
        @Override
        public void begins(PendingLaunch p) {
            Fd stdout = p.files().stdoutRead();
            Fd stderr = p.files().stderrRead();
            if (stdout != null && stderr != null) {
                keeper.keep(p.launch.id(), stdout, stderr);
            }
        }

        @Override
        public void arrived() {
            reaper.launched();
        }

        @Override
        public void started(PendingLaunch p, ProcessRef leader, Pidfd pidfd) {
            Launch l = p.launch;
            Fd stdout = p.files().stdoutRead();
            Fd stderr = p.files().stderrRead();
            boolean captured = stdout != null && stderr != null;
            var instance = new Instance(
                    l.id(), l.label(), l.attributes(), p.files().dir(), captured, leader, p.provided.group(), pidfd);
            watch(instance, pidfd); // first: whoever hears of the start may answer with a signal
            events.accept(new ProcessEvent.Started(l.id(), leader));
            listen(instance); // and last, so that readiness never comes before the start
            if (stdout != null && stderr != null) {
                outputs.attach(l.id(), l.label(), l.attributes(), stdout, stderr);
            }
            if (p.unwanted) {
                kill(l.id()); // asked when the gate was open already
            }
        }

        @Override
        public void failed(InstanceId id, String why) {
            keeper.forget(id);
            events.accept(new ProcessEvent.LaunchFailed(id, why));
        }
    }

    @Override
    public void signal(InstanceId id, Signal signal) {
        if (ENDING.contains(signal) && pad.withdraw(id)) {
            return;
        }
        Instance i = instances.get(id);
        if (i != null) {
            containment.signal(i, signal);
        }
    }

    @Override
    public void kill(InstanceId id) {
        if (pad.withdraw(id)) {
            return;
        }
        Instance i = instances.get(id);
        if (i != null) {
            containment.kill(i, clock.get().mono());
        }
    }

    /** The same of a running instance, and its end is told as the doing of a limit that we keep. */
    public void kill(InstanceId id, Kill limit) {
        Instance i = instances.get(id);
        if (i != null) {
            i.overran = limit;
            containment.kill(i, clock.get().mono());
        }
    }

    /**
     * Limits of a running instance, from now on.
     *
     * @return what the kernel refused, in words
     */
    public List<String> limit(InstanceId id, GroupLimits limits) {
        Instance i = instances.get(id);
        return i == null || i.group == null ? List.of() : groups.change(i.group, limits);
    }

    /** Has an instance that runs watched; its group tells more than /proc, where there is one that counts memory. */
    public void watch(Watch watch, InstanceId id, Bounds bounds) {
        Instance i = instances.get(id);
        if (i != null) {
            Cgroup group = i.group;
            boolean counted = group != null && bounds.tasks() == null && group.has("memory.current");
            watch.over(id, i.leader, counted ? group : null, bounds);
        }
    }

    /** Whether the instance has a group that keeps its limits; one that an older daemon started may have none. */
    public boolean grouped(InstanceId id) {
        Instance i = instances.get(id);
        return i != null && i.group != null;
    }

    /** When {@link #tick} wants to be called next. */
    public MonoTime nextDeadline() {
        return MonoTime.earliest(containment.nextDeadline(), leaders.deadline(), pad.nextDeadline());
    }

    /** Looks again at instances whose descendants outlive the leader. */
    public void tick(MonoTime now) {
        containment.tick(now);
        leaders.tick(now);
        pad.tick(now);
    }

    /** The running leader of an instance. */
    public Optional<ProcessRef> leader(InstanceId id) {
        return Optional.ofNullable(instances.get(id)).map(i -> i.leader);
    }

    /** The running leader with this pid. */
    public Optional<ProcessRef> leader(int pid) {
        return Optional.ofNullable(byPid.get(pid)).map(i -> i.leader);
    }

    private void watch(Instance i, Pidfd pidfd) {
        instances.put(i.id, i);
        try {
            leaders.watch(i, pidfd);
        } catch (Errno e) {
            throw new IllegalStateException(e);
        }
    }

    private void listen(Instance i) {
        try {
            notices.listen(i.id, Path.of(i.dir));
        } catch (Errno e) {
            throw new IllegalStateException(e);
        }
    }

    private void forget(Instance i) {
        instances.remove(i.id);
        notices.close(i.id);
        leaving.add(i.id);
        loop.later(() -> {
            if (i.group != null) {
                groups.remove(i.group);
            }
            if (i.captured) {
                outputs.detach(i.id, () -> loop.soon(() -> loop.later(() -> left(i))));
            } else {
                left(i);
            }
        });
    }

    /** Not before the last of its output is kept: its pipes' names lead the next daemon to it, and so does the keeper. */
    private void left(Instance i) {
        keeper.forget(i.id);
        // Only a group tells that nobody is left who could have one of its pipes.
        if (i.group != null && !i.survived) {
            files.over(i.id);
        } else {
            files.delete(i.id);
        }
        leaving.remove(i.id);
    }

    /** Some child of ours ended: a leader's status is told, a stranger's thrown away; false: not yet. */
    private boolean childEnded(int pid) {
        return leaders.childEnded(pid) || pad.reap(pid);
    }

    /** Instances of an earlier daemon that still run are watched from now on. */
    public List<Adopted> adopt() throws IOException {
        var adopted = new ArrayList<Adopted>();
        var keepers = new ArrayList<InstanceId>();
        var captured = new ArrayList<InstanceId>();
        for (InstanceRecord r : files.records(warn)) {
            if (!r.bootId().equals(host.bootId())) {
                files.delete(r.id()); // nothing of it can be left, and its numbers are others' now
                continue;
            }
            // Whom we ended at its gate was not ended by anybody's SIGKILL: how that ended is unknown, as for what is
            // gone.
            Pidfd pidfd = pad.neverBegan(r.leader())
                    ? null
                    : Pidfd.open(host.proc(), r.leader()).orElse(null);
            boolean alive = pidfd != null;
            if (alive) {
                notices.rebind(r.id(), Path.of(files.dir(r.id())));
            }
            if (OutputKeeper.isKeeper(r)) {
                keepers.add(r.id());
            } else {
                adopted.add(new Adopted(r.id(), r.label(), r.attributes(), r.leader(), r.startedAt(), alive));
            }
            Instance i = instance(r, pidfd);
            if (i.captured) {
                InstanceFiles.Readers readers = files.reopen(r.id());
                outputs.attach(r.id(), r.label(), r.attributes(), readers.stdout(), readers.stderr());
                captured.add(r.id());
            }
            if (pidfd != null) {
                watch(i, pidfd);
                listen(i);
                if (NotifySockets.wasReady(Path.of(files.dir(r.id())))) {
                    loop.soon(() -> events.accept(new ProcessEvent.Notified(r.id(), "READY=1")));
                }
            } else {
                instances.put(r.id(), i);
                containment.endedWhileAway(i, clock.get().mono());
            }
        }
        groups.sweep(instances.keySet());
        keeper.takeOver(keepers, captured);
        return adopted;
    }

    private Instance instance(InstanceRecord r, @Nullable Pidfd pidfd) {
        var i = new Instance(
                r.id(),
                r.label(),
                r.attributes(),
                files.dir(r.id()),
                files.captures(r.id()),
                r.leader(),
                Groups.recorded(r.id(), r.cgroup()).orElse(null),
                pidfd);
        i.adopted = true;
        return i;
    }

    /** @param alive false: its leader ended while no daemon watched; what it left behind is being killed */
    public record Adopted(
            InstanceId id,
            String label,
            Map<String, String> attributes,
            ProcessRef leader,
            Instant startedAt,
            boolean alive) {}

    /** Nothing more will be launched: ends what the launcher itself keeps running. */
    public void retire() {
        keeper.retire();
    }

    /** Whether nothing runs, nothing is about to, and nothing is left of what did. */
    public boolean quiet() {
        return instances.isEmpty() && pad.quiet() && leaving.isEmpty();
    }

    @Override
    public void close() {
        reaper.close();
        pad.close();
        files.close();
        if (oom != null) {
            oom.close();
        }
    }
}
