package dev.holdfast.daemon;

import dev.holdfast.config.GlobalSpec;
import dev.holdfast.linux.VmSignals;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.unit.Signal;
import java.util.List;
import java.util.Set;

/**
 * TERM and INT end the daemon, HUP reloads, USR1 opens log files anew, ALRM has it leave what runs to the next one, and
 * what {@code global.forward_signals} names goes to processes instead;
 * with one process only, USR1, USR2 and WINCH are surely meant for it.
 */
final class OsSignals {
    private static final List<Signal> HEARD =
            List.of(Signal.TERM, Signal.INT, Signal.HUP, Signal.USR1, Signal.USR2, Signal.WINCH, Signal.ALRM);
    private static final Set<Signal> MEANT_FOR_THE_ONLY_ONE = Set.of(Signal.USR1, Signal.USR2, Signal.WINCH);

    private final GlobalSpec global;
    private final Control control;

    OsSignals(GlobalSpec global, Control control) {
        this.global = global;
        this.control = control;
    }

    void listen(Daemon daemon) {
        for (Signal signal : HEARD) {
            try {
                VmSignals.handle(signal.name(), () -> daemon.loop.soon(() -> heard(signal, daemon)));
            } catch (IllegalArgumentException takenByTheVm) {
                daemon.console.say("SIG" + signal.name() + " cannot be heard: " + takenByTheVm.getMessage());
            }
        }
    }

    private void heard(Signal signal, Daemon daemon) {
        Set<String> names = Set.copyOf(global.forwardSignals().getOrDefault(signal, List.of()));
        if (names.isEmpty()
                && MEANT_FOR_THE_ONLY_ONE.contains(signal)
                && daemon.specs().size() == 1) {
            names = daemon.specs().keySet();
        }
        if (!names.isEmpty()) {
            daemon.apply(new Stimulus.SendSignal(names, signal, "the daemon's SIG" + signal.name()));
            return;
        }
        switch (signal) {
            case TERM, INT -> daemon.shutDown("SIG" + signal.name());
            case ALRM -> daemon.leave("SIGALRM");
            case USR1 -> daemon.reopenLogs("SIGUSR1", () -> {});
            case HUP -> Thread.ofVirtual().name("reload").start(control::reloadBySignal);
            default -> daemon.console.say("SIG" + signal.name() + " is meant for nobody: see global.forward_signals");
        }
    }
}
