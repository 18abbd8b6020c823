package dev.holdfast.alert;

import dev.holdfast.unit.Severity;
import org.jspecify.annotations.Nullable;

/**
 * What a channel knows of a matter, or will know by a letter that is kept until it is delivered.
 *
 * @param times how often it knows it to have happened
 * @param severity as it was told last; null: nothing was told yet
 * @param asOpen whether it was told that it lasts, and not yet that it is over
 * @param at when it was told last that it happened or changed, on the kept clock; -1: never
 * @param worst how bad it has been since what this channel knows; each channel has its own, for one may be told nothing
 *     for hours
 */
record Told(int times, @Nullable Severity severity, boolean asOpen, long at, Severity worst) {
    static Told nothing(int times, Severity worst) {
        return new Told(times, null, false, -1, worst);
    }

    /** The same of so many times. */
    Told knowing(int n) {
        return new Told(n, severity, asOpen, at, worst);
    }

    /** It does not know any more that it lasts. */
    Told over() {
        return new Told(times, severity, false, at, worst);
    }

    /** It is like this now; what the channel knows already counts no more. */
    Told seeing(Severity now, boolean settled) {
        return new Told(times, severity, asOpen, at, settled || now.atLeast(worst) ? now : worst);
    }

    /** The last time before which nothing more is told of it. */
    long cooled(long now, long cooldown) {
        return at < 0 ? now : at > Moment.NEVER - cooldown ? Moment.NEVER : at + cooldown;
    }
}
