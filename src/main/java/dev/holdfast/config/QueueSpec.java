package dev.holdfast.config;

import dev.holdfast.config.ScheduleSpec.NoticeSpec;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Rate;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code queues:}, with every default filled in.
 *
 * @param launch whose arguments are templates, see {@link #PLACES}
 * @param payload fields of a job by name
 * @param concurrency jobs that this host runs at once, 1 to 1000
 * @param key template; jobs for which it comes to the same run no more than {@code perKey} at once, on all hosts
 * @param perKey 1 to 1000
 * @param rate at which all hosts together begin jobs; null: no bound
 * @param ageing a step of priority is worth so much waiting
 * @param timeout of one attempt; null: none
 * @param idleTimeout without a byte of output; null: none
 * @param workdir null: none, jobs start in the launch's working directory
 * @param progress pattern (RE2) whose first group is a percentage; null: none
 * @param maxLength jobs that may wait; 0: no bound
 * @param pull workers take jobs over HTTP, no program is run; null: one is
 * @param enabled false: nothing is accepted, nothing runs
 */
public record QueueSpec(
        String name,
        LaunchSpec launch,
        SortedMap<String, FieldSpec> payload,
        int concurrency,
        @KeyName("concurrency.key") @Nullable String key,
        @KeyName("concurrency.per_key") int perKey,
        @Nullable Rate rate,
        Duration ageing,
        @Nullable Duration timeout,
        @Nullable Duration idleTimeout,
        StopSpec stop,
        ResourcesSpec resources,
        @Nullable WorkdirSpec workdir,
        @Nullable DeliverSpec deliver,
        RetrySpec retry,
        @Nullable String progress,
        @Nullable NoticeSpec onSuccess,
        @Nullable NoticeSpec onFailure,
        @Nullable AlertSpec alert,
        int maxLength,
        KeepSpec keep,
        @Nullable PullSpec pull,
        boolean enabled,
        LogSpec log) {
    /** What a template may name beside fields of the payload, in braces. */
    public static final Set<String> PLACES = Set.of("id", "queue", "attempt", "workdir");

    /** An attempt, as what launches programs and keeps their output sees it. */
    public ProcessSpec asProcess() {
        return ProcessSpec.ofRun(name, launch, stop, timeout, enabled, log, resources);
    }

    /** What a payload field holds. */
    public enum FieldType {
        URI,
        STRING,
        INTEGER,
        ENUM,
        PATH
    }

    /**
     * A payload field.
     *
     * @param otherwise what it is when a job does not say; null: nothing
     * @param schemes of a URI, lower case
     * @param allowPrivate of a URI: hosts that are addresses of private, loopback or link-local networks, or such names
     * @param allowCredentials of a URI: user:password@
     * @param pattern of a text: all of it matches (RE2); null: any
     * @param minLength in characters
     * @param maxLength in characters, of any type
     * @param values of an enum
     * @param root of a path: absolute, below which it lies
     */
    public record FieldSpec(
            FieldType type,
            boolean required,
            @KeyName("default") @Nullable String otherwise,
            List<String> schemes,
            boolean allowPrivate,
            boolean allowCredentials,
            @Nullable String pattern,
            int minLength,
            int maxLength,
            @Nullable Long min,
            @Nullable Long max,
            List<String> values,
            @Nullable String root) {}

    /**
     * Of each attempt.
     *
     * @param ephemeral removed when the attempt is over, whatever came of it
     * @param mode its permission bits
     * @param maxSize what lies in it at most; null: no bound
     * @param path absolute directory of all of them; null: in the state directory
     */
    public record WorkdirSpec(
            boolean ephemeral,
            int mode,
            @Nullable ByteSize maxSize,
            @Nullable String path) {}

    /**
     * What a success leaves.
     *
     * @param files pattern below the work directory, without it, such as {@code *}
     * @param to template of an absolute directory
     */
    public record DeliverSpec(String files, String to) {}

    /**
     * @param maxAttempts the first one included, 1 to 100
     * @param initial before the second attempt; doubled before each further one
     * @param jitter spread of each pause, as a share of it, 0 to 1
     * @param when which failures are tried again; the first that fits names the failure
     */
    public record RetrySpec(
            int maxAttempts,
            @KeyName("backoff.initial") Duration initial,
            @KeyName("backoff.max") Duration max,
            @KeyName("backoff.jitter") double jitter,
            List<When> when) {}

    /**
     * A kind of failure. With a pattern, signal or exit codes it is of programs that ended by themselves.
     *
     * @param failure see {@code job.Failure}, or a name of the user's
     * @param stderr pattern (RE2) found somewhere in its error output's end; null: whatever that is
     * @param signal {@code any}, or a signal's name; null: whatever ended it
     * @param exit codes; empty: any
     */
    public record When(
            @KeyName("class") String failure,
            @Nullable String stderr,
            @Nullable String signal,
            List<Integer> exit) {}

    /**
     * @param length of what waits
     * @param age of what has waited longest
     * @param failures share of failed jobs, above 0
     * @param window in which that is
     */
    public record AlertSpec(
            @Nullable Threshold length,
            @Nullable Threshold age,
            @Nullable Double failures,
            Duration window,
            List<String> channels) {}

    /** How long what is over is kept, and how many at most. */
    public record KeepSpec(Duration succeeded, Duration failed, int most) {
        /** When nothing is said. */
        public static final KeepSpec DEFAULT = new KeepSpec(Duration.ofDays(7), Duration.ofDays(30), 100_000);

        /** When the queue is not configured any more: somebody may come back to it, or keep it where we do not see. */
        public static final KeepSpec ABANDONED = new KeepSpec(Duration.ofDays(365), Duration.ofDays(365), 1_000_000);
    }

    /**
     * Of a worker that takes jobs over HTTP.
     *
     * @param lease without a heartbeat for so long its job is another's
     * @param maxJobs after which it is asked to end; null: never
     * @param maxRuntime after which it is asked to end, between jobs; null: never
     */
    public record PullSpec(
            Duration lease,
            @Nullable Integer maxJobs,
            @Nullable Duration maxRuntime) {}
}
