package dev.holdfast.config;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Percent;
import dev.holdfast.unit.Rate;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One entry of {@code queues:} as it is written. */
@Doc("a queue")
record QueueSection(
        @Doc(
                "the program and its arguments; {id}, {queue}, {attempt}, {workdir} and fields of the payload in braces are"
                        + " put in, each within one argument; not with pull")
        ProcessSection.@Nullable Command command,

        @Doc("fields of a job, by name") Map<String, Field> payload,

        @Doc("jobs that run at once on this host, 1 when not given; or limit, key and per_key") @Nullable
        Concurrency concurrency,

        @Doc("at which all hosts together begin jobs, such as 30 per 1m") @Nullable
        Rate rate,

        @Doc("of two jobs the one with one more of priority is first, unless the other has waited longer by this")
        @Default("1m")
        Duration ageing,

        @Doc("after which an attempt is stopped") @Nullable Duration timeout,

        @Doc("without a byte of output for so long it is stopped") @Nullable
        Duration idleTimeout,

        @Doc("how it is asked to end") ProcessSection.@Nullable Stop stop,

        @Doc("directory it starts in; the work directory, where it has one") @Nullable
        String workingDir,

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

        @Doc("what it cannot reach") ProcessSection.@Nullable Sandbox sandbox,
        @Doc("limits and reservations of each attempt") ProcessSection.@Nullable Resources resources,
        @Doc("directory of each attempt") @Nullable Workdir workdir,
        @Doc("where results go") @Nullable Deliver deliver,

        @Doc("what follows a failure; not given: nothing is tried again") @Nullable
        Retry retry,

        @Doc("regular expression (RE2) over its output, whose first group is a percentage") @Nullable
        String progress,

        @Doc("who is told of a success") JobSections.@Nullable Notice onSuccess,

        @Doc("who is told of a failure, after the last attempt")
        JobSections.@Nullable Notice onFailure,

        @Doc("when somebody is told of the queue") @Nullable Alert alert,

        @Doc("jobs that wait at most, more are refused; 0: no bound") @Default("1000000")
        int maxLength,

        @Doc("of jobs that are over") @Nullable Keep keep,

        @Doc("workers take the jobs over HTTP; in place of command") @Nullable
        Pull pull,

        @Doc("where its output goes") ProcessSection.@Nullable Logging logging,

        @Doc("false: nothing is accepted, nothing runs") @Default("true")
        boolean enabled)
        implements Program {

    /** What a job says reaches a program as whole arguments, never a shell. */
    @Override
    public boolean shell() {
        return false;
    }

    @Doc("how many at once")
    record Concurrency(
            @Doc("on this host") @Default("1") int limit,

            @Doc("such as \"{user}\": jobs for which this comes to the same are limited together") @Nullable
            String key,

            @Doc("of one key, on all hosts") @Default("1") int perKey) {
        @Form
        static Concurrency ofLimit(String limit) {
            if (!limit.matches("\\d{1,6}")) {
                throw new IllegalArgumentException("a whole number is expected");
            }
            return new Concurrency(Integer.parseInt(limit), null, 1);
        }
    }

    @Doc("a payload field")
    record Field(
            @Doc("what it holds") @Required QueueSpec.FieldType type,
            @Doc("a job without it is refused") boolean required,

            @Doc("what it is when a job does not say") @KeyName("default") @Nullable
            String otherwise,

            @Doc("of a uri, allowed ones; not given: http and https")
            List<String> schemes,

            @Doc("of a uri: also hosts of private, loopback and link-local networks")
            boolean allowPrivate,

            @Doc("of a uri: also with user:password@") boolean allowCredentials,

            @Doc("of a string: regular expression (RE2) that all of it matches") @Nullable
            String pattern,

            @Doc("of a string, in characters") @Default("0") int minLength,

            @Doc("in characters") @Default("2048") int maxLength,

            @Doc("of an integer") @Nullable Long min,
            @Doc("of an integer") @Nullable Long max,
            @Doc("of an enum") List<String> values,

            @Doc("of a path: absolute directory below which it lies") @Nullable
            String root) {}

    @Doc("a work directory")
    record Workdir(
            @Doc("deleted when the attempt is over, whatever came of it") @Default("true")
            boolean ephemeral,

            @Doc("its permissions") @Default("0700") Octal mode,
            @Doc("what lies in it at most") @Nullable ByteSize maxSize,

            @Doc("absolute directory of them all; not given: work in the state directory") @Nullable
            String path) {}

    @Doc("a delivery")
    record Deliver(
            @Doc("pattern in the work directory, such as \"{workdir}/*\"") @Required
            String files,

            @Doc("directory they are moved to; with {id}, so that each job has its own") @Required
            String to) {}

    @Doc("retries")
    record Retry(
            @Doc("the first one included") @Default("1") int maxAttempts,

            @Doc("pause between attempts; not given: 10s, doubled up to 5m")
            JobSections.@Nullable Backoff backoff,

            @Doc("which failures are tried again; not given: all but those of validation")
            List<When> when) {}

    @Doc("a kind of failure")
    record When(
            @Doc("spawn, process, timeout, oom, size, delivery, lost; network or any other name, with a pattern, exit"
                    + " codes or a signal that tell it")
            @KeyName("class")
            @Required
            String failure,

            @Doc("regular expression (RE2) over the end of its error output") @Nullable
            String stderr,

            @Doc("that ended it: a name, or any") @Nullable String signal,
            @Doc("codes it exited with") List<Integer> exit) {}

    @Doc("alerts of a queue")
    record Alert(
            @Doc("jobs that wait, such as > 200") @Nullable Threshold length,

            @Doc("of the job that has waited longest, such as > 10m") @Nullable
            Threshold age,

            @Doc("share of failed jobs") @Nullable FailureRate failureRate,
            @Doc("that are told") List<String> channels) {}

    @Doc("a failure rate")
    record FailureRate(
            @Doc("this share") @Required Percent over,
            @Doc("within this time") @Required Duration window) {}

    @Doc("what is kept of jobs that are over")
    record Keep(
            @Doc("of those that succeeded or were cancelled") @Default("7d")
            Duration succeeded,

            @Doc("of those that failed") @Default("30d") Duration failed,

            @Doc("of both, the latest so many") @Default("100000")
            int most) {}

    @Doc("workers over HTTP")
    record Pull(
            @Doc("without a heartbeat for so long its job is another's") @Default("1m")
            Duration lease,

            @Doc("after so many a worker is told to end") @Nullable
            Integer maxJobs,

            @Doc("after which a worker is told to end, between jobs") @Nullable
            Duration maxRuntime) {}
}
