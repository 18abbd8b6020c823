package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.GroupMemory;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.Pulse;
import dev.holdfast.linux.Trees;
import dev.holdfast.process.Bounds.Crossing;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches the memory and the number of processes of instances, on a thread of its own that exists once something is
 * watched: a look at a large program can take longer than the loop may be held up. What passes a bound is told; nothing
 * is done about it here.
 *
 * <p>A pulse of the whole host at each beat decides whether anybody is looked at before his time. In a group the kernel
 * says when memory.high or memory.max is touched, too.
 */
public final class Watch implements AutoCloseable {
    /** Of many instances, most of which do not grow. */
    private static final Duration CALM_BEAT = Duration.ofMillis(250);

    /** Between two costly looks at the same tree lies this many times what one took. */
    private static final int THRIFT = 20;

    /** A walk that takes nobody for known, in case pids came round to the same one. */
    private static final Duration AFRESH = Duration.ofMinutes(1);

    private final Path proc;
    private final Supplier<MonoTime> clock;
    private final Duration beat;
    private final Consumer<Crossing> crossed;
    private final Consumer<String> warn;
    private final ConcurrentLinkedQueue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private final Poller poller;
    private final Trees trees;
    private final Map<InstanceId, Watched> watched = new HashMap<>();
    private final Pace pace = new Pace();
    private @Nullable Thread thread;
    private volatile boolean closed;
    private MonoTime afresh;
    /** When all are looked at next: together, so that one walk of /proc serves them. */
    private MonoTime round = MonoTime.NEVER;

    /** One of them: a tree, or a group. */
    private static final class Watched {
        private final Trees.@Nullable Tree tree;
        private final @Nullable GroupMemory group;
        private Bounds bounds;
        private Vigil vigil;
        private MonoTime due;
        private long bytes;
        private long tasks;
        /** What the costly look said, and the cheap one at the same time. */
        private long exactBytes;

        private long exactRss;
        private MonoTime exactNext;

        private Watched(
                InstanceId id, Trees.@Nullable Tree tree, @Nullable GroupMemory group, Bounds bounds, MonoTime now) {
            this.tree = tree;
            this.group = group;
            this.bounds = bounds;
            this.vigil = new Vigil(id, bounds);
            this.due = now;
            this.exactNext = now;
        }
    }

    /**
     * @param proc such as /proc
     * @param self our own pid
     * @param lost whose an orphan is, by the instance's id
     * @param beat between two looks at what grows towards a bound
     * @param crossed told on the watching thread
     * @param warn told, in words for people, what cannot be watched; on the watching thread
     */
    public Watch(
            Path proc,
            int self,
            Trees.Lost lost,
            Supplier<MonoTime> clock,
            Duration beat,
            Consumer<Crossing> crossed,
            Consumer<String> warn)
            throws Errno {
        this.proc = proc;
        this.clock = clock;
        this.beat = beat;
        this.crossed = crossed;
        this.warn = warn;
        this.poller = Poller.open();
        this.trees = new Trees(proc, self, lost);
        this.afresh = clock.get().plus(AFRESH);
    }

    /** Of a daemon's instances: whose an orphan is, its environment tells. Arguments are those of the constructor. */
    public static Watch ofInstances(
            Path proc, int self, Supplier<MonoTime> clock, Consumer<Crossing> crossed, Consumer<String> warn)
            throws Errno {
        Trees.Lost marked = (of, pid, _) -> of.environment(pid, TreeScan.VARIABLE);
        return new Watch(proc, self, marked, clock, CALM_BEAT, crossed, warn);
    }

    /** Watches the memory and the processes of the leader's tree from now on. */
    public void over(InstanceId id, ProcessRef leader, Bounds bounds) {
        over(id, leader, null, bounds);
    }

    /**
     * From now on, in place of what was said of it before. On one thread, as {@link #forget}.
     *
     * @param group whose memory counts; null: that of the leader's tree
     */
    void over(InstanceId id, ProcessRef leader, @Nullable Cgroup group, Bounds bounds) {
        if (bounds.empty()) {
            forget(id);
            return;
        }
        order(() -> take(id, leader, group, bounds));
    }

    public void forget(InstanceId id) {
        if (thread != null) {
            order(() -> release(watched.remove(id)));
        }
    }

    private void order(Runnable order) {
        Thread running = thread;
        if (running != null && !running.isAlive()) {
            return; // it has said why
        }
        orders.add(order);
        if (running == null) {
            Thread t = Thread.ofPlatform().name("holdfast-watch").daemon().unstarted(this::run);
            thread = t;
            t.start();
        } else {
            poller.wake();
        }
    }

    private void take(InstanceId id, ProcessRef leader, @Nullable Cgroup group, Bounds bounds) {
        Watched known = watched.get(id);
        MonoTime now = clock.get();
        if (known != null) {
            if (!known.bounds.equals(bounds)) {
                known.bounds = bounds;
                known.vigil = new Vigil(id, bounds);
                known.due = now;
            }
            return;
        }
        GroupMemory memory = null;
        if (group != null) {
            try {
                memory = new GroupMemory(group);
            } catch (Errno e) {
                if (group.exists()) {
                    warn.accept("memory is not watched: " + e.getMessage());
                }
                return;
            }
        }
        var w = new Watched(id, memory == null ? trees.add(id.value(), leader) : null, memory, bounds, now);
        watched.put(id, w);
        if (memory != null) {
            listen(memory, w);
        }
    }

