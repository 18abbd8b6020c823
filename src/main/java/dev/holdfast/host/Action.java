package dev.holdfast.host;

import dev.holdfast.config.RecoverSpec;
import dev.holdfast.unit.Severity;
import org.jspecify.annotations.Nullable;

/** What follows. */
public sealed interface Action {
    /** A snapshot is wanted. */
    record Look() implements Action {}

    /** Do a step to recover, and say when it has ended. */
    record Act(int index, RecoverSpec step) implements Action {}

    /**
     * It is so now. Told at each look while it lasts; {@code changed} tells the first of its kind.
     *
     * @param before null: all was well
     */
    record Raise(WatchView view, @Nullable Severity before, boolean changed) implements Action {}

    /**
     * It is well again.
     *
     * @param first it never was otherwise, as far as this daemon knows: an earlier one may have raised it
     */
    record Clear(WatchView view, boolean first) implements Action {}

    /** Something cannot be measured; told once. */
    record Blind(WatchView view, String why) implements Action {}

    /** A step to recover helped or not, or may not be done again yet. */
    record Tell(RecoverSpec step, String words, boolean good) implements Action {}
}
