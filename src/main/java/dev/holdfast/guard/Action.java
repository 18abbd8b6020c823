package dev.holdfast.guard;

import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.unit.Signal;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What is to be done next, in this order. */
public sealed interface Action {
    /** Keep it, say it, and tell whom it concerns. */
    record Tell(Finding finding) implements Action {}

    /**
     * Send a signal to each, after making sure that it is the same process, and that the first still is what the rule is
     * about; answer by {@link Stimulus.Struck} for each.
     *
     * @param still asked of the first's traits, read anew: where nothing is done to it, nothing is done to the others. Null:
     *     it was begun already, and each is struck whatever befalls the others
     */
    record Strike(
            List<ProcessRef> targets,
            Signal signal,
            @Nullable Predicate<Traits> still) implements Action {}

    /** SIGCHLD: it may have forgotten to wait for a child. */
    record Nudge(ProcessRef parent) implements Action {}

    /**
     * Ask supervision.
     *
     * @param names of processes of this daemon
     */
    record Supervise(boolean restart, List<String> names, Finding finding) implements Action {}

    /** Run a command. */
    record Exec(Deed.Exec exec, Finding finding) implements Action {}

    /** setpriority(2) of all its threads. */
    record Renice(ProcessRef process, int value, Predicate<Traits> still) implements Action {}
}
