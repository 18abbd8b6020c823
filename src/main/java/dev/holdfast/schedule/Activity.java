package dev.holdfast.schedule;

import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.unit.MonoTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a schedule is busy with. */
sealed interface Activity {
    /** Nothing. */
    record Idle() implements Activity {}

    /** Other hosts are asked whether it is theirs. */
    record Claiming(Run run) implements Activity {}

    /** Its group has no place. */
    record Waiting(Run run) implements Activity {}

    /**
     * An attempt failed, and the next one comes.
     *
     * @param at as {@code until}, for the next daemon, which has no other clock in common with this one
     */
    record Resting(Run run, MonoTime until, Instant at) implements Activity {}

    /**
     * An attempt, until nothing of it is left.
     *
     * @param spec with which it was begun, whatever is configured since
     * @param next its timeout, or when its grace is over
     * @param ending null: nobody has asked it to end; else what that makes of it
     * @param limit that it has passed, which is kept by watching
     * @param over null: its leader runs
     */
    record Running(
            Run run,
            ScheduleSpec spec,
            InstanceId instance,
            Instant started,
            MonoTime next,
            @Nullable Ending ending,
            boolean killed,
            @Nullable Kill limit,
            @Nullable Over over)
            implements Activity {
        Running asked(Ending why, MonoTime grace) {
            return new Running(run, spec, instance, started, grace, why, killed, limit, over);
        }

        Running overran(Kill passed) {
            return new Running(run, spec, instance, started, next, ending, killed, passed, over);
        }

        Running beingKilled() {
            return new Running(run, spec, instance, started, MonoTime.NEVER, ending, true, limit, over);
        }

        Running ended(Over end) {
            return new Running(run, spec, instance, started, MonoTime.NEVER, ending, killed, limit, end);
        }
    }

    /** The leader ended; {@code ended} is when. */
    record Over(Instant ended, Outcome outcome, @Nullable Usage usage) {}

    /** Why it is asked to end. */
    enum Ending {
        TIMEOUT,
        /** It passed a limit. */
        LIMIT,
        REPLACED,
        SHUT_DOWN,
        UNCONFIGURED
    }
}
