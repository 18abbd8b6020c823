package dev.holdfast.supervise;

import dev.holdfast.config.HookSpec;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Signal;
import org.jspecify.annotations.Nullable;

/** Ends in words. */
final class Outcomes {
    private Outcomes() {}

    /** Such as SIGKILL. */
    static String signal(int number) {
        return "SIG" + Signal.ofNumber(number).map(Signal::written).orElse("RT " + number);
    }

    static String overdue(@Nullable HookSpec hook) {
        return hook == null ? "no end in time" : "no end within " + Durations.format(hook.timeout());
    }

    /** With who killed it, where that is known. */
    static String describe(Outcome outcome, @Nullable Usage usage) {
        Kill kill = usage == null ? null : usage.kill();
        if (kill == null) {
            return describe(outcome);
        }
        return kill.tellsTheEnd(outcome) ? kill.words(outcome) : describe(outcome) + "; " + kill.words(outcome);
    }

    static String describe(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Exited(int code) -> "exited with " + code;
            case Outcome.Signalled(int signal, boolean core) ->
                "ended by " + signal(signal) + (core ? ", core dumped" : "");
            case Outcome.Unknown(String why) -> why;
        };
    }
}
