package dev.holdfast.config;

import dev.holdfast.unit.Percent;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What runs and ends: schedules as they are written, and what queues share with them. */
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

    @Doc("retries")
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

    @Doc("a backoff")
    record Backoff(
            @Doc("the first pause; each is twice the one before") @Default("10s")
            Duration initial,

            @Doc("the longest pause; not given: 5m, or initial if that is longer") @Nullable
            Duration max,

            @Doc("spread of the pause") @Default("10%") Percent jitter) {}

    @Doc("a notice")
    record Notice(
            @Doc("URL that gets a POST") @Nullable URI webhook,
            @Doc("program that is run") ProcessSection.@Nullable Command command) {}
}
