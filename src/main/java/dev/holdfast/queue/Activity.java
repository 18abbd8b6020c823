package dev.holdfast.queue;

import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.unit.MonoTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an attempt is about. */
sealed interface Activity {
    /** Another has the place that it will have, and is about to leave it. */
    record Waiting() implements Activity {}

    /** Its work directory is being made. */
    record Preparing() implements Activity {}

    /** To be launched as soon as its hold is certain. */
    record Ready(@Nullable String workdir) implements Activity {}

    /**
     * Until nothing of it is left.
     *
     * @param until its timeout, or the end of its grace
     * @param idle when to ask for its last output; {@link MonoTime#NEVER}: not, or it is being asked
     * @param over null: its leader runs
     */
    record Running(
            Instant started,
            @Nullable String workdir,
            MonoTime until,
            MonoTime idle,
            boolean killed,
            @Nullable Over over)
            implements Activity {
        MonoTime next() {
            return MonoTime.earliest(until, idle);
        }

        Running until(MonoTime later) {
            return new Running(started, workdir, later, MonoTime.NEVER, killed, over);
        }

        Running idle(MonoTime later) {
            return new Running(started, workdir, until, later, killed, over);
        }

        Running beingKilled() {
            return new Running(started, workdir, MonoTime.NEVER, MonoTime.NEVER, true, over);
        }

        Running ended(Over end) {
            return new Running(started, workdir, MonoTime.NEVER, MonoTime.NEVER, true, end);
        }
    }

    /** The leader ended; {@code ended} is when. */
    record Over(Instant ended, Outcome outcome, @Nullable Usage usage) {}

    /** Nothing of it runs; what it printed is asked for. */
    record Reading(Running ran, Over over) implements Activity {}

    /** It succeeded; its results are moved as soon as its hold is certain. */
    record Deliverable(Running ran, Over over, @Nullable String tail) implements Activity {}

    /** Its results are being moved. */
    record Delivering(Running ran, Over over, @Nullable String tail) implements Activity {}

    /**
     * The store is told.
     *
     * @param words what came of it
     */
    record Telling(Action.End end, String words) implements Activity {}

    /** Its directory goes. */
    record Cleaning() implements Activity {}

    /**
     * It was asked to end.
     *
     * @param words why
     */
    record Asked(Ending ending, String words) {}

    /** Why it is asked to end. */
    enum Ending {
        TIMEOUT,
        /** It passed a limit. */
        LIMIT,
        /** Its work directory grew too large. */
        SIZE,
        CANCELLED,
        SHUT_DOWN,
        UNCONFIGURED;

        /** It is nobody's fault, and goes back to its queue. */
        boolean interruption() {
            return this == SHUT_DOWN || this == UNCONFIGURED;
        }
    }
}
