package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Cgroup;
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
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings programs to their first instruction: pipes and a gate slot; a {@link SpawnThread}; the child says hello; it is
 * limited and recorded; the gate opens; exec. Everything but the spawning itself happens on the loop's thread.
 */
final class Launchpad implements AutoCloseable {
    private static final int SLOTS = 8;
    private static final int SPINS = 64;
    private static final Duration RETRY = Duration.ofMillis(1);
    private static final Duration LAST_AT_GATE = Duration.ofSeconds(5);
    private static final Duration LONGEST_AT_GATE = Duration.ofSeconds(30);

    private final Host host;
    private final LoopTasks loop;
    private final Supplier<Now> clock;
    private final InstanceFiles files;
    private final NotifySockets notices;
    private final Groups groups;
    private final Outcomes outcomes;
    private final Consumer<String> warn;
    private final String gateName;
    private final String bootId;
    private final Admission admission;

    private final List<GateSlot> slots = new ArrayList<>();
    private final Deque<GateSlot> freeSlots = new ArrayDeque<>();
    private final Deque<Launch> queued = new ArrayDeque<>();
    private final Map<InstanceId, PendingLaunch> pending = new HashMap<>();
    private @Nullable SpawnThread warm;
    /**
     * The one launch between its spawn and the gate's opening. One at a time: a child copies every descriptor open at
     * its birth, so a gate's writing end, open for an instant, could live on in a neighbour that waits at its own gate
     * and hold the first gate open for its next user.
     */
    private @Nullable PendingLaunch arriving;

    private MonoTime retryAt = MonoTime.NEVER;

    /** Exactly one of them for each launch, on the loop's thread, never from inside the call. */
    interface Outcomes {
        /** Its program has been executed. */
        void started(PendingLaunch p, ProcessRef leader, Pidfd pidfd);

        /** Nothing runs, and nothing of it is left. */
        void failed(InstanceId id, String why);

        /** On its way: call for whoever must know its pipes before its first instruction. */
        void begins(PendingLaunch p);

        /** There is a child. */
        void arrived();
    }

    /** @throws IOException when the run directory cannot be prepared */
    Launchpad(
            Path runDir,
            Host host,
            Poller poller,
            LoopTasks loop,
            Supplier<Now> clock,
            InstanceFiles files,
            NotifySockets notices,
            Groups groups,
            Outcomes outcomes,
            Consumer<String> warn)
            throws IOException {
        this.host = host;
        this.loop = loop;
        this.clock = clock;
        this.files = files;
        this.notices = notices;
        this.groups = groups;
        this.outcomes = outcomes;
        this.warn = warn;
        this.bootId = host.bootId();
        this.admission = new Admission(host, clock, warn, host.raiseOpenFiles());
        this.gateName = host.gateName(runDir);
        host.requireChildrenFiles();
        host.killGatedOrphans(gateName);
        Path gates = Files.createDirectories(runDir.resolve("gates"));
        host.restrict(gates);
        for (int i = 0; i < SLOTS; i++) {
            slots.add(GateSlot.make(gates, i, poller, this::hello));
        }
        freeSlots.addAll(slots);
        this.warm = SpawnThread.ready(gateName);
    }

    void launch(Launch launch) {
        queued.add(launch);
        next();
    }

    private void next() {
        if (arriving == null && !queued.isEmpty() && !freeSlots.isEmpty()) {
            begin(queued.remove(), freeSlots.remove());
        }
    }

    /** What the next one needs is made while this one is on its way. */
    private void prepare() {
        files.prepare();
        if (warm == null) {
            warm = SpawnThread.ready(gateName);
        }
    }

    private void begin(Launch launch, GateSlot slot) {
        InstanceFiles.Opened opened = null;
        Cgroup group = null;
        Fd entrance = null;
        try {
            opened = files.create(launch);
            if (launch.notifySocket()) {
                Identity who = launch.identity();
                notices.bind(
                        launch.id(), Path.of(opened.dir()), who == null ? -1 : who.uid(), who == null ? -1 : who.gid());
            }
            Launch.Group wanted = launch.group();
            group = wanted == null ? null : groups.make(launch.id(), wanted);
            entrance = group == null ? null : group.entrance();
            SpawnThread thread = warm != null ? warm : SpawnThread.ready(gateName);
            warm = null;
            var p = new PendingLaunch(launch, slot, thread, opened, group, entrance);
            thread.spawn(p.spawn(), failure -> {
                p.returned = true;
                loop.soon(() -> spawned(p, failure));
            });
            pending.put(launch.id(), p);
            slot.guest = p;
            arriving = p;
            loop.hurry(true);
            loop.later(this::prepare);
            // Until its child says hello:
            p.record = InstanceRecord.begin(launch, group, bootId);
            outcomes.begins(p);
        } catch (IOException | InterruptedException e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            freeSlots.add(slot);
            if (entrance != null) {
                entrance.close();
            }
            if (group != null) {
                groups.remove(group);
            }
            if (opened != null) {
                opened.close();
                files.delete(launch.id());
            }
            notices.close(launch.id());
            String why = String.valueOf(e.getMessage());
            loop.soon(() -> {
                outcomes.failed(launch.id(), why);
                next();
            });
        }
    }

