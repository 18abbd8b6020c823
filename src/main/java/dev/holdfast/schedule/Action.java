package dev.holdfast.schedule;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.unit.Signal;
import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What {@link Schedules} wants done, in order. */
public sealed interface Action {
    /** An attempt begins. It is written down before it is carried out. */
    record Launch(InstanceId instance, Run run, ScheduleSpec spec) implements Action {}

    /** on_success or on_failure, as the schedule's user. */
    record Hook(InstanceId instance, Run run, Result result, ScheduleSpec spec, CommandSpec command)
            implements Action {}

    /** A POST. */
    record Webhook(URI url, Run run, Result result, String detail) implements Action {}

    /** A GET. */
    record Ping(URI url) implements Action {}

    /** To the process group. */
    record SendSignal(InstanceId instance, Signal signal) implements Action {}

    /** Everything of the instance. */
    record Kill(InstanceId instance) implements Action {}

    /** Whether this host may run it; {@link Stimulus.Claimed} answers. */
    record Claim(Run run) implements Action {}

    /**
     * An attempt is over.
     *
     * @param last no other attempt follows
     * @param detail in words
     */
    record Ended(
            Run run,
            Result result,
            boolean last,
            String detail,
            Instant started,
            Instant ended,
            @Nullable Outcome outcome,
            @Nullable Usage usage)
            implements Action {}

    /**
     * A due time that is not run.
     *
     * @param times how many were left out for the same reason, itself, the latest, included
     */
    record LeftOut(Run run, Result result, String why, int times) implements Action {}

    /** Outlives the daemon. */
    record Remember(String schedule, Memory memory) implements Action {}

    /**
     * It is paused, or goes on.
     *
     * @param why null: it goes on
     */
    record Paused(String schedule, @Nullable String why) implements Action {}

    /** Nothing runs any more, nor will it. */
    record Drained() implements Action {}
}
