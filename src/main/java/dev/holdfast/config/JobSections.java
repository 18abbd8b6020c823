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

            @Doc("the program and its arguments; one text only with shell: true") @Required
            ProcessSection.Command command,

            @Doc("run the command, a text, by sh -c") boolean shell,
            @Doc("after which it is stopped") @Nullable Duration timeout,
            @Doc("directory it starts in") @Nullable String workingDir,
            @Doc("whom it runs as") @Nullable String user,
            @Doc("its group") @Nullable String group,

            @Doc("mode bits its files do not get") @Default("022")
            Octal umask,

            @Doc("variables, or clean, pass and set") ProcessSection.@Nullable Environment env,
            @Doc("files of NAME=VALUE lines") List<String> envFile,
            @Doc("-20 (most favoured) to 19") @Nullable Integer nice,
            @Doc("I/O scheduling") ProcessSection.@Nullable Io io,

            @Doc("when the last run still runs") @Default("skip")
            Overlap overlap,

            @Doc("how it is asked to end") ProcessSection.@Nullable Stop stop,
            @Doc("limits and reservations") ProcessSection.@Nullable Resources resources) {}

    /** What a due run does while the last one still runs. */
    enum Overlap {
        SKIP,
        QUEUE,
        REPLACE
    }

    @Doc("a queue")
    record Queue(
            @Doc("the program and its arguments") @Required ProcessSection.Command command,
            @Doc("fields of a job, by name") Map<String, Field> payload,
            @Doc("jobs that run at once") @Default("1") int concurrency,
            @Doc("of one attempt") @Nullable Duration timeout,

            @Doc("without output for so long it is stopped") @Nullable
            Duration idleTimeout,

            @Doc("how it is asked to end") ProcessSection.@Nullable Stop stop,
            @Doc("limits and reservations of each attempt") ProcessSection.@Nullable Resources resources,
            @Doc("variables, or clean, pass and set") ProcessSection.@Nullable Environment env,
            @Doc("whom it runs as") @Nullable String user,
            @Doc("directory of each attempt") Document.@Nullable Workdir workdir,
            @Doc("where results go") @Nullable Deliver deliver,
            @Doc("what follows a failure") @Nullable Retry retry,
            @Doc("who is told of a success") @Nullable Notice onSuccess,

            @Doc("who is told of the last failure") @Nullable
            Notice onFailure,

            @Doc("when somebody is told") @Nullable QueueAlert alert) {}

    @Doc("a payload field")
    record Field(
            @Doc("what it holds") @Required FieldType type,
            @Doc("of a URI, allowed ones") List<String> schemes,
            @Doc("a job without it is refused") boolean required) {}

    /** What a payload field holds. */
    enum FieldType {
        URI,
        STRING,
        INTEGER,
        ENUM,
        PATH
    }

    @Doc("a delivery")
    record Deliver(
            @Doc("pattern in the work directory") @Required String files,
            @Doc("directory they are moved to") @Required String to) {}

    @Doc("retries")
    record Retry(
            @Doc("the first one included") @Default("1") int maxAttempts,
            @Doc("pause between attempts") @Nullable Backoff backoff,
            @Doc("which failures are tried again") List<RetryClass> when) {}

    @Doc("a backoff")
    record Backoff(
            @Doc("the first pause") @Required Duration initial,
            @Doc("the longest pause") @Required Duration max,
            @Doc("spread of the pause") @Default("10%") Percent jitter) {}

    @Doc("a class of failures")
    record RetryClass(
            @Doc("kind of failure") @KeyName("class") @Required
            FailureClass failure,

            @Doc("regular expression over its error output") @Nullable
            String stderr,

            @Doc("that ended it") @Nullable String signal) {}

    /** Why an attempt failed. */
    enum FailureClass {
        SPAWN,
        PROCESS,
        TIMEOUT,
        OOM,
        NETWORK
    }

    @Doc("a notice")
    record Notice(
            @Doc("URL that gets a POST") @Nullable String webhook,
            @Doc("program that is run") ProcessSection.@Nullable Command command) {}

    @Doc("alerts of a queue")
    record QueueAlert(
            @Doc("jobs that wait") @Nullable Threshold length,
            @Doc("share of failed jobs") @Nullable FailureRate failureRate,
            @Doc("that are told") List<String> channels) {}

    @Doc("a failure rate")
    record FailureRate(
            @Doc("this share") @Required Percent over,
            @Doc("within this time") @Required Duration window) {}
}
