package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Children;
import dev.holdfast.linux.Errno;
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
import java.util.Set;
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
    private static final Duration RETRY = Duration.ofMillis(1);
    private static final Duration LAST_AT_GATE = Duration.ofSeconds(5);
    private static final Duration LONGEST_AT_GATE = Duration.ofSeconds(30);
    /** For what keeps a child from being found, such as a full table of descriptors, to pass. */
    private static final Duration LONGEST_UNSEEN = Duration.ofSeconds(5);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final Host host;
    private final LoopTasks loop;
    private final Supplier<Now> clock;
    private final Provisions provisions;
    private final Outcomes outcomes;
    private final Consumer<String> warn;
    private final Set<ProcessRef> neverBegan;
    private final String gateName;
    private final String bootId;
    private final Admission admission;

    private final List<GateSlot<PendingLaunch>> slots = new ArrayList<>();
    private final Deque<GateSlot<PendingLaunch>> freeSlots = new ArrayDeque<>();
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
            Provisions provisions,
            Admission admission,
            Outcomes outcomes,
            Consumer<String> warn)
            throws IOException {
        this.host = host;
        this.loop = loop;
        this.clock = clock;
        this.provisions = provisions;
        this.outcomes = outcomes;
        this.warn = warn;
        this.bootId = host.bootId();
        this.admission = admission;
        this.gateName = host.gateName(runDir);
        host.requireChildrenFiles();
        this.neverBegan = host.killGatedOrphans(gateName);
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

    /** What the next one needs. */
    private void prepare() {
        provisions.prepare();
        if (warm == null) {
            try {
                warm = SpawnThread.ready(gateName);
            } catch (IOException saidWhenItIsNeeded) {
                warm = null;
            }
        }
    }

    private void begin(Launch launch, GateSlot<PendingLaunch> slot) {
        Provisions.Provided provided = null;
        try {
            provided = provisions.make(launch);
            SpawnThread thread = warm != null ? warm : SpawnThread.ready(gateName);
            warm = null;
            var p = new PendingLaunch(launch, slot, thread, provided);
            p.patience = clock.get().mono().plus(LONGEST_AT_GATE);
            thread.spawn(p.spawn(), failure -> {
                p.returned = true;
                loop.soon(() -> spawned(p, failure == null ? null : failure.why()));
            });
            pending.put(launch.id(), p);
            slot.guest = p;
            arriving = p;
            loop.hurry(true);
            // Until its child says hello:
            p.record = InstanceRecord.begin(launch, provided.group(), bootId);
            outcomes.begins(p);
            if (queued.isEmpty()) {
                loop.later(this::prepare);
            } else {
                prepare();
            }
        } catch (IOException | InterruptedException e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            freeSlots.add(slot);
            if (provided != null) {
                provisions.takeBack(launch, provided);
            }
            String why = String.valueOf(e.getMessage());
            loop.soon(() -> {
                outcomes.failed(launch.id(), why);
                next();
            });
        }
    }

    /** The child exists and is at the gate, or about to be. */
    private void hello(PendingLaunch p) {
        if (p.givenUp) {
            end(p); // it came late
        }
        if (arriving != p || p.leader != null || p.refused != null) {
            return;
        }
        ProcessRef leader;
        try {
            leader = found(p);
        } catch (IOException e) {
            MonoTime now = clock.get().mono();
            if (p.unseen == null) {
                p.patience = MonoTime.earliest(p.patience, now.plus(LONGEST_UNSEEN));
            }
            p.unseen = String.valueOf(e.getMessage());
            retryAt = now.plus(LOOK_AGAIN);
            return;
        }
        if (leader == null) {
            return; // the slot's last guest was heard late, or this one has gone: then its spawn tells
        }
        try {
            admission.prepare(p, leader);
            outcomes.arrived();
        } catch (IOException e) {
            p.refused = String.valueOf(e.getMessage());
        }
        open(p);
    }

    /** @return null when there is no child yet, or no more */
    private @Nullable ProcessRef found(PendingLaunch p) throws IOException {
        if (p.leader == null) {
            ProcessRef leader = host.onlyChildOf(p.thread.tid()).orElse(null);
            if (leader != null) {
                p.pidfd = Pidfd.ofChild(host.proc(), leader);
                p.leader = leader;
            }
        }
        return p.leader;
    }

    private void open(PendingLaunch p) {
        if (arriving != p) {
            return; // it failed meanwhile
        }
        if (p.unwanted && p.refused == null) {
            p.refused = "it was stopped before its first instruction";
        }
        if (p.refused == null) {
            try {
                if (!p.slot.release()) {
                    p.slot.hold();
                    return; // the next one's turn comes when this one is through
                }
            } catch (Errno e) {
                p.refused = e.getMessage();
            }
        }
        Pidfd pidfd = p.pidfd;
        if (p.refused != null && pidfd != null) {
            // Killed while it waits: posix_spawn sees a child that "succeeded" and ended.
            pidfd.signal(Signal.KILL);
        }
        arriving = null;
        next();
    }

    /** Whether an earlier daemon died before it let this one in, and we ended it: it ran no instruction of its program. */
    boolean neverBegan(ProcessRef leader) {
        return neverBegan.contains(leader);
    }

    MonoTime nextDeadline() {
        return arriving == null ? retryAt : MonoTime.earliest(retryAt, arriving.patience);
    }

    void tick(MonoTime now) {
        if (arriving != null && !now.isBefore(arriving.patience)) {
            giveUp(arriving);
        }
        if (!now.isBefore(retryAt)) {
            retryAt = MonoTime.NEVER;
            pending.values().stream().filter(p -> p.givenUp).forEach(this::end);
            PendingLaunch p = arriving;
            if (p != null && p.leader == null && p.unseen != null) {
                hello(p);
            }
        }
    }

    /** It hangs, or nobody can see it: told as failed, so that the others' turn comes, and ended when that is possible. */
    private void giveUp(PendingLaunch p) {
        p.givenUp = true;
        p.thread.cancel();
        p.slot.shut();
        String why = p.unseen != null
                ? "it cannot be found at its gate: " + p.unseen
                : "it did not come to its gate within " + LONGEST_AT_GATE.toSeconds() + " s";
        provisions.takeBackFiles(p.launch, p.provided); // first: perhaps no descriptor was left to find it by
        end(p);
        arriving = null;
        loop.hurry(false);
        outcomes.failed(p.launch.id(), why);
        next();
    }

    private void end(PendingLaunch p) {
        try {
            found(p);
            Pidfd pidfd = p.pidfd;
            if (pidfd != null) {
                pidfd.signal(Signal.KILL);
            }
        } catch (IOException e) {
            retryAt = clock.get().mono().plus(LOOK_AGAIN);
        }
    }

    /** posix_spawn returned: the program runs, or never will. */
    private void spawned(PendingLaunch p, @Nullable String failure) {
        InstanceId id = p.launch.id();
        pending.remove(id);
        p.slot.guest = null;
        p.slot.shut();
        freeSlots.add(p.slot);
        if (arriving == p) {
            arriving = null;
            loop.hurry(false);
        }
        p.closeWriters();
        ProcessRef leader = p.leader;
        Pidfd pidfd = p.pidfd;
        String why = failure != null ? failure : p.refused;
        if (p.givenUp || leader == null || pidfd == null || why != null) {
            p.reap();
            provisions.takeBack(p.launch, p.provided);
            if (!p.givenUp) {
                outcomes.failed(id, why != null ? why : "it ended at the gate");
            }
        } else {
            outcomes.started(p, leader, pidfd);
        }
        next();
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
        return pending.values().stream().allMatch(p -> p.givenUp) && queued.isEmpty();
    }

    /**
     * An ended child that no instance knows; those that never became a program posix_spawn(3) waits for itself.
     *
     * @return false when it may be one of these: its spawn's end tells
     */
    boolean reap(int pid) {
        try {
            for (PendingLaunch p : pending.values()) {
                ProcessRef leader = p.leader;
                if (leader != null
                        ? leader.pid() == pid
                        : host.proc().children(host.pid(), p.thread.tid()).contains(pid)) {
                    return false;
                }
            }
        } catch (Errno e) {
            return false;
        }
        Children.reap(pid);
        return true;
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
