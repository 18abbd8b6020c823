package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.job.Hold;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** A host's way to the store: slow, cut off at times, and now and then nobody learns what came of a request. */
final class StoreWay {
    private final String host;
    private final World world;
    private final QueueHost.Damage damage;
    private final IntSupplier epoch;
    private final BooleanSupplier stopped;
    private final BiConsumer<Duration, Stimulus> reply;
    private final boolean spools;
    /** On disk: ends that the store is still to be told. */
    private final Deque<Action.End> spool = new ArrayDeque<>();

    private boolean cutOff;

    /**
     * @param epoch of the daemon: another one after each death
     * @param stopped it stands still, or is dead
     * @param reply tells this very daemon, if it still lives then
     */
    StoreWay(
            String host,
            World world,
            QueueHost.Damage damage,
            IntSupplier epoch,
            BooleanSupplier stopped,
            BiConsumer<Duration, Stimulus> reply) {
        this.host = host;
        this.world = world;
        this.damage = damage;
        this.epoch = epoch;
        this.stopped = stopped;
        this.reply = reply;
        this.spools = world.random.nextBoolean();
    }

    void cutOff(Duration length) {
        cutOff = true;
        world.in(length, this::connect);
    }

    void connect() {
        cutOff = false;
    }

    boolean spoolIsEmpty() {
        return spool.isEmpty();
    }

    /** Whether the daemon can ask now. */
    boolean reachable() {
        return connected() && !stopped.getAsBoolean();
    }

    /** Whether what is under way arrives: also from who stands still by now. */
    private boolean connected() {
        return !world.storeDown && !cutOff;
    }

    /** It may die before it has asked, and after; and never learn what came of it. */
    private void ask(Supplier<Stimulus> effect, Stimulus failure) {
        int of = epoch.getAsInt();
        world.in(world.ms(1, 30), () -> {
            if (of != epoch.getAsInt() && world.random.nextBoolean()) {
                return;
            }
            Stimulus answer = connected() ? effect.get() : failure;
            boolean unheard = !world.calm && !world.healed && world.random.nextInt(30) == 0;
            if (of == epoch.getAsInt()) {
                reply.accept(world.ms(1, 30), unheard ? failure : answer);
            }
        });
    }

    void claim(Action.Claim c) {
        QueueSpec spec = c.spec();
        Duration every = spec.rate() == null
                ? Duration.ZERO
                : spec.rate().window().dividedBy(spec.rate().times());
        var wish = new ModelJobs.Wish(spec.name(), host, c.most(), World.LEASE, spec.perKey(), every, 1);
        ask(
                () -> {
                    ModelJobs.Taken t = world.store.claim(wish, world.now());
                    t.jobs().forEach(j -> world.keys(j.hold()));
                    return new Stimulus.Taken(spec.name(), t.jobs(), t.next());
                },
                new Stimulus.ClaimFailed(spec.name(), "simulated"));
    }

    void renew(List<Hold> holds) {
        ask(
                () -> {
                    if (damage == QueueHost.Damage.NO_RENEWING) {
                        return new Stimulus.Renewed(List.of(), List.of());
                    }
                    ModelJobs.Renewed r = world.store.renew(holds, World.LEASE, world.now());
                    return new Stimulus.Renewed(
                            r.lost(), damage == QueueHost.Damage.IGNORE_CANCELS ? List.of() : r.cancelled());
                },
                new Stimulus.NotRenewed("simulated"));
    }

    void end(Action.End end) {
        end(end, epoch.getAsInt());
    }

    private void end(Action.End end, int of) {
        world.in(world.ms(1, 20), () -> {
            if (of != epoch.getAsInt() && world.random.nextBoolean()) {
                return;
            }
            if (connected()) {
                boolean ours = world.store.end(end.job().hold(), end.attempt(), end.next(), world.now());
                if (!world.calm && !world.healed && world.random.nextInt(30) == 0) {
                    again(end, of);
                } else if (of == epoch.getAsInt()) {
                    reply.accept(world.ms(1, 20), new Stimulus.Kept(end.job().hold(), ours));
                }
            } else if (spools && of == epoch.getAsInt() && !stopped.getAsBoolean()) {
                spool.addLast(end);
                flushLater();
                reply.accept(world.ms(1, 20), new Stimulus.Kept(end.job().hold(), true));
            } else {
                again(end, of);
            }
        });
    }

    private void again(Action.End end, int of) {
        world.in(Duration.ofMillis(500), () -> {
            if (of == epoch.getAsInt() && stopped.getAsBoolean()) {
                again(end, of);
            } else if (of == epoch.getAsInt()) {
                end(end, of);
            }
        });
    }

    private void flushLater() {
        world.in(Duration.ofMillis(500), () -> {
            if (reachable()) {
                writeSpool();
            } else if (!spool.isEmpty()) {
                flushLater();
            }
        });
    }

    void writeSpool() {
        while (!spool.isEmpty()) {
            Action.End end = spool.removeFirst();
            world.store.end(end.job().hold(), end.attempt(), end.next(), world.now());
        }
    }
}
