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
            @Default("5s") Duration interval,
            Map<String, Rule> rules,
            @Nullable Zombies zombies,
            @Nullable Orphans orphans) {}

    @Doc("a rule")
    record Rule(
            @Required Match match,
            @Doc("one is enough") List<Condition> any,
            @Doc("every one is needed") List<Condition> all,
            @Doc("of all that match together") List<Condition> total,
            @Required RuleAction action,
            @Default("TERM") Signal signal,
            @Default("10s") Duration grace,
            List<String> alert) {}

    @Doc("a match")
    record Match(
            @Doc("regular expression over the command line") @Nullable
            String command,

            @Nullable String exclude,
            @Nullable String container,
            @Nullable String user,
            @Nullable Boolean managed) {}

    @Doc("a condition")
    record Condition(
            @Nullable Threshold cpu,
            @Nullable Threshold memory,
            @Nullable Threshold runtime,
            @Nullable Threshold count,
            @KeyName("for") @Nullable Duration window,
            @Nullable String name) {}

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
    record Zombies(@Nullable Duration every, @Required ZombieAction action, List<String> alert) {}

    /** What is done about a zombie's parent. */
    enum ZombieAction {
        LOG,
        ALERT,
        KILL_PARENT_IF_OURS
    }

    @Doc("orphans")
    record Orphans(
            @Nullable Match match,
            @Nullable Duration olderThan,
            @Required RuleAction action,
            @Nullable Duration every,
            List<String> alert) {}

    @Doc("a host")
    record Host(
            @Nullable Duration interval,
            @Nullable Levels memory,
            @Nullable Levels cpu,
            @Nullable Levels swap,
            Map<String, Levels> disk,
            @Nullable Pressure pressure,
            List<String> alert,
            List<Document.Recover> recover) {}

    @Doc("levels")
    record Levels(
            @Nullable Threshold warning,
            @Nullable Threshold critical,
            @KeyName("for") @Nullable Duration window) {}

    @Doc("pressure")
    record Pressure(
            @Nullable Threshold memory,
            @Nullable Threshold cpu,
            @Nullable Threshold io) {}

    @Doc("a probe")
    record Probe(
            ProcessSection.@Nullable Http http,
            ProcessSection.@Nullable Tcp tcp,
            ProcessSection.@Nullable Exec exec,
            @Nullable Redis redis,
            @Default("30s") Duration every,
            @Nullable Threshold warning,
            @Nullable Threshold critical,
            List<Document.Recover> recover,
            List<String> alert) {}

    @Doc("a Redis question")
    record Redis(
            @Doc("host:port") @Required String address,
            @Doc("a list's key") @Nullable String lengthOf) {}

    @Doc("a cleanup")
    record Cleanup(
            @Required String path,
            @Nullable FileMatch match,
            @Nullable Duration every,
            @Default("0") int retry) {}

    @Doc("what files")
    record FileMatch(@Nullable FileType type, @Nullable Duration olderThan) {}

    /** What kind of file. */
    enum FileType {
        FILE,
        DIRECTORY
    }
}
