package dev.holdfast.daemon;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.RecoverSpec;
import dev.holdfast.linux.Errno;
import dev.holdfast.loop.Loop;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Does steps to recover. The loop's thread's own. */
final class Recovery {
    private static final Set<String> GUARDS = Set.of("orphans", "zombies");
    /** Who is swept has the guard's grace; a look that hangs in the kernel never ends. */
    private static final Duration LONGEST_SWEEP = Duration.ofMinutes(10);

    private static final String LONG = "it takes long, and is not waited for any more";

    private final Errands errands;
    private final Supplier<@Nullable Cleanings> cleanings;
    private final Supplier<Set<String>> stopped;
    private final Consumer<Stimulus> supervision;
    private final GuardCleanup guard;
    private final BiConsumer<Set<String>, Runnable> settled;
    private final List<Awaited> awaited = new ArrayList<>();

    /** A class, as each is another one. */
    private static final class Awaited {
        private final MonoTime deadline;
        private final Consumer<Done> told;

        Awaited(MonoTime deadline, Consumer<Done> told) {
            this.deadline = deadline;
            this.told = told;
        }
    }

    /**
     * How a step ended, in words.
     *
     * @param output last lines, of a command
     */
    record Done(boolean good, String words, List<String> output) {}

    /** The cleanups of {@code guard}: its orphans and zombies. */
    interface GuardCleanup {
        GuardCleanup NONE = (name, told) -> told.accept(new Done(false, name + ": there is no guard here", List.of()));

        /**
         * Ends those there are now.
         *
         * @param name {@code orphans} or {@code zombies}
         * @param told once, on the loop's thread, when it is done
         */
        void run(String name, Consumer<Done> told);
    }

    /**
     * @param stopped processes that people have stopped, which a restart leaves alone
     * @param supervision is told what to restart or stop
     * @param settled has something done when processes have come to their end or are up
     */
    Recovery(
            Errands errands,
            Supplier<@Nullable Cleanings> cleanings,
            GuardCleanup guard,
            Supplier<Set<String>> stopped,
            Consumer<Stimulus> supervision,
            BiConsumer<Set<String>, Runnable> settled) {
        this.errands = errands;
        this.cleanings = cleanings;
        this.guard = guard;
        this.stopped = stopped;
        this.supervision = supervision;
        this.settled = settled;
    }

    /**
     * @param of whose step it is, such as {@code probe.website}
     * @param told once, on the loop's thread
     */
    void act(String of, RecoverSpec step, Consumer<Done> told) {
        switch (step.step()) {
            case EXEC -> exec(of, step, told);
            case RUN_CLEANUP -> clean(step, told);
            case RESTART -> {
                Set<String> names = new HashSet<>(step.processes());
                names.removeAll(stopped.get());
                if (names.isEmpty()) {
                    told.accept(new Done(false, "nothing was restarted: somebody has stopped it", List.of()));
                    return;
                }
                supervision.accept(new Stimulus.Restart(names, of));
                await(names, "restarted", step, told);
            }
            case STOP -> {
                Set<String> names = new TreeSet<>(step.processes());
                supervision.accept(new Stimulus.Stop(names, of));
                await(names, "stopped", step, told);
            }
        }
    }

    private void await(Set<String> names, String words, RecoverSpec step, Consumer<Done> told) {
        var one = new Awaited(Loop.now().mono().plus(step.timeout()), told);
        awaited.add(one);
        settled.accept(names, () -> {
            if (awaited.remove(one)) {
                told.accept(new Done(true, words, List.of()));
            }
        });
    }

    MonoTime deadline() {
        MonoTime next = MonoTime.NEVER;
        for (Awaited a : awaited) {
            next = MonoTime.earliest(next, a.deadline);
        }
        return next;
    }

    void tick(MonoTime now) {
        for (Awaited a : List.copyOf(awaited)) {
            if (!now.isBefore(a.deadline) && awaited.remove(a)) {
                a.told.accept(new Done(false, LONG, List.of()));
            }
        }
    }

    private void exec(String of, RecoverSpec step, Consumer<Done> told) {
        try {
            errands.run(ProcessSpec.errand("recover." + of, step.command(), null, null), step.timeout(), ended -> {
                Integer exit = ended.exit();
                told.accept(new Done(exit != null && exit == 0, ended.words(), ended.lastLines()));
            });
        } catch (Errno e) {
            told.accept(new Done(false, String.valueOf(e.getMessage()), List.of()));
        }
    }

    /** One after the other would wait for each; all at once, and then the sum. */
    private void clean(RecoverSpec step, Consumer<Done> told) {
        var words = new ArrayList<String>();
        var bad = new HashSet<String>();
        var left = new TreeSet<>(step.names());
        for (String name : List.copyOf(left)) {
            Consumer<Done> one = d -> {
                words.add(name + ": " + d.words());
                if (!d.good()) {
                    bad.add(name);
                }
                left.remove(name);
                if (left.isEmpty()) {
                    told.accept(new Done(bad.isEmpty(), String.join("; ", words), List.of()));
                }
            };
            clean(name, one);
        }
    }

    private void clean(String name, Consumer<Done> told) {
        if (GUARDS.contains(name)) {
            var one = new Awaited(Loop.now().mono().plus(LONGEST_SWEEP), told);
            awaited.add(one);
            guard.run(name, done -> {
                if (awaited.remove(one)) {
                    told.accept(done);
                }
            });
            return;
        }
        Cleanings all = cleanings.get();
        boolean begun = all != null
                && all.run(
                        name,
                        r -> told.accept(new Done(
                                r.cleaned().done(),
                                "deleted " + r.cleaned().count() + ", freed "
                                        + r.cleaned().bytes() + " bytes",
                                r.cleaned().problems())));
        if (!begun) {
            told.accept(new Done(false, "there is no such cleanup any more", List.of()));
        }
    }
}
