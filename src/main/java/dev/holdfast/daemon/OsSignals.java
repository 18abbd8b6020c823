package dev.holdfast.daemon;

import dev.holdfast.linux.BlockedSignals;
import dev.holdfast.linux.BlockedSignals.Sender;
import dev.holdfast.linux.VmSignals;
import dev.holdfast.loop.Latest;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * TERM and INT end the daemon, HUP reloads, USR1 opens log files anew, ALRM has it leave what runs to the next one, and
 * what {@code global.forward_signals} names goes to processes instead;
 * with one process only, USR1, USR2 and WINCH are surely meant for it.
 */
final class OsSignals {
    private static final List<Signal> HEARD =
            List.of(Signal.TERM, Signal.INT, Signal.HUP, Signal.USR1, Signal.USR2, Signal.WINCH, Signal.ALRM);
    private static final Set<Signal> MEANT_FOR_THE_ONLY_ONE = Set.of(Signal.USR1, Signal.USR2, Signal.WINCH);

    /** As the API would answer. */
    private static final int CONFLICT = 409;

    private final Daemon daemon;
    /** Of a storm of HUPs one is under way, and one more waits at most: it reads the file as it is then. */
    private final Latest<Optional<Sender>> reload;

    OsSignals(Daemon daemon) {
        this.daemon = daemon;
        this.reload = new Latest<>(
                "holdfast-reload",
                sender -> daemon.reload.bySignal(sender.orElse(null)),
                noThread -> daemon.console.warn("not reloaded: " + noThread.getMessage()));
    }

    void listen() {
        Set<Signal> blocked = blocked();
        for (Signal signal : HEARD) {
            if (blocked.contains(signal)) {
                continue;
            }
            try {
                VmSignals.handle(signal.name(), () -> daemon.loop.soon(() -> heard(signal, null)));
            } catch (IllegalArgumentException takenByTheVm) {
                daemon.console.warn("SIG" + signal.name() + " cannot be heard: " + takenByTheVm.getMessage());
            }
        }
    }

    /** Those that the launcher had blocked are heard without a thread; the others by the VM. */
    private Set<Signal> blocked() {
        try {
            Set<Signal> blocked = BlockedSignals.of(Daemon.PROC, HEARD);
            if (!blocked.isEmpty()) {
                BlockedSignals.hear(blocked, daemon.loop.poller(), this::heard);
            }
            return blocked;
        } catch (IOException e) {
            daemon.console.warn("signals are heard by the VM alone: " + e.getMessage());
            return Set.of();
        }
    }

    /** @param sender null: nobody knows */
    private void heard(Signal signal, @Nullable Sender sender) {
        Set<String> names = Set.copyOf(daemon.global.forwardSignals().getOrDefault(signal, List.of()));
        if (names.isEmpty()
                && MEANT_FOR_THE_ONLY_ONE.contains(signal)
                && daemon.specs().size() == 1) {
            names = daemon.specs().keySet();
        }
        String name = "SIG" + signal.name();
        if (!names.isEmpty()) {
            daemon.processes.apply(new Stimulus.SendSignal(names, signal, "the daemon's " + name));
            daemon.signals.done(sender, name + ": to " + String.join(", ", new TreeSet<>(names)));
            return;
        }
        switch (signal) {
            case TERM, INT -> {
                daemon.life.shutDown(name);
                daemon.signals.done(sender, name + ": down");
            }
            case ALRM -> leave(name, sender);
            case USR1 -> {
                daemon.reopenLogs(name, () -> {});
                daemon.signals.done(sender, name + ": logs/reopen");
            }
            case HUP -> reload.ask(Optional.ofNullable(sender));
            default -> daemon.console.say(name + " is meant for nobody: see global.forward_signals");
        }
    }

    private void leave(String name, @Nullable Sender sender) {
        String why = daemon.life.leave(name);
        if (why == null) {
            daemon.signals.done(sender, name + ": leave");
        } else {
            daemon.signals.refused(sender, name + ": leave", CONFLICT, why);
        }
    }
}
