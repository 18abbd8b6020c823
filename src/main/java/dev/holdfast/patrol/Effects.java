package dev.holdfast.patrol;

import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.guard.Finding;
import java.time.Duration;
import java.util.List;

/** What a patrol cannot do by itself; called on its thread. */
public interface Effects {
    /** Keep it, say it, tell whom it concerns. */
    void tell(Finding finding);

    /**
     * Ask supervision.
     *
     * @param names of processes of this daemon
     */
    void supervise(boolean restart, List<String> names, Finding finding);

    /** Run a command. */
    void exec(Deed.Exec exec, Finding finding);

    /**
     * All processes were looked at, and judged.
     *
     * @param took from the begin of the look to the end of what followed from it
     */
    default void looked(Duration took, int processes) {}

    /** Something of it does not work, in words for people. */
    void warn(String what);
}
