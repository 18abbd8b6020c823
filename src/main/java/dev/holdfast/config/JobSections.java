package dev.holdfast.config;

import dev.holdfast.unit.Percent;
import dev.holdfast.unit.Threshold;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What runs and ends: schedules and queues as they are written. */
final class JobSections {
    private JobSections() {}

    @Doc("a schedule")
    record Schedule(
            @Doc("five fields: minute hour day month weekday; six with the second first; or @hourly, @daily, @weekly,"
                    + " @monthly, @yearly, @reboot; either this or every")
            @Nullable
            String cron,

            @Doc("whole seconds from one due time to the next, counted from 1970-01-01 UTC") @Nullable
            Duration every,

            @Doc("whose clocks cron means, such as Europe/Berlin; none: the host's") @Nullable
            String timezone,

            @Doc("the program and its arguments; one text only with shell: true") @Required
            ProcessSection.Command command,

            @Doc("run the command, a text, by sh -c") boolean shell,

            @Doc("after which an attempt is stopped") @Nullable
            Duration timeout,

            @Doc("directory it starts in") @Nullable String workingDir,
            @Doc("whom it runs as") @Nullable String user,
            @Doc("its group") @Nullable String group,

            @Doc("mode bits its files do not get") @Default("022")
            Octal umask,

            @Doc("variables, or clean, pass and set") ProcessSection.@Nullable Environment env,
            @Doc("files of NAME=VALUE lines") List<String> envFile,
            @Doc("-20 (most favoured) to 19") @Nullable Integer nice,
            @Doc("I/O scheduling") ProcessSection.@Nullable Io io,

            @Doc("resource limits of setrlimit(2), such as nofile")
            Map<String, ProcessSection.Rlimit> rlimits,

            @Doc("processors it may use") List<Integer> cpuAffinity,

            @Doc("-1000 (never) to 1000 (first) when memory runs out") @Nullable
            Integer oomScoreAdj,

            @Doc("each run begins later than due by less than this: always by the same, which host and name decide")
            @Default("0")
            Duration jitter,

            @Doc("when the last run is not over; not given: skip") @Nullable
            Overlap overlap,

            @Doc("what becomes of due times that were missed; not given: none") @Nullable
            CatchUp catchUp,

            @Doc("what follows a failed attempt") @Nullable Retries retry,

            @Doc("failed runs in a row after which it is paused") @Nullable
            Integer maxFailures,

            @Doc("who is told of a success") @Nullable Notice onSuccess,

            @Doc("who is told of a failure, after the last attempt") @Nullable
            Notice onFailure,

            @Doc("a group whose members run one at a time, or so many") @Nullable
            Concurrency concurrency,

            @Doc("of all hosts with one store exactly one runs each due time")
            boolean oneServer,

            @Doc("URL that gets a GET: with /start, plain at success, with /fail") @Nullable
            URI heartbeat,

            @Doc("how it is asked to end") ProcessSection.@Nullable Stop stop,
            @Doc("where its output goes") ProcessSection.@Nullable Logging logging,
            @Doc("what it cannot reach") ProcessSection.@Nullable Sandbox sandbox,
            @Doc("limits and reservations") ProcessSection.@Nullable Resources resources,
            @Doc("false: never due") @Default("true") boolean enabled)
            implements Program {}

    @Doc("what a due run does while the last one is not over")
    record Overlap(
            @Doc("skip: it is left out; queue: it waits; replace: the last one is stopped") @Required
            ScheduleSpec.Overlap policy,

            @Doc("of queue: how many wait at most; 1 when not given") @Nullable
            Integer depth) {
        @Form
        static Overlap ofPolicy(ScheduleSpec.Overlap policy) {
            return new Overlap(policy, null);
        }
    }

    @Doc("what becomes of missed due times")
    record CatchUp(
            @Doc("none; last: the latest is run; all") @Required
            ScheduleSpec.CatchUp policy,

            @Doc("of all: the latest so many; 10 when not given") @Nullable
            Integer atMost) {
        @Form
        static CatchUp ofPolicy(ScheduleSpec.CatchUp policy) {
            return new CatchUp(policy, null);
        }
    }

    @Doc("retries of a schedule")
    record Retries(
            @Doc("the first one included") @Default("1") int maxAttempts,

            @Doc("pause between attempts; not given: 10s, doubled up to 5m") @Nullable
            Backoff backoff) {}

    @Doc("a group of schedules")
    record Concurrency(
            @Doc("its name") @Required String group,

            @Doc("runs of all its members at once") @Default("1")
            int limit) {
        @Form
        static Concurrency ofGroup(String group) {
            return new Concurrency(group, 1);
        }
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
            @Doc("URL that gets a POST") @Nullable URI webhook,
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
