package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Children;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.SpawnThread;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The real {@link Launcher}. A launch travels: FIFOs and a gate slot; a {@link SpawnThread}; the child says hello; it is
 * recorded and limited; the gate opens; exec. Everything but the spawning itself happens on the loop's thread.
 */
public final class KernelLauncher implements Launcher, AutoCloseable {
    private static final int SLOTS = 8;
    private static final Set<Signal> ENDING = Set.of(Signal.TERM, Signal.INT, Signal.QUIT, Signal.KILL);

    private final Poller poller;
    private final Consumer<Runnable> loop;
    private final Consumer<ProcessEvent> events;
    private final OutputSink outputs;
    private final Supplier<Now> clock;
    private final Host host;
    private final InstanceFiles files;
    private final Containment containment;
    private final String gateName;
    private final Leaders leaders;
    private final OutputKeeper keeper;
    private final NotifySockets notices;
    private final Consumer<String> warn;

    private final Deque<GateSlot> freeSlots = new ArrayDeque<>();
    private final Deque<Launch> queued = new ArrayDeque<>();
    private final Map<InstanceId, PendingLaunch> pending = new HashMap<>();
    private final Map<InstanceId, Instance> instances = new HashMap<>();
    private final StrangerReaper reaper;
    private SpawnThread warm;
    /**
     * The one launch between its spawn and the gate's opening. One at a time: a child copies every descriptor open at
     * its birth, so a gate's writing end, open for an instant, could live on in a neighbour that waits at its own gate
     * and hold the first gate open for its next user.
     */
    private @Nullable PendingLaunch arriving;

    /**
     * @param loop runs a task on the loop's thread, soon; thread-safe
     * @param events told on the loop's thread
     * @param warn told, in words for people, when an instance runs with less than it should
     * @throws IOException when the run directory cannot be prepared
     */
    public KernelLauncher(
            Path runDir,
            Host host,
            Poller poller,
            Consumer<Runnable> loop,
            Supplier<Now> clock,
            OutputSink outputs,
            Consumer<ProcessEvent> events,
            Consumer<String> warn)
            throws IOException {
        this.poller = poller;
        this.warn = warn;
        this.loop = loop;
        this.events = event -> tell(event, events);
        this.notices = new NotifySockets(poller, this.events);
        this.outputs = outputs;
        this.clock = clock;
        this.host = host;
        this.files = new InstanceFiles(runDir);
        this.keeper = new OutputKeeper(this, files, warn, host.pid() != 1);
        this.containment = new Containment(host, poller, loop, this.events, instances, this::forget);
        this.leaders = new Leaders(poller, clock, this.events, containment);
        host.requireChildrenFiles();
        this.gateName = host.gateName(runDir);
        host.killGatedOrphans(gateName);
        Path gates = Files.createDirectories(runDir.resolve("gates"));
        host.restrict(gates);
        for (int i = 0; i < SLOTS; i++) {
            freeSlots.add(GateSlot.make(gates, i));
        }
        this.warm = SpawnThread.ready(gateName);
        this.reaper = new StrangerReaper(loop, this::childEnded);
    }

    @Override
    public void launch(Launch launch) {
        queued.add(launch);
        launchNext();
    }

    private void tell(ProcessEvent event, Consumer<ProcessEvent> listener) {
        if (!keeper.took(event)) {
            listener.accept(event);
        }
    }

    private void launchNext() {
        if (arriving == null && !queued.isEmpty() && !freeSlots.isEmpty()) {
            begin(queued.remove(), freeSlots.remove());
        }
    }

    private void begin(Launch launch, GateSlot slot) {
        InstanceFiles.Opened opened = null;
        boolean attached = false;
        Fd listening = null;
        try {
            opened = files.create(launch);
            if (launch.notifySocket()) {
                Identity who = launch.identity();
                notices.bind(launch.id(), opened.dir(), who == null ? -1 : who.uid(), who == null ? -1 : who.gid());
            }
            listening = slot.listen();
            var p = new PendingLaunch(launch, slot, warm, opened, listening);
            pending.put(launch.id(), p);
            arriving = p;
            poller.add(listening, Poller.READABLE, ready -> hello(p));
            if (launch.output() instanceof Launch.Output.Captured) {
                keeper.keep(launch.id(), opened.stdoutRead(), opened.stderrRead());
                outputs.attach(
                        launch.id(), launch.label(), launch.attributes(), opened.stdoutRead(), opened.stderrRead());
                attached = true;
            } else {
                opened.stdoutRead().close();
                opened.stderrRead().close();
            }
            warm.spawn(opened.spawn(launch, slot), failure -> loop.accept(() -> spawned(p, failure)));
            warm = warm.next();
        } catch (IOException | InterruptedException e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            pending.remove(launch.id());
            freeSlots.add(slot);
            arriving = null;
            if (listening != null) {
                poller.remove(listening);
                listening.close();
            }
            notices.close(launch.id());
            if (opened != null) {
                keeper.forget(launch.id());
                outputs.detach(launch.id());
                if (!attached) {
                    opened.stdoutRead().close();
                    opened.stderrRead().close();
                }
                opened.closeWriters();
                files.delete(launch.id());
            }
            String why = String.valueOf(e.getMessage());
            loop.accept(() -> {
                events.accept(new ProcessEvent.LaunchFailed(launch.id(), why));
                launchNext();
            });
        }
    }

