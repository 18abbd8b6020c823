package dev.holdfast.guard;

import dev.holdfast.config.GuardSpec;
import dev.holdfast.event.ProcessRef;

/** What a guard hears. */
public sealed interface Stimulus {
    /** A look was taken; the sight is good for this call alone. */
    record Looked(Sight sight) implements Stimulus {}

    /** From now on these rules. */
    record Reload(GuardSpec spec) implements Stimulus {}

    /** What came of a {@link Action.Strike} or {@link Action.Renice}. */
    record Struck(ProcessRef process, Blow blow, String why) implements Stimulus {}

    /**
     * The next look is one at zombies or orphans, whenever theirs is due.
     *
     * @param of {@code zombies} or {@code orphans}
     */
    record Sweep(String of) implements Stimulus {}

    /** It has ended. */
    record Gone(ProcessRef process) implements Stimulus {}

    /** What came of a signal. */
    enum Blow {
        SENT,
        /** It had ended before. */
        GONE,
        /** The pid is its own, but it is no longer what the rule is about. */
        CHANGED,
        /** The kernel says no. */
        REFUSED,
        /** For want of something that there may be again at the next look, such as descriptors: nothing was done. */
        FAILED
    }
}
