package dev.holdfast.supervise;

import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.unit.Signal;
import org.jspecify.annotations.Nullable;

/** Ends in words. */
final class Outcomes {
    private Outcomes() {}

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
                "ended by signal " + Signal.ofNumber(signal).map(Enum::name).orElse(Integer.toString(signal))
                        + (core ? ", core dumped" : "");
            case Outcome.Unknown(String why) -> why;
        };
    }
}
