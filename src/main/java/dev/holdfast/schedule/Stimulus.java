package dev.holdfast.schedule;

import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What {@link Schedules} is told. */
public sealed interface Stimulus {
    /**
     * All adoptions are told; from here on due times count.
     *
     * @param memories by schedule; one without is new
     * @param boot names this boot of the host
     */
    record Begin(Map<String, Memory> memories, String boot) implements Stimulus {}

    /**
     * An attempt of an earlier daemon.
     *
     * @param run null: a hook, or of a run that nobody recorded
     * @param alive false: it ended unseen; {@link Emptied} will follow
     * @param age since its start
     */
    record Adopt(
            String schedule, InstanceId instance, @Nullable Run run, boolean alive, Duration age) implements Stimulus {}

    /** {@link Schedules#nextDeadline} has come, or may have. */
    record Tick() implements Stimulus {}

    /** It could not be started, and nothing of it is there. */
    record LaunchFailed(InstanceId instance, String why) implements Stimulus {}

    /** Its leader ended. */
    record Exited(
            InstanceId instance, Outcome outcome, @Nullable Usage usage) implements Stimulus {}

    /**
     * It passed a limit that is kept by watching.
     *
     * @param atOnce no grace may be given
     */
    record Overran(InstanceId instance, Kill limit, boolean atOnce) implements Stimulus {}

    /** Nothing of it is left; the last that is told of it. */
    record Emptied(InstanceId instance) implements Stimulus {}

    /** The answer to {@link Action.Claim}. */
    record Claimed(String run, boolean won) implements Stimulus {}

    /** @param run its id */
    record RunNow(String schedule, String run) implements Stimulus {}

    /** Due times are skipped until {@link Resume}. */
    record Pause(String schedule, String why) implements Stimulus {}

    /** Goes on with the next due time; failures count anew. */
    record Resume(String schedule) implements Stimulus {}

    /** The configuration is now this. */
    record Reload(SortedMap<String, ScheduleSpec> specs) implements Stimulus {}

    /** Ends what runs, then {@link Action.Drained}. */
    record ShutDown() implements Stimulus {}
}
