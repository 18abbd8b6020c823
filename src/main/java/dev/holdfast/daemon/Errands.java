package dev.holdfast.daemon;

import dev.holdfast.chronicle.Words;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.Printout;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.Identity;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.Launch;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Commands that are run once, for what they say or do: those of probes and of steps to recover. Launched as everything is;
 * what one leaves behind is ended with it. The loop's thread's own.
 */
final class Errands {
    /** Of its instances, beside those of {@code Action.Purpose}. */
    static final String PURPOSE = "ERRAND";

    private static final int MOST_OUTPUT = 64 << 10;
    private static final int MOST_LINES = 20;

    private final KernelLauncher launcher;
    private final Poller poller;
    private final Confinement confinement;
    private final Launches launches;
    private final Supplier<InstanceId> ids;
    private final Map<InstanceId, Errand> underway = new HashMap<>();

    /**
     * How one ended.
     *
     * @param exit its code; null: it has none, and {@code words} say why
     * @param words for people
     * @param output what it printed
     */
    record Ended(@Nullable Integer exit, String words, String output) {
        List<String> lastLines() {
            List<String> lines = output.lines().toList();
            return lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size());
        }
    }

    private static final class Errand {
        private final Printout output;
        private final MonoTime deadline;
        private final Duration timeout;
        private final Consumer<Ended> told;
        private boolean late;
        private boolean over;

        Errand(Printout output, Duration timeout, Consumer<Ended> told) {
            this.output = output;
            this.timeout = timeout;
            this.deadline = Loop.now().mono().plus(timeout);
            this.told = told;
        }
    }

    Errands(
            KernelLauncher launcher,
            Poller poller,
            Confinement confinement,
            Launches launches,
            Supplier<InstanceId> ids) {
        this.launcher = launcher;
        this.poller = poller;
        this.confinement = confinement;
        this.launches = launches;
        this.ids = ids;
    }

    /**
     * @param spec what is run; its name is for its group, such as {@code probe.website}
     * @param told how it ended, on the loop's thread; once, and not within this call
     * @return whether anything of it is still there
     */
    BooleanSupplier run(ProcessSpec spec, Duration timeout, Consumer<Ended> told) throws Errno {
        InstanceId id = ids.get();
        Launch launch = launches.launch(
                id, new ReplicaId(spec.name(), 0), PURPOSE, spec, spec.launch().command(), null, null, 0, false);
        Printout output = Printout.of(MOST_OUTPUT, poller);
        Identity as = launch.identity();
        if (as != null) {
            output.own(as.uid(), as.gid());
        }
        underway.put(id, new Errand(output, timeout, told));
        confinement.launch(launch.printingTo(output.fd()), spec);
        return () -> underway.containsKey(id);
    }

    boolean owns(InstanceId id) {
        return underway.containsKey(id);
    }

    void happened(ProcessEvent event) {
        Errand e = underway.get(event.id());
        if (e == null) {
            return;
        }
        switch (event) {
            case ProcessEvent.LaunchFailed(InstanceId id, String why) -> {
                underway.remove(id);
                tell(e, new Ended(null, why, ""));
                e.output.close();
            }
            case ProcessEvent.Exited(InstanceId id, Outcome outcome, var usage) -> {
                Kill kill = usage == null ? null : usage.kill();
                String words = e.late
                        ? "it was killed after " + e.timeout.toMillis() + " ms"
                        : kill == null ? Words.of(outcome) : kill.words(outcome);
                Integer code = outcome instanceof Outcome.Exited(int exit) && !e.late ? (Integer) exit : null;
                tell(e, new Ended(code, words, text(e)));
                launcher.kill(id); // what it left behind
            }
            case ProcessEvent.Emptied(InstanceId id, var _) -> {
                underway.remove(id);
                tell(e, new Ended(null, "it ended unseen", text(e)));
                e.output.close();
            }
            case ProcessEvent.Started _, ProcessEvent.Notified _ -> {}
        }
    }

    private static void tell(Errand e, Ended ended) {
        if (!e.over) {
            e.over = true;
            e.told.accept(ended);
        }
    }

    private static String text(Errand e) {
        return e.output.text();
    }

    MonoTime deadline() {
        MonoTime next = MonoTime.NEVER;
        for (Errand e : underway.values()) {
            next = e.over || e.late ? next : MonoTime.earliest(next, e.deadline);
        }
        return next;
    }

    void tick(MonoTime now) {
        underway.forEach((id, e) -> {
            if (!e.over && !e.late && !now.isBefore(e.deadline)) {
                e.late = true;
                launcher.kill(id);
            }
        });
    }

    /** Nobody wants to know any more. */
    void end() {
        underway.forEach((id, e) -> {
            e.over = true;
            launcher.kill(id);
        });
    }
}
