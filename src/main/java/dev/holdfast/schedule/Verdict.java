package dev.holdfast.schedule;

import dev.holdfast.event.Outcome;
import dev.holdfast.schedule.Activity.Ending;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.Objects;

/** What an attempt came to, out of how it ended and who asked for that. */
final class Verdict {
    private Verdict() {}

    static Result of(Activity.Running r, Outcome outcome) {
        if (r.ending() != null) {
            return r.ending() == Ending.TIMEOUT ? Result.TIMEOUT : Result.STOPPED;
        }
        return switch (outcome) {
            case Outcome.Exited(int code) -> code == 0 ? Result.SUCCESS : Result.FAILED;
            case Outcome.Signalled _ -> Result.FAILED;
            case Outcome.Unknown _ -> Result.UNKNOWN;
        };
    }

    static String words(Activity.Running r, Outcome outcome) {
        String how = switch (outcome) {
            case Outcome.Exited(int code) -> "exited with " + code;
            case Outcome.Signalled(int signal, boolean _) ->
                "ended by "
                        + Signal.ofNumber(signal).map(s -> "SIG" + s.written()).orElse("signal " + signal);
            case Outcome.Unknown(String why) -> why;
        };
        return switch (r.ending()) {
            case null -> how;
            case TIMEOUT ->
                "no end within "
                        + Durations.format(Objects.requireNonNullElse(r.spec().timeout(), Duration.ZERO)) + ", " + how;
            case REPLACED -> "replaced by the next, " + how;
            case SHUT_DOWN -> "shut down, " + how;
            case UNCONFIGURED -> "not configured any more, " + how;
        };
    }
}
