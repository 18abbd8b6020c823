package dev.holdfast.schedule;

import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.Objects;

/** What an attempt came to, out of how it ended and who asked for that. */
final class Verdict {
    private Verdict() {}

    static Result of(Activity.Running r, Outcome outcome) {
        return switch (r.ending()) {
            case null ->
                switch (outcome) {
                    case Outcome.Exited(int code) -> code == 0 ? Result.SUCCESS : Result.FAILED;
                    case Outcome.Signalled _ -> Result.FAILED;
                    case Outcome.Unknown _ -> Result.UNKNOWN;
                };
            case TIMEOUT -> Result.TIMEOUT;
            case LIMIT -> Result.FAILED;
            case REPLACED, SHUT_DOWN, UNCONFIGURED -> Result.STOPPED;
        };
    }

    /** In words, with who killed it where that is known. */
    static String words(Activity.Running r, Activity.Over over) {
        String how = how(over.outcome());
        Usage usage = over.usage();
        Kill kill = r.limit() != null || usage == null ? r.limit() : usage.kill();
        if (kill != null && kill.by() != Kill.By.HOLDFAST) { // why that did it is told below
            String words = kill.words(over.outcome());
            how = kill.tellsTheEnd(over.outcome()) ? words : how + "; " + words;
        }
        return switch (r.ending()) {
            case null -> how;
            case LIMIT -> how;
            case TIMEOUT ->
                "no end within "
                        + Durations.format(Objects.requireNonNullElse(r.spec().timeout(), Duration.ZERO)) + ", " + how;
            case REPLACED -> "replaced by the next, " + how;
            case SHUT_DOWN -> "shut down, " + how;
            case UNCONFIGURED -> "not configured any more, " + how;
        };
    }

    private static String how(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Exited(int code) -> "exited with " + code;
            case Outcome.Signalled(int signal, boolean _) ->
                "ended by "
                        + Signal.ofNumber(signal).map(s -> "SIG" + s.written()).orElse("signal " + signal);
            case Outcome.Unknown(String why) -> why;
        };
    }
}
