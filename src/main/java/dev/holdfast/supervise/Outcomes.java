package dev.holdfast.supervise;

import dev.holdfast.event.Outcome;
import dev.holdfast.unit.Signal;

/** Ends in words. */
final class Outcomes {
    private Outcomes() {}

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