    private void listen(GroupMemory memory, Watched w) {
        try {
            poller.add(memory.events(), Poller.CHANGED, ready -> {
                memory.quieten();
                w.due = clock.get();
            });
        } catch (Errno e) {
            warn.accept("memory is only polled: " + e.getMessage());
        }
    }

    private void release(@Nullable Watched w) {
        if (w == null) {
            return;
        }
        GroupMemory group = w.group;
        if (group != null) {
            poller.remove(group.events());
            group.close();
        }
        Trees.Tree tree = w.tree;
        if (tree != null) {
            trees.remove(tree);
        }
    }

    private void run() {
        try (Pulse pulse = new Pulse(proc)) {
            while (!closed) {
                for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
                    order.run();
                }
                if (watched.isEmpty()) {
                    poller.await(-1);
                    continue;
                }
                pulse.beat();
                look(pulse);
                poller.await(beat.toNanos());
            }
        } catch (Errno | RuntimeException e) {
            if (!closed) {
                warn.accept("nothing is watched any more, limits that the kernel does not keep are not kept: " + e);
            }
        }
        watched.values().forEach(this::release);
        watched.clear();
    }

    private void look(Pulse pulse) {
        MonoTime began = clock.get();
        if (knowTrees()) {
            discover(pulse.lastPid(), began);
        }
        boolean all = round.equals(MonoTime.NEVER)
                || !began.isBefore(round)
                || pace.stirred(pulse.availableBytes(), pulse.totalBytes(), began.nanos());
        long bytesLeft = Long.MAX_VALUE;
        for (Watched w : watched.values()) {
            Trees.Tree tree = w.tree;
            if (all || !began.isBefore(w.due) || (tree != null && tree.grown())) {
                sample(w, began);
            }
            bytesLeft = Math.min(bytesLeft, w.vigil.headroomBytes(w.bytes));
        }
        if (all) {
            round = began.plus(Vigil.SLOW);
            MonoTime ended = clock.get();
            pace.looked(
                    pulse.availableBytes(),
                    bytesLeft,
                    ended.nanos(),
                    ended.since(began).toNanos());
        }
    }

    private boolean knowTrees() {
        for (Watched w : watched.values()) {
            if (w.tree != null) {
                return true;
            }
        }
        return false;
    }

    /** A few system calls for each process that came since, whoever's it is: a fork bomb is seen by the next beat. */
    private void discover(int lastPid, MonoTime now) {
        if (!now.isBefore(afresh)) {
            trees.forgetStrangers();
            afresh = now.plus(AFRESH);
        }
        try {
            trees.discover(lastPid);
        } catch (IOException e) {
            // The next beat asks again.
        }
    }

    private void sample(Watched w, MonoTime now) {
        GroupMemory group = w.group;
        Trees.Tree tree = w.tree;
        if (group != null) {
            w.bytes = group.currentBytes();
            if (w.vigil.near(w.bytes)) {
                w.bytes = group.workingSetBytes();
            }
        } else if (tree != null) {
            trees.look(tree);
            w.tasks = tree.tasks();
            w.bytes = tree.rssBytes();
            if (w.vigil.near(w.bytes)) {
                w.bytes = Math.min(w.bytes, exact(w, tree, now));
                if (tree.rssBytes() > w.exactRss && w.vigil.tells(w.bytes, w.tasks, now)) {
                    // What was forked just now has all of its parent's pages: that is measured, not guessed.
                    measure(w, tree);
                    w.bytes = Math.min(tree.rssBytes(), w.exactBytes);
                }
            }
        }
        Crossing crossing = w.vigil.judge(w.bytes, w.tasks, now);
        Duration rest = w.vigil.rest(w.bytes, w.tasks);
        w.due = rest.compareTo(Vigil.SLOW) < 0 ? now.plus(rest) : MonoTime.NEVER; // then the round comes
        if (crossing != null) {
            crossed.accept(crossing);
        }
    }

    private long exact(Watched w, Trees.Tree tree, MonoTime now) {
        if (!now.isBefore(w.exactNext)) {
            measure(w, tree);
        }
        return w.exactBytes + Math.max(0, tree.rssBytes() - w.exactRss); // what came since counts in full
    }

    private void measure(Watched w, Trees.Tree tree) {
        MonoTime began = clock.get();
        w.exactBytes = trees.pssBytes(tree);
        w.exactRss = tree.rssBytes();
        MonoTime ended = clock.get();
        Duration wait = ended.since(began).multipliedBy(THRIFT);
        w.exactNext = ended.plus(wait.compareTo(Vigil.STEADY) < 0 ? wait : Vigil.STEADY);
    }

    @Override
    public void close() {
        closed = true;
        Thread running = thread;
        if (running != null) {
            poller.wake();
            try {
                running.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        trees.close();
        poller.close();
    }
}
