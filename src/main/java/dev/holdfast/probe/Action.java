package dev.holdfast.probe;

import dev.holdfast.config.ProbeSpec;
import dev.holdfast.config.RecoverSpec;
import dev.holdfast.unit.Severity;
import org.jspecify.annotations.Nullable;

/** What follows. */
public sealed interface Action {
    /** Ask it, and give the answer back with the number. */
    record Ask(ProbeSpec spec, long number) implements Action {}

    /** Do a step to recover, and say when it has ended. */
    record Act(ProbeSpec spec, int index, RecoverSpec step) implements Action {}

    /**
     * It is so now. Told at each answer while it lasts; {@code changed} tells the first of its kind.
     *
     * @param before null: all was well
     */
    record Raise(ProbeView view, @Nullable Severity before, boolean changed) implements Action {}

    /**
     * All is well again.
     *
     * @param first it never was otherwise, as far as this daemon knows: an earlier one may have raised it
     */
    record Clear(ProbeView view, boolean first) implements Action {}

    /** A step to recover helped or not, or may not be done again yet. */
    record Tell(ProbeSpec spec, String words, boolean good) implements Action {}
}
