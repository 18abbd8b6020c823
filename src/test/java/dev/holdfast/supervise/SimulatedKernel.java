package dev.holdfast.supervise;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.supervise.Action.Purpose;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs launches on a virtual clock and keeps the promises of {@link ProcessEvent}, and no others: answers are late and
 * out of order between instances, programs ignore TERM, crash at once, leave children behind, and cannot be started.
 * Launches queue for the gate as they do for the real one; one that is killed before its turn fails.
 */
final class SimulatedKernel {
    private static final Set<Signal> ENDING = Set.of(Signal.TERM, Signal.INT, Signal.QUIT, Signal.KILL);

    private final RandomGenerator random;
    private final PriorityQueue<Due> queue = new PriorityQueue<>();
    final Map<InstanceId, Running> running = new TreeMap<>((a, b) -> a.value().compareTo(b.value()));
    private final Deque<Action.Launch> queued = new ArrayDeque<>();
    private final Set<InstanceId> unwanted = new HashSet<>();
    private Action.@Nullable Launch arriving;
    /** Of which nothing is left but its record, until the last of its output is kept; and until when that takes. */
    private final Map<Running, MonoTime> recorded = new LinkedHashMap<>();

    private long order;
    private int nextPid = 100;
    MonoTime now = new MonoTime(0);

    /** @param stimulus null for the opening of the gate, of which nobody is told */
    private record Due(MonoTime at, long order, @Nullable Stimulus stimulus) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /** What truly exists, as an all-knowing observer sees it. */
    static final class Running {
        final InstanceId id;
        final ReplicaId replica;
        final Purpose purpose;
        final ProcessRef leader;
        boolean leaderAlive = true;
        boolean ignoresTerm;
        boolean leavesChildren;
        boolean ending;
        /** Whether its start is known. */
        boolean told;

        Running(InstanceId id, ReplicaId replica, Purpose purpose, ProcessRef leader) {
            this.id = id;
            this.replica = replica;
            this.purpose = purpose;
            this.leader = leader;
        }
    }

    SimulatedKernel(RandomGenerator random) {
        this.random = random;
    }

    void launch(Action.Launch l) {
        queued.add(l);
        nextLaunch();
    }

    /** One at a time is between its spawn and the gate. */
    private void nextLaunch() {
        while (arriving == null && !queued.isEmpty()) {
            Action.Launch l = queued.remove();
            if (random.nextInt(40) == 0) {
                failed(l.instance(), "its files cannot be made");
            } else {
                arriving = l;
                queue.add(new Due(now.plus(millis(1 + random.nextInt(10))), order++, null));
            }
        }
    }

    private void failed(InstanceId id, String why) {
        later(0, 10, new Stimulus.FromProcess(new ProcessEvent.LaunchFailed(id, "simulated: " + why)));
    }

    /** Whether a launch of this replica's program was asked for and not told to have failed or ended. */
    boolean holds(ReplicaId replica) {
        return Stream.concat(queued.stream(), Stream.ofNullable(arriving))
                        .anyMatch(l -> l.replica().equals(replica) && l.purpose() == Purpose.MAIN)
                || running.values().stream().anyMatch(r -> r.replica.equals(replica) && r.purpose == Purpose.MAIN);
    }

    /** The child waits at the gate: it is let in, or ended there. */
    private void openGate(Action.Launch l) {
        arriving = null;
        boolean ended = unwanted.remove(l.instance());
        if (random.nextInt(ended ? 2 : 40) == 0) {
            failed(l.instance(), ended ? "it ended at the gate" : "no such program");
        } else {
            run(l, ended);
        }
        nextLaunch();
    }

