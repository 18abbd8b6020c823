package dev.holdfast.config;

import dev.holdfast.unit.Signal;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is watched: guard, host, probes and cleanup as they are written. */
final class GuardSections {
    private GuardSections() {}

    @Doc("a guard")
    record Guard(
            @Doc("from one look to the next") @Default("5s") Duration interval,
            @Doc("rules by name") Map<String, Rule> rules,
            @Doc("processes nobody waited for") @Nullable Zombies zombies,

            @Doc("processes whose parent has gone") @Nullable
            Orphans orphans) {}

    @Doc("a rule")
    record Rule(
            @Doc("which processes") @Required Match match,
            @Doc("one is enough") List<Condition> any,
            @Doc("every one is needed") List<Condition> all,
            @Doc("of all that match together") List<Condition> total,
            @Doc("what is done") @Required RuleAction action,
            @Doc("sent by kill") @Default("TERM") Signal signal,

            @Doc("from the signal to SIGKILL") @Default("10s")
            Duration grace,

            @Doc("channels that are told") List<String> alert) {}

    @Doc("a match")
    record Match(
            @Doc("regular expression over the command line") @Nullable
            String command,

            @Doc("regular expression of command lines that are left alone") @Nullable
            String exclude,

            @Doc("of this container") @Nullable String container,
            @Doc("of this user") @Nullable String user,

            @Doc("true: only our own; false: only others") @Nullable
            Boolean managed) {}

    @Doc("a condition")
    record Condition(
            @Doc("of one core") @Nullable Threshold cpu,
            @Doc("resident") @Nullable Threshold memory,
            @Doc("since it started") @Nullable Threshold runtime,
            @Doc("of processes that match") @Nullable Threshold count,

            @Doc("for as long as this") @KeyName("for") @Nullable
            Duration window,

            @Doc("of the condition, for alerts") @Nullable String name) {}

    /** What a rule does. */
    enum RuleAction {
        LOG,
        ALERT,
        KILL,
        RESTART,
        STOP,
        EXEC,
        NICE
    }

    @Doc("zombies")
    record Zombies(
            @Doc("from one look to the next") @Nullable Duration every,
            @Doc("what is done") @Required ZombieAction action,
            @Doc("channels that are told") List<String> alert) {}

    /** What is done about a zombie's parent. */
    enum ZombieAction {
        LOG,
        ALERT,
        KILL_PARENT_IF_OURS
    }

    @Doc("orphans")
    record Orphans(
            @Doc("which processes") @Nullable Match match,
            @Doc("since they were orphaned") @Nullable Duration olderThan,
            @Doc("what is done") @Required RuleAction action,
            @Doc("from one look to the next") @Nullable Duration every,
            @Doc("channels that are told") List<String> alert) {}

    @Doc("a host")
    record Host(
            @Doc("from one look to the next") @Nullable Duration interval,
            @Doc("used") @Nullable Levels memory,
            @Doc("used") @Nullable Levels cpu,
            @Doc("used") @Nullable Levels swap,
            @Doc("used, by mount point") Map<String, Levels> disk,

            @Doc("stall times of the kernel (PSI)") @Nullable
            Pressure pressure,

            @Doc("channels that are told") List<String> alert,
            @Doc("steps, first to last") List<Document.Recover> recover) {}

    @Doc("levels")
    record Levels(
            @Doc("from here on it is a warning") @Nullable Threshold warning,
            @Doc("from here on it is critical") @Nullable Threshold critical,

            @Doc("for as long as this") @KeyName("for") @Nullable
            Duration window) {}

    @Doc("pressure")
    record Pressure(
            @Doc("some stalled for memory") @Nullable Threshold memory,
            @Doc("some stalled for CPU") @Nullable Threshold cpu,
            @Doc("some stalled for I/O") @Nullable Threshold io) {}

    @Doc("a probe")
    record Probe(
            @Doc("a URL is asked") ProcessSection.@Nullable Http http,
            @Doc("a port is connected to") ProcessSection.@Nullable Tcp tcp,
            @Doc("a command is run") ProcessSection.@Nullable Exec exec,
            @Doc("a Redis is asked") @Nullable Redis redis,

            @Doc("from one look to the next") @Default("30s")
            Duration every,

            @Doc("from here on it is a warning") @Nullable Threshold warning,
            @Doc("from here on it is critical") @Nullable Threshold critical,
            @Doc("steps, first to last") List<Document.Recover> recover,
            @Doc("channels that are told") List<String> alert) {}

    @Doc("a Redis question")
    record Redis(
            @Doc("host:port") @Required String address,
            @Doc("a list's key") @Nullable String lengthOf) {}

    @Doc("a cleanup")
    record Cleanup(
            @Doc("directory or pattern") @Required String path,
            @Doc("which files") @Nullable FileMatch match,
            @Doc("from one cleaning to the next") @Nullable Duration every,

            @Doc("attempts more when it fails") @Default("0")
            int retry) {}

    @Doc("what files")
    record FileMatch(
            @Doc("files or directories") @Nullable FileType type,
            @Doc("since they were last written") @Nullable Duration olderThan) {}

    /** What kind of file. */
    enum FileType {
        FILE,
        DIRECTORY
    }
}