    @Override
    public void signal(InstanceId id, Signal signal) {
        if (ENDING.contains(signal) && withdrawn(id)) {
            return;
        }
        PendingLaunch p = pending.get(id);
        if (p != null) {
            // Not one instruction has run: there is nobody to be graceful to.
            if (ENDING.contains(signal)) {
                p.unwanted = true;
            }
            return;
        }
        Instance i = instances.get(id);
        if (i != null) {
            containment.signal(i, signal);
        }
    }

    @Override
    public void kill(InstanceId id) {
        if (withdrawn(id)) {
            return;
        }
        PendingLaunch p = pending.get(id);
        if (p != null) {
            p.unwanted = true;
            return;
        }
        Instance i = instances.get(id);
        if (i != null) {
            containment.kill(i, clock.get().mono());
        }
    }

    /** A launch that still queues is taken back. */
    private boolean withdrawn(InstanceId id) {
        boolean queues = queued.removeIf(l -> l.id().equals(id));
        if (queues) {
            loop.accept(() -> events.accept(new ProcessEvent.LaunchFailed(id, "it was stopped before its turn came")));
        }
        return queues;
    }

    /** When {@link #tick} wants to be called next. */
    public MonoTime nextDeadline() {
        MonoTime next = containment.nextDeadline();
        return leaders.deadline().isBefore(next) ? leaders.deadline() : next;
    }

    /** Looks again at instances whose descendants outlive the leader. */
    public void tick(MonoTime now) {
        containment.tick(now);
        leaders.tick(now);
    }

    /** The running leader of an instance. */
    public java.util.Optional<ProcessRef> leader(InstanceId id) {
        return java.util.Optional.ofNullable(instances.get(id)).map(i -> i.leader);
    }

    /** The child exists and waits at the gate. */
    private void hello(PendingLaunch p) {
        stopListening(p);
        reaper.launched();
        try {
            ProcessRef leader = host.onlyChildOf(p.thread.tid());
            p.leader = leader;
            p.pidfd = Pidfd.open(host.proc(), leader).orElseThrow(() -> new IOException("it ended at the gate"));
            limit(leader, p.launch);
            record(p.launch, leader);
        } catch (IOException e) {
            p.refused = e.getMessage();
        }
        open(p);
    }

    /** A full disk must not keep a program from running; it only cannot be adopted then. */
    private void record(Launch l, ProcessRef leader) {
        try {
            files.record(new InstanceRecord(
                    l.id(), l.label(), leader, host.bootId(), clock.get().wall(), l.attributes()));
        } catch (IOException e) {
            warn.accept(l.label() + " would not be found again by another daemon: " + e.getMessage());
        }
    }

    private void limit(ProcessRef leader, Launch launch) throws IOException {
        Integer oom = launch.oomScoreAdj();
        if (oom != null) {
            host.oomScoreAdj(leader, oom);
        }
        for (Launch.Rlimit l : launch.rlimits()) {
            Identity who = launch.identity();
            host.limit(
                    leader,
                    who == null ? null : (Integer) who.uid(),
                    who == null ? -1 : who.gid(),
                    l.resource(),
                    l.soft(),
                    l.hard());
        }
    }

    private void open(PendingLaunch p) {
        if (arriving != p) {
            return; // it failed meanwhile
        }
        Pidfd pidfd = p.pidfd;
        if (!p.unwanted && p.refused == null) {
            try {
                if (!p.slot.release()) {
                    loop.accept(() -> open(p)); // between its hello and the gate: microseconds
                    return;
                }
            } catch (Errno e) {
                p.refused = e.getMessage();
            }
        }
        if (pidfd == null) {
            try {
                host.killGatedOrphans(gateName); // it cannot be named, but only one can be at the gate
            } catch (IOException e) {
                warn.accept(p.launch.label() + " waits at the gate for ever: " + e.getMessage());
            }
        }
        if ((p.unwanted || p.refused != null) && pidfd != null) {
            // Killed while it waits: posix_spawn sees a child that "succeeded" and ended.
            pidfd.signal(Signal.KILL);
        }
        arriving = null;
        launchNext();
    }