    /** @param ended killed before its first instruction, which spawning does not notice */
    private void run(Action.Launch l, boolean ended) {
        var r = new Running(l.instance(), l.replica(), l.purpose(), new ProcessRef(nextPid++, now.nanos()));
        r.ignoresTerm = random.nextInt(6) == 0;
        r.leavesChildren = random.nextInt(6) == 0;
        running.put(r.id, r);
        MonoTime started = later(0, 40, new Stimulus.FromProcess(new ProcessEvent.Started(r.id, r.leader)));
        boolean hook = l.purpose() != Purpose.MAIN;
        if (ended) {
            r.leavesChildren = false;
            end(r, started, new Outcome.Signalled(9, false));
            return;
        }
        if (hook ? random.nextInt(8) != 0 : random.nextInt(3) == 0) {
            int life = hook ? 200 : random.nextInt(4) == 0 ? 0 : 20_000;
            int code = random.nextInt(hook ? 5 : 2) == 0 ? 1 : 0;
            end(r, started.plus(millis(random.nextInt(life + 1))), new Outcome.Exited(code));
        }
        if (!hook && random.nextInt(3) != 0) {
            at(
                    started.plus(millis(random.nextInt(500))),
                    new Stimulus.FromProcess(new ProcessEvent.Notified(r.id, "READY=1")));
        }
    }

    /** A launcher that knows an instance only after it has told of it would not hear the answer. */
    @Nullable
    InstanceId deafTo;

    void signal(InstanceId id, Signal signal) {
        if (id.equals(deafTo)) {
            return;
        }
        boolean ending = ENDING.contains(signal);
        if (ending && takenBack(id)) {
            return;
        }
        Running r = running.get(id);
        if (r != null && !r.told && ending) {
            kill(id); // there is nobody yet to be graceful to
            return;
        }
        if (r == null || r.ignoresTerm) {
            return;
        }
        if (r.leaderAlive) {
            end(r, now.plus(millis(random.nextInt(300))), new Outcome.Signalled(signal.number(), false));
        } else if (r.leavesChildren) {
            r.leavesChildren = false;
            empty(r, now.plus(millis(random.nextInt(300))));
        }
    }

    /** Not let in yet: nothing of it ever runs. */
    private boolean takenBack(InstanceId id) {
        if (queued.removeIf(l -> l.instance().equals(id))) {
            failed(id, "it was stopped before its turn came");
            return true;
        }
        if (arriving != null && arriving.instance().equals(id)) {
            unwanted.add(id);
            return true;
        }
        return false;
    }

    void kill(InstanceId id) {
        if (id.equals(deafTo)) {
            return;
        }
        if (takenBack(id)) {
            return;
        }
        Running r = running.get(id);
        if (r == null) {
            return;
        }
        r.leavesChildren = false;
        if (r.leaderAlive) {
            end(r, now.plus(millis(random.nextInt(20))), new Outcome.Signalled(9, false));
        } else {
            empty(r, now.plus(millis(random.nextInt(20))));
        }
    }

    void probe(Action.Probe p) {
        if (random.nextInt(10) != 0) { // else the answer is lost
            later(1, 200, new Stimulus.Probed(p.instance(), p.sequence(), random.nextInt(4) != 0, "simulated"));
        }
    }

    /** The next thing that happens at or before {@code limit}; time moves there. */
    @Nullable
    Stimulus next(MonoTime limit) {
        Due due = queue.peek();
        while (due != null && due.stimulus == null && !limit.isBefore(due.at)) {
            queue.remove();
            now = due.at;
            openGate(Objects.requireNonNull(arriving));
            due = queue.peek();
        }
        if (due == null || due.stimulus == null || limit.isBefore(due.at)) {
            now = limit.isBefore(now) ? now : limit; // what an adopted age makes overdue is due now
            return null;
        }
        queue.remove();
        now = due.at;
        if (due.stimulus instanceof Stimulus.FromProcess(ProcessEvent event)) {
            Running r = running.get(event.id());
            if (event instanceof ProcessEvent.Started && r != null) {
                r.told = true;
            }
            if (event instanceof ProcessEvent.Exited && r != null) {
                r.leaderAlive = false;
                if (!r.leavesChildren) {
                    empty(r, now.plus(millis(random.nextInt(5))));
                }
            }
            if (event instanceof ProcessEvent.Emptied) {
                running.remove(event.id());
                if (r != null) {
                    recorded.put(r, now.plus(millis(random.nextInt(2000))));
                }
            }
        }
        recorded.values().removeIf(gone -> gone.isBefore(now));
        return due.stimulus;
    }

