package dev.holdfast.config;

import dev.holdfast.unit.Percent;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What runs and ends: schedules and queues as they are written. */
final class JobSections {
    private JobSections() {}

    @Doc("a schedule")
    record Schedule(
            @Doc("five fields: minute hour day month weekday") @Required
            String cron,

            @Required ProcessSection.Command command,
            boolean shell,
            @Nullable Duration timeout,
            @Nullable String workingDir,
            @Nullable String user,
            @Nullable String group,
            @Default("022") Octal umask,
            ProcessSection.@Nullable Environment env,
            List<String> envFile,
            @Nullable Integer nice,
            ProcessSection.@Nullable Io io,

            @Doc("when the last run still runs") @Default("skip")
            Overlap overlap,

            ProcessSection.@Nullable Stop stop,
            ProcessSection.@Nullable Resources resources) {}

    /** What a due run does while the last one still runs. */
    enum Overlap {
        SKIP,
        QUEUE,
        REPLACE
    }

    @Doc("a queue")
    record Queue(
            @Required ProcessSection.Command command,
            Map<String, Field> payload,
            @Default("1") int concurrency,
            @Nullable Duration timeout,
            @Nullable Duration idleTimeout,
            ProcessSection.@Nullable Stop stop,
            ProcessSection.@Nullable Resources resources,
            ProcessSection.@Nullable Environment env,
            @Nullable String user,
            Document.@Nullable Workdir workdir,
            @Nullable Deliver deliver,
            @Nullable Retry retry,
            @Nullable Notice onSuccess,
            @Nullable Notice onFailure,
            @Nullable QueueAlert alert) {}

    @Doc("a payload field")
    record Field(@Required FieldType type, List<String> schemes, boolean required) {}

    /** What a payload field holds. */
    enum FieldType {
        URI,
        STRING,
        INTEGER,
        ENUM,
        PATH
    }

    @Doc("a delivery")
    record Deliver(@Required String files, @Required String to) {}

    @Doc("retries")
    record Retry(@Default("1") int maxAttempts, @Nullable Backoff backoff, List<RetryClass> when) {}

    @Doc("a backoff")
    record Backoff(
            @Required Duration initial,
            @Required Duration max,
            @Default("10%") Percent jitter) {}

    @Doc("a class of failures")
    record RetryClass(
            @KeyName("class") @Required FailureClass failure,
            @Nullable String stderr,
            @Nullable String signal) {}

    /** Why an attempt failed. */
    enum FailureClass {
        SPAWN,
        PROCESS,
        TIMEOUT,
        OOM,
        NETWORK
    }

    @Doc("a notice")
    record Notice(@Nullable String webhook, ProcessSection.@Nullable Command command) {}

    @Doc("alerts of a queue")
    record QueueAlert(@Nullable Threshold length, @Nullable FailureRate failureRate, List<String> channels) {}

    @Doc("a failure rate")
    record FailureRate(@Required Percent over, @Required Duration window) {}
}