    /** posix_spawn returned: the program runs, or never will. */
    private void spawned(PendingLaunch p, @Nullable String failure) {
        stopListening(p);
        pending.remove(p.launch.id());
        freeSlots.add(p.slot);
        if (arriving == p) {
            arriving = null;
        }
        InstanceId id = p.launch.id();
        ProcessRef leader = p.leader;
        Pidfd pidfd = p.pidfd;
        String why = failure != null ? failure : p.refused;
        if (leader == null || pidfd == null || why != null) {
            if (pidfd != null) {
                reapQuietly(pidfd);
            }
            keeper.forget(id);
            outputs.detach(id);
            notices.close(id);
            files.delete(id);
            events.accept(new ProcessEvent.LaunchFailed(id, why != null ? why : "it ended at the gate"));
        } else {
            events.accept(new ProcessEvent.Started(id, leader));
            watch(new Instance(id, p.launch.label(), p.launch.attributes(), p.files.dir(), leader, pidfd), pidfd);
            if (p.unwanted) {
                kill(id); // asked when the gate was open already
            }
        }
        launchNext();
    }

    private void watch(Instance i, Pidfd pidfd) {
        instances.put(i.id, i);
        try {
            notices.listen(i.id, i.dir);
            leaders.watch(i, pidfd);
        } catch (Errno e) {
            throw new IllegalStateException(e);
        }
    }

    private void forget(Instance i) {
        instances.remove(i.id);
        keeper.forget(i.id);
        outputs.detach(i.id);
        notices.close(i.id);
        files.delete(i.id);
    }

    /** Some child of ours ended: a leader's status is told, a stranger's thrown away. */
    private void childEnded(int pid) {
        if (leaders.childEnded(pid)) {
            return;
        }
        boolean spawning = pending.values().stream()
                .anyMatch(
                        p -> p.leader == null || p.leader.pid() == pid); // posix_spawn(3) waits for its failures itself
        if (!spawning) {
            Children.reap(pid);
        }
    }

    /** Instances of an earlier daemon that still run are watched from now on. */
    public List<Adopted> adopt() throws IOException {
        var adopted = new ArrayList<Adopted>();
        var keepers = new ArrayList<InstanceId>();
        var captured = new ArrayList<InstanceId>();
        for (InstanceRecord r : files.records()) {
            if (!r.bootId().equals(host.bootId())) {
                files.delete(r.id()); // nothing of it can be left, and its numbers are others' now
                continue;
            }
            Pidfd pidfd = Pidfd.open(host.proc(), r.leader()).orElse(null);
            boolean alive = pidfd != null;
            if (alive) {
                notices.rebind(r.id(), files.dir(r.id()));
            }
            if (OutputKeeper.isKeeper(r)) {
                keepers.add(r.id());
            } else {
                adopted.add(new Adopted(r.id(), r.label(), r.attributes(), r.leader(), r.startedAt(), alive));
            }
            if (files.captures(r.id())) {
                InstanceFiles.Readers readers = files.reopen(r.id());
                outputs.attach(r.id(), r.label(), r.attributes(), readers.stdout(), readers.stderr());
                captured.add(r.id());
            }
            if (pidfd != null) {
                watch(instance(r, pidfd), pidfd);
                if (NotifySockets.wasReady(files.dir(r.id()))) {
                    loop.accept(() -> events.accept(new ProcessEvent.Notified(r.id(), "READY=1")));
                }
            } else {
                Instance gone = instance(r, null);
                instances.put(r.id(), gone);
                containment.endedWhileAway(gone, clock.get().mono());
            }
        }
        keeper.takeOver(keepers, captured);
        return adopted;
    }

    private Instance instance(InstanceRecord r, @Nullable Pidfd pidfd) {
        return new Instance(r.id(), r.label(), r.attributes(), files.dir(r.id()), r.leader(), pidfd);
    }

    /** @param alive false: its leader ended while no daemon watched; what it left behind is being killed */
    public record Adopted(
            InstanceId id,
            String label,
            Map<String, String> attributes,
            ProcessRef leader,
            java.time.Instant startedAt,
            boolean alive) {}

    private void stopListening(PendingLaunch p) {
        if (p.listeningOpen) {
            p.listeningOpen = false;
            p.files.closeWriters(); // the child has its own copies now, or will never be
            poller.remove(p.listening);
            p.listening.close();
        }
    }

    private static void reapQuietly(Pidfd pidfd) {
        try {
            pidfd.reap(true);
        } catch (Errno ignoredBecauseNothingIsLost) {
            // The status of a child that never became its program interests nobody.
        }
        pidfd.close();
    }

    /** Nothing more will be launched: ends what the launcher itself keeps running. */
    public void retire() {
        keeper.retire();
    }

    /** Whether nothing runs and nothing is about to. */
    public boolean quiet() {
        return instances.isEmpty() && pending.isEmpty() && queued.isEmpty();
    }

    @Override
    public void close() {
        reaper.close();
        for (PendingLaunch p : pending.values()) {
            Pidfd pidfd = p.pidfd;
            if (pidfd != null) {
                pidfd.signal(Signal.KILL); // let in already, but nobody has heard of it yet
            }
        }
        try {
            host.killGatedOrphans(gateName); // nobody will let them in any more
        } catch (IOException e) {
            warn.accept("a program that was about to start may wait for ever: " + e.getMessage());
        }
        freeSlots.forEach(GateSlot::close);
    }
}
