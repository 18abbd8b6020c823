package dev.holdfast.queue;

import static dev.holdfast.queue.World.check;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What runs on a host: programs that do not start, fail, hang, say nothing, ignore signals, eat memory, leave children. */
final class SimulatedTrees {
    private static final class Tree {
        final InstanceId id;
        final QueueSpec spec;
        final MonoTime started;
        boolean leads = true;
        boolean deaf;
        boolean children;
        /** From then on it prints nothing more. */
        MonoTime quietFrom = MonoTime.NEVER;

        boolean killed;
        /** A later daemon found it. */
        boolean adopted;
        /** A later daemon found it, and did not know its queue. */
        boolean stray;

        Tree(InstanceId id, QueueSpec spec, MonoTime started) {
            this.id = id;
            this.spec = spec;
            this.started = started;
        }

        @Override
        public String toString() {
            return id + " of " + spec.name() + (leads ? "" : ", without its leader");
        }
    }

    private static final Duration SLACK = Duration.ofMillis(300);

    private final World world;
    private final Consumer<Stimulus> tell;
    private final boolean immortal;
    private final Map<InstanceId, Tree> all = new LinkedHashMap<>();
    private final Map<InstanceId, String> stderr = new HashMap<>();
    private MonoTime daemonSince = new MonoTime(0);
    private MonoTime awakeSince = new MonoTime(0);

    SimulatedTrees(World world, Consumer<Stimulus> tell, boolean immortal) {
        this.world = world;
        this.tell = tell;
        this.immortal = immortal;
    }

    void daemonSince(MonoTime now, Set<String> known) {
        daemonSince = now;
        awakeSince = now;
        all.values().forEach(t -> {
            t.adopted = true;
            t.stray |= !known.contains(t.spec.name());
        });
    }

    void awakeSince(MonoTime now) {
        awakeSince = now;
    }

    boolean there(InstanceId id) {
        return all.containsKey(id);
    }

    boolean leads(InstanceId id) {
        Tree tree = all.get(id);
        return tree != null && tree.leads;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    long of(String queue) {
        return all.values().stream().filter(t -> t.spec.name().equals(queue)).count();
    }

    String stderr(InstanceId id) {
        return stderr.getOrDefault(id, "");
    }

    MonoTime lastOutput(InstanceId id) {
        Tree tree = all.get(id);
        return tree == null || world.mono.isBefore(tree.quietFrom) ? world.mono : tree.quietFrom;
    }

    void launch(Action.Launch l) {
        InstanceId id = l.instance();
        check(!all.containsKey(id), () -> "launched twice: " + id);
        var tree = new Tree(id, l.spec(), world.mono);
        int fate = world.random.nextInt(30);
        if (fate == 0) {
            world.in(world.ms(1, 10), () -> tell.accept(new Stimulus.LaunchFailed(id, "simulated")));
            return;
        }
        all.put(id, tree);
        tree.deaf = world.random.nextInt(8) == 0;
        tree.children = world.random.nextInt(6) == 0;
        boolean bounded = l.spec().timeout() != null;
        switch (fate) {
            case 1, 2, 3 -> {
                stderr.put(id, "connection timed out");
                exits(tree, world.ms(10, 6_000), new Outcome.Exited(1), null);
            }
            case 4, 5 -> exits(tree, world.ms(10, 6_000), new Outcome.Exited(world.random.nextInt(1, 5)), null);
            case 6 -> exits(tree, world.ms(10, 3_000), new Outcome.Signalled(11, true), null);
            case 7 ->
                exits(
                        tree,
                        world.ms(10, 3_000),
                        new Outcome.Signalled(9, false),
                        new Usage(Duration.ofSeconds(1), 1L << 20, new Kill(Kill.By.OWN_LIMIT, 1, 1L << 20)));
            case 8, 9 -> {
                tree.quietFrom = tree.started.plus(world.random.nextBoolean() ? Duration.ZERO : world.ms(1, 15_000));
                if (!bounded && l.spec().idleTimeout() == null) {
                    exits(tree, world.ms(10, 60_000), new Outcome.Exited(0), null);
                }
            }
            case 10 -> {
                Kill limit = new Kill(Kill.By.WATCHED_MEMORY, 0, 1L << 20);
                boolean atOnce = world.random.nextBoolean();
                later(tree, () -> new Stimulus.Overran(id, limit, atOnce));
            }
            case 11 -> later(tree, () -> new Stimulus.TooLarge(id, 3L << 30));
            case 12, 13, 14 -> exits(tree, world.ms(5_000, 40_000), new Outcome.Exited(0), null);
            default -> exits(tree, world.ms(5, 5_000), new Outcome.Exited(0), null);
        }
    }

    /** It is said of it again and again, as a watcher would, until it ends. */
    private void later(Tree tree, java.util.function.Supplier<Stimulus> what) {
        world.in(world.ms(100, 3_000), () -> {
            if (all.get(tree.id) == tree && tree.leads) {
                tell.accept(what.get());
                later(tree, what);
            }
        });
    }

    private void exits(Tree tree, Duration in, Outcome outcome, @Nullable Usage usage) {
        world.in(in, () -> {
            if (!tree.leads) {
                return;
            }
            tree.leads = false;
            boolean unseen = tree.adopted && world.random.nextBoolean();
            tell.accept(new Stimulus.Exited(tree.id, unseen ? new Outcome.Unknown("unseen") : outcome, usage));
            if (!tree.children) {
                empties(tree);
            }
        });
    }

    private void empties(Tree tree) {
        world.in(world.ms(1, 30), () -> {
            if (all.remove(tree.id, tree)) {
                tell.accept(new Stimulus.Emptied(tree.id));
            }
        });
    }

    void signal(InstanceId id) {
        Tree tree = all.get(id);
        if (tree != null && !tree.deaf) {
            Outcome outcome = world.random.nextInt(3) == 0 ? new Outcome.Exited(0) : new Outcome.Signalled(15, false);
            exits(tree, world.ms(1, 1_500), outcome, null);
        }
    }

    void kill(InstanceId id) {
        Tree tree = all.get(id);
        if (tree == null || immortal) {
            return;
        }
        tree.killed = true;
        tree.children = false;
        if (tree.leads) {
            exits(tree, world.ms(1, 50), new Outcome.Signalled(9, false), null);
        } else {
            empties(tree);
        }
    }

    /** Nothing outlives its timeout by more than its grace, counted from when a daemon could know. */
    void inTime() {
        for (Tree t : all.values()) {
            Duration timeout = t.spec.timeout();
            if (timeout != null && !t.killed) {
                inTime(t, t.started.plus(timeout), "its timeout");
            }
            Duration idle = t.spec.idleTimeout();
            if (idle != null && !t.killed) {
                MonoTime from = t.quietFrom.isBefore(daemonSince) ? daemonSince : t.quietFrom;
                inTime(t, from.plus(idle), "its silence");
            }
        }
    }

    private void inTime(Tree t, MonoTime due, String what) {
        MonoTime from = due.isBefore(awakeSince) ? awakeSince : due;
        Duration grace = t.stray ? Duration.ofSeconds(10) : t.spec.stop().timeout();
        check(!from.plus(grace).plus(SLACK).isBefore(world.mono), () -> t + " outlived " + what);
    }

    @Override
    public String toString() {
        return all.values().toString();
    }
}