    MonoTime nextDue() {
        Due due = queue.peek();
        return due == null ? MonoTime.NEVER : due.at;
    }

    /** The daemon is gone: nobody hears what was on its way, but what is true stays true. */
    List<Running> survivors() {
        var undelivered = new ArrayList<>(queue);
        queue.clear();
        queued.clear(); // nobody launches these any more, and whoever waits at the gate is ended there
        arriving = null;
        unwanted.clear();
        for (Running r : recorded.keySet()) {
            r.leavesChildren = false;
            running.put(r.id, r);
        }
        recorded.clear();
        running.values().forEach(r -> r.told = true);
        for (Due due : undelivered) {
            if (due.stimulus instanceof Stimulus.FromProcess(ProcessEvent event)) {
                Running r = running.get(event.id());
                if (r == null) {
                    continue;
                }
                switch (event) {
                    case ProcessEvent.Exited _ -> {
                        if (random.nextBoolean()) {
                            r.leaderAlive = false; // it ended while no daemon watched
                            r.ending = false;
                        } else {
                            queue.add(due);
                        }
                    }
                    case ProcessEvent.Emptied _ -> {
                        if (random.nextBoolean()) {
                            running.remove(r.id);
                        }
                    }
                    case ProcessEvent.Started _, ProcessEvent.LaunchFailed _, ProcessEvent.Notified _ -> {}
                }
            }
        }
        // The last of a replica first, as it is promised.
        return running.values().stream()
                .sorted(Comparator.comparing((Running r) -> !r.leaderAlive)
                        .thenComparing(r -> r.leader, Comparator.comparingLong((ProcessRef l) -> -l.startTicks())))
                .toList();
    }

    private void end(Running r, MonoTime at, Outcome outcome) {
        if (r.ending) {
            // Sooner is possible, twice is not: a kill overtakes a slow end.
            boolean[] removed = {false};
            queue.removeIf(d -> {
                boolean same = at.isBefore(d.at)
                        && d.stimulus instanceof Stimulus.FromProcess(ProcessEvent.Exited e)
                        && e.id().equals(r.id);
                removed[0] |= same;
                return same;
            });
            if (!removed[0]) {
                return;
            }
        }
        r.ending = true;
        at(notBeforeStarted(r, at), new Stimulus.FromProcess(new ProcessEvent.Exited(r.id, outcome, null)));
    }

    /** Started comes before Exited, whatever else is reordered. */
    private MonoTime notBeforeStarted(Running r, MonoTime at) {
        return queue.stream()
                .filter(d -> d.stimulus instanceof Stimulus.FromProcess(ProcessEvent.Started s) && s.id().equals(r.id))
                .map(Due::at)
                .filter(at::isBefore)
                .findFirst()
                .orElse(at);
    }

    private void empty(Running r, MonoTime at) {
        boolean told = queue.stream()
                .anyMatch(
                        d -> d.stimulus instanceof Stimulus.FromProcess(ProcessEvent.Emptied e) && e.id().equals(r.id));
        if (!told) {
            at(at, new Stimulus.FromProcess(new ProcessEvent.Emptied(r.id, List.of())));
        }
    }

    private MonoTime later(int min, int max, Stimulus s) {
        MonoTime at = now.plus(millis(min + random.nextInt(max - min + 1)));
        at(at, s);
        return at;
    }

    private void at(MonoTime at, Stimulus s) {
        queue.add(new Due(at, order++, s));
    }

    private static java.time.Duration millis(int n) {
        return java.time.Duration.ofMillis(n);
    }
}
