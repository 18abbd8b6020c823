package dev.holdfast.config;

import dev.holdfast.cron.Timing;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code schedules:}, with every default filled in.
 *
 * @param timing when it is due
 * @param jitter each run begins later than due by the same time of less than this, chosen by host and name
 * @param overlap what a due run does while the last one is not over
 * @param queueDepth of overlap queue: due runs that wait at most, 1 to 1000
 * @param catchUp what becomes of due times that were missed
 * @param catchUpAtMost of catch_up all: the latest so many, 1 to 1000
 * @param timeout of one attempt; null: none
 * @param stop how an attempt is asked to end
 * @param maxFailures failed runs in a row after which it is paused; null: never
 * @param group whose members share its places; null: none
 * @param oneServer of all hosts with one store exactly one runs each due time
 * @param heartbeat asked with GET: with /start at a run's start, plain at its success, with /fail at its failure
 * @param enabled false: never due
 */
public record ScheduleSpec(
        String name,
        Timing timing,
        LaunchSpec launch,
        ResourcesSpec resources,
        Duration jitter,
        Overlap overlap,
        @KeyName("overlap.depth") int queueDepth,
        CatchUp catchUp,
        @KeyName("catch_up.at_most") int catchUpAtMost,
        @Nullable Duration timeout,
        StopSpec stop,
        RetrySpec retry,
        @Nullable Integer maxFailures,
        @Nullable NoticeSpec onSuccess,
        @Nullable NoticeSpec onFailure,
        @KeyName("concurrency") @Nullable GroupSpec group,
        boolean oneServer,
        @Nullable URI heartbeat,
        boolean enabled,
        LogSpec log) {
    /** A run, as what launches programs and keeps their output sees it: one replica that is never started again. */
    public ProcessSpec asProcess() {
        return ProcessSpec.ofRun(name, launch, stop, timeout, enabled, log, resources);
    }

    /** What a due run does while the last one is not over. */
    public enum Overlap {
        /** It is left out. */
        SKIP,
        /** It waits, in order. */
        QUEUE,
        /** The last one is stopped, and it begins when that is gone. */
        REPLACE
    }

    /** What becomes of due times that were missed. */
    public enum CatchUp {
        NONE,
        LAST,
        ALL
    }

    /**
     * @param maxAttempts the first one included, 1 to 100
     * @param initial before the second attempt; doubled before each further one
     * @param max the longest pause
     * @param jitter spread of each pause, as a share of it, 0 to 1
     */
    public record RetrySpec(
            int maxAttempts,
            @KeyName("backoff.initial") Duration initial,
            @KeyName("backoff.max") Duration max,
            @KeyName("backoff.jitter") double jitter) {}

    /**
     * @param webhook gets a POST; null: nobody
     * @param command is run as the schedule's user; null: none
     */
    public record NoticeSpec(
            @Nullable URI webhook, @Nullable CommandSpec command) {}

    /** @param limit runs of all its members at once, 1 to 1000 */
    public record GroupSpec(@KeyName("group") String name, int limit) {}
}
