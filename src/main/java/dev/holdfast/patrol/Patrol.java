package dev.holdfast.patrol;

import dev.holdfast.config.GuardSpec;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.guard.Action;
import dev.holdfast.guard.Guard;
import dev.holdfast.guard.RuleView;
import dev.holdfast.guard.Stimulus;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.MemoryAlarms;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.Proc;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Threshold;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all processes, has the guard judge, and does what it says; one thread uses it, but for {@link #order} and
 * {@link #weaker}.
 */
public final class Patrol implements AutoCloseable {
    /** Between two looks, whatever asks for them. */
    private static final Duration LEAST = Duration.ofMillis(100);

    /** Until its code is compiled; of many processes, each makes up for another time. */
    private static final int REHEARSALS = 30;

    private static final int FEWEST_REHEARSALS = 12;
    private static final int REHEARSED_PROCESSES = 20_000;
    /** What a host can fill in a millisecond at most; so much that is left tells when to read again. */
    private static final long FILLED_PER_MILLI = 6 << 20;

    private static final long LONGEST_UNREAD_MILLIS = 1000;

    private final Supplier<Now> clock;
    private final Effects effects;
    private final Poller poller;
    private final Eyes eyes;
    private final Hands hands;
    private final Guard guard;
    private final ConcurrentLinkedQueue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private final Acts acts;
    private final Ears ears;
    private final Rehearsal rehearsal;
    private final Poise poise;
    private GuardSpec spec;
    private boolean alarmed;
    /** A look was taken since the last regular one because a limit was touched. */
    private boolean heeded;
    /** The kernel told of a stall: it does so once a window at most, so that nothing need bound the looks for it. */
    private boolean stalled;

    private boolean rehearsed;
    /** Less memory is available than a rule allows, and a look was taken for it. */
    private boolean scarce;
    /** For when nobody is on the way out any more. */
    private final List<Runnable> swept = new ArrayList<>();

    private volatile @Nullable String blind;
    private volatile @Nullable String deaf;

    /**
     * Where a patrol is.
     *
     * @param proc such as /proc
     * @param roots below which the runtimes of containers keep their files: /
     * @param self our own pid
     * @param mostOpen descriptors that may stay open
     * @param owner of an instance of this daemon, by its id, the process it belongs to; empty: none. Thread-safe
     */
    public record Post(Path proc, Path roots, int self, int mostOpen, Function<String, String> owner) {}

    /** @throws Errno when there is no /proc, or no descriptor left */
    public Patrol(GuardSpec spec, Post post, Supplier<Now> clock, Effects effects) throws Errno {
        this.clock = clock;
        this.effects = effects;
        this.spec = spec;
        this.poller = Poller.open();
        this.eyes = new Eyes(post.proc(), post.self(), post.owner(), post.roots(), post.mostOpen());
        this.hands = new Hands(new Proc(post.proc()), post.self(), eyes, poller, this::gone);
        this.guard = new Guard(spec, post.self(), clock.get().mono());
        this.ears = new Ears(post.proc(), poller, this::stalled, this::touched);
        this.acts = new Acts(guard, hands, clock, effects, false);
        this.rehearsal = new Rehearsal(post.self(), eyes, hands, clock);
        this.poise = new Poise(() -> rehearsal.run(1), effects::warn);
        eyes.heed(spec);
    }

    /** Has the kernel wake it, where it does that. */
    public void listen() {
        deaf = ears.listen(spec);
        if (deaf != null) {
            effects.warn("weaker here: " + deaf);
        }
    }

    /** A group may touch its limit all the time, and live: one look for it, then no other until the next regular one. */
    private void touched(MemoryAlarms.Touch touch) {
        alarmed |= touch == MemoryAlarms.Touch.EXHAUSTED || !heeded;
        heeded |= touch == MemoryAlarms.Touch.RECLAIMED;
    }

    private void stalled(Threshold.Pressure pressure) {
        eyes.pressed(pressure, true);
        alarmed = true;
        stalled = true;
    }

    /** What is weaker here than the rules ask for; null: nothing. Thread-safe. */
    public @Nullable String weaker() {
        return deaf;
    }

    /** Why nothing could be looked at the last time; null: it could. Thread-safe. */
    public @Nullable String blind() {
        return blind;
    }

    /** From now on these rules. */
    public void reload(GuardSpec anew) {
        eyes.heed(anew);
        spec = anew;
        handle(guard.apply(new Stimulus.Reload(anew), clock.get()));
        listen();
    }

    /** Has something done between two looks, on the patrol's thread. Thread-safe. */
    public void order(Runnable task) {
        orders.add(task);
        poller.wake();
    }

    /**
     * Looks at zombies or orphans now, whenever their look is due; on the patrol's thread.
     *
     * @param of {@code zombies} or {@code orphans}
     * @param done called when what was to be ended has ended, or is no longer waited for; told why nothing could be looked
     *     at, null: it could
     */
    public void sweep(String of, Consumer<@Nullable String> done) {
        handle(guard.apply(new Stimulus.Sweep(of), clock.get()));
        look();
        String unseen = blind;
        swept.add(() -> done.accept(unseen));
    }

    /** One look, and what follows from it. */
    public void look() {
        look(false);
    }

    private void look(boolean hurried) {
        Now at = clock.get(); // before: what is read takes its time, and more of it now than then
        try {
            eyes.look(at.mono(), hurried);
            if (blind != null) {
                effects.warn("all processes can be looked at again");
                blind = null;
            }
        } catch (IOException | NumberFormatException e) {
            if (blind == null) {
                effects.warn("not all processes can be looked at, rules see nothing meanwhile: " + e.getMessage());
            }
            blind = String.valueOf(e.getMessage());
            return;
        }
        handle(guard.apply(new Stimulus.Looked(eyes), at));
        eyes.forgetPressure();
        effects.looked(clock.get().mono().since(at.mono()), eyes.count());
    }

    /** What each rule sees, as of the last look; measures anew what is costly. */
    public List<RuleView> views() {
        return guard.views(eyes, clock.get());
    }

    /** Processes at the last look. */
    public int seen() {
        return eyes.count();
    }

    /** Nobody is on the way out. */
    public boolean idle() {
        return guard.idle();
    }

    /** Looks until {@code over}, which is asked between looks and when {@link #order} woke it. */
    public void run(BooleanSupplier over) {
        MonoTime next = clock.get().mono();
        MonoTime regular = next; // what comes between does not move it: CPU is judged over whole stretches
        MonoTime last = next.plus(Duration.ofDays(-1));
        while (!over.getAsBoolean()) {
            boolean ordered = false;
            for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
                order.run();
                ordered = true;
            }
            if (ordered) { // there may be another interval now, and somebody on the way out
                regular = MonoTime.earliest(regular, last.plus(spec.interval()));
                next = next(last, regular);
            }
            if (!swept.isEmpty() && guard.idle()) {
                swept.forEach(Runnable::run);
                swept.clear();
            }
            MonoTime now = clock.get().mono();
            MonoTime least = last.plus(LEAST);
            if (!now.isBefore(next) || stalled || (alarmed && !now.isBefore(least))) {
                boolean hurried = (stalled || alarmed) && now.isBefore(regular);
                alarmed = false;
                stalled = false;
                heeded &= hurried;
                last = now;
                look(hurried);
                now = clock.get().mono();
                regular = last.isBefore(regular) ? regular : last.plus(spec.interval());
                regular = MonoTime.earliest(regular, last.plus(spec.interval())); // it may be shorter now
                next = next(last, regular);
                if (blind == null) {
                    brace(now);
                }
            }
            if (stalled) {
                continue; // told while it looked
            }
            MonoTime memory = now.plus(unread());
            MonoTime until = alarmed ? MonoTime.earliest(next, last.plus(LEAST)) : next;
            poller.await(Math.max(0, MonoTime.earliest(until, memory).since(now).toNanos()));
        }
    }

    /** Where rules are about the host's memory, it is to be ready when there is none. */
    private void brace(MonoTime now) {
        boolean wanted = Ears.ofHost(spec);
        if (wanted && !rehearsed) {
            rehearsed = true;
            rehearsal.run(Math.clamp(REHEARSED_PROCESSES / Math.max(1, eyes.count()), FEWEST_REHEARSALS, REHEARSALS));
        }
        poise.keep(wanted, now);
    }

    private MonoTime next(MonoTime last, MonoTime regular) {
        MonoTime soonest = last.plus(LEAST);
        MonoTime wanted = MonoTime.earliest(regular, guard.nextDeadline());
        return wanted.isBefore(soonest) ? soonest : wanted;
    }

    /**
     * Between looks the memory that is available is read alone, which costs a pread, where rules are about it: it may be
     * gone before the next one, and where nothing can be reclaimed no stall tells of that.
     *
     * @return until it is to be read again
     */
    private Duration unread() {
        long left = guard.headroom(eyes);
        if (left == Long.MAX_VALUE) {
            return spec.interval();
        }
        eyes.beat();
        left = guard.headroom(eyes);
        alarmed |= left < 0 && !scarce;
        scarce = left < 0;
        return Duration.ofMillis(Math.clamp(left / FILLED_PER_MILLI, LEAST.toMillis(), LONGEST_UNREAD_MILLIS));
    }

    private void gone(ProcessRef ref) {
        scarce = false; // it may not have been enough
        handle(guard.apply(new Stimulus.Gone(ref), clock.get()));
    }

    private void handle(List<Action> actions) {
        acts.all(actions);
    }

    @Override
    public void close() {
        poise.lose();
        hands.close();
        ears.close();
        eyes.close();
        poller.close();
    }
}