    /** The child exists and is at the gate, or about to be. */
    private void hello(PendingLaunch p) {
        if (arriving != p || p.leader != null || p.refused != null) {
            return;
        }
        try {
            ProcessRef leader = host.onlyChildOf(p.thread.tid()).orElse(null);
            if (leader == null) {
                return; // the slot's last guest was heard late, or this one has gone: then its spawn tells
            }
            admission.prepare(p, leader);
            outcomes.arrived();
        } catch (IOException e) {
            p.refused = String.valueOf(e.getMessage());
        }
        open(p);
    }

    private void open(PendingLaunch p) {
        if (arriving != p) {
            return; // it failed meanwhile
        }
        Pidfd pidfd = p.pidfd;
        if (!p.unwanted && p.refused == null) {
            try {
                if (!p.slot.release()) {
                    again(p);
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
        } else if (p.unwanted || p.refused != null) {
            // Killed while it waits: posix_spawn sees a child that "succeeded" and ended.
            pidfd.signal(Signal.KILL);
        }
        arriving = null;
        loop.hurry(false);
        next();
    }

    /** Between its hello and the gate are microseconds, unless somebody stops it just there or the host is busy. */
    private void again(PendingLaunch p) {
        MonoTime now = clock.get().mono();
        if (p.tries++ == 0) {
            p.patience = now.plus(LONGEST_AT_GATE);
        }
        if (!now.isBefore(p.patience)) {
            p.refused = "it did not come from its hello to the gate within " + LONGEST_AT_GATE.toSeconds() + " s";
            open(p);
        } else if (p.tries < SPINS) {
            loop.soon(() -> open(p));
        } else {
            retryAt = now.plus(RETRY);
        }
    }

    MonoTime nextDeadline() {
        return retryAt;
    }

    void tick(MonoTime now) {
        if (!now.isBefore(retryAt)) {
            retryAt = MonoTime.NEVER;
            if (arriving != null && arriving.leader != null) { // the one that was late may have gone meanwhile
                open(arriving);
            }
        }
    }

    /** posix_spawn returned: the program runs, or never will. */
    private void spawned(PendingLaunch p, @Nullable String failure) {
        InstanceId id = p.launch.id();
        pending.remove(id);
        p.slot.guest = null;
        freeSlots.add(p.slot);
        if (arriving == p) {
            arriving = null;
            loop.hurry(false);
        }
        p.closeWriters();
        ProcessRef leader = p.leader;
        Pidfd pidfd = p.pidfd;
        String why = failure != null ? failure : p.refused;
        if (leader == null || pidfd == null || why != null) {
            if (pidfd != null) {
                reapQuietly(pidfd);
            }
            p.files.close();
            notices.close(id);
            if (p.group != null) {
                groups.remove(p.group);
            }
            files.delete(id);
            outcomes.failed(id, why != null ? why : "it ended at the gate");
        } else {
            outcomes.started(p, leader, pidfd);
        }
        next();
    }

    private static void reapQuietly(Pidfd pidfd) {
        try {
            pidfd.reap(true);
        } catch (Errno ignoredBecauseNothingIsLost) {
            // The status of a child that never became its program interests nobody.
        }
        pidfd.close();
    }

    /**
     * Nobody is graceful to what has not run one instruction: a launch that queues is taken back, one at the gate ended.
     *
     * @return whether the instance was one of these
     */
    boolean withdraw(InstanceId id) {
        if (queued.removeIf(l -> l.id().equals(id))) {
            loop.soon(() -> outcomes.failed(id, "it was stopped before its turn came"));
            return true;
        }
        PendingLaunch p = pending.get(id);
        if (p != null) {
            p.unwanted = true;
        }
        return p != null;
    }

    boolean quiet() {
        return pending.isEmpty() && queued.isEmpty();
    }

    /** An ended child that no instance knows; those that never became a program posix_spawn(3) waits for itself. */
    void reap(int pid) {
        boolean spawning = pending.values().stream().anyMatch(p -> p.leader == null || p.leader.pid() == pid);
        if (!spawning) {
            Children.reap(pid);
        }
    }

    @Override
    public void close() {
        for (PendingLaunch p : pending.values()) {
            Pidfd pidfd = p.pidfd;
            if (pidfd != null) {
                pidfd.signal(Signal.KILL); // let in already, but nobody has heard of it yet
            }
        }
        try {
            // Nobody will let them in any more; one that is only just being made comes to the gate a little later.
            MonoTime patience = clock.get().mono().plus(LAST_AT_GATE);
            do {
                host.killGatedOrphans(gateName);
                LockSupport.parkNanos(RETRY.toNanos());
            } while (pending.values().stream().anyMatch(p -> !p.returned)
                    && clock.get().mono().isBefore(patience));
        } catch (IOException e) {
            warn.accept("a program that was about to start may wait for ever: " + e.getMessage());
        }
        slots.forEach(GateSlot::close);
    }
}
