package dev.holdfast.config;

import dev.holdfast.unit.Rate;
import dev.holdfast.unit.Signal;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What guards any process of the host, as it is written. */
final class GuardSections {
    private GuardSections() {}

    @Doc("a guard")
    record Guard(
            @Doc("from one look to the next") @Default("5s") Duration interval,

            @Doc("decide and say everything, do nothing: no signal, no restart, no command")
            boolean dryRun,

            @Doc("names of programs that are left alone beside the usual ones (docs/guard.md): of the executable file,"
                    + " or, where that cannot be read, of the process; * at the end matches the rest")
            List<String> protect,

            @Doc("rules by name") Map<String, Rule> rules,

            @Doc("processes that ended and nobody waited for") @Nullable
            Zombies zombies,

            @Doc("processes whose parent has gone") @Nullable
            Orphans orphans) {}

    @Doc("a rule")
    record Rule(
            @Doc("which processes") @Required Match match,
            @Doc("of one process: one is enough") List<Condition> any,
            @Doc("of one process: every one is needed") List<Condition> all,

            @Doc("of all that match together: one is enough")
            List<Condition> total,

            @Doc("what is done") @Required RuleAction action,
            @Doc("sent by kill") @Default("TERM") Signal signal,

            @Doc("of kill: from the signal to SIGKILL") @Default("10s")
            Duration grace,

            @Doc("of kill: with all that descends from it") @Default("true")
            boolean tree,

            @Doc("of total: which one of them; not given: the largest, and for count the youngest") @Nullable
            Choice choose,

            @Doc("of restart and stop: these processes; not given: the one that it belongs to")
            List<String> processes,

            @Doc("of exec: program that is run, with HOLDFAST_GUARD_RULE, _PID, _NAME and _WHY in its environment")
            ProcessSection.@Nullable Command command,

            @Doc("of exec: after which the command is killed") @Default("1m")
            Duration timeout,

            @Doc("of nice: the value, -20 to 19") @Default("19")
            int nice,

            @Doc("what is done to processes, no oftener; what goes beyond is said and waits") @Nullable
            Rate atMost,

            @Doc("names of protected programs that this rule may touch all the same")
            List<String> overrideProtect,

            @Doc("decide and say, do nothing") boolean dryRun,
            @Doc("channels that are told") List<String> alert) {}

    @Doc("a match")
    record Match(
            @Doc("regular expression over the command line") @Nullable
            String command,

            @Doc("regular expression of command lines that are left alone") @Nullable
            String exclude,

            @Doc("regular expression over the path of the executable file") @Nullable
            String exe,

            @Doc("of this container, by its name or the first 12 or more digits of its id") @Nullable
            String container,

            @Doc("of this user, by name or number") @Nullable
            String user,

            @Doc("regular expression over the path of the control group") @Nullable
            String cgroup,

            @Doc("true: only our own; false: only others") @Nullable
            Boolean managed) {}

    @Doc("a condition")
    record Condition(
            @Doc(
                    "of one core, the mean over the window, without one over the last interval: > 80%; == 0% is not one tick")
            @Nullable
            Threshold cpu,

            @Doc("its part of resident memory (PSS): > 500Mi") @Nullable
            Threshold memory,

            @Doc("since it started: > 30m") @Nullable Threshold runtime,
            @Doc("threads of it: > 500") @Nullable Threshold threads,
            @Doc("open descriptors: > 1000") @Nullable Threshold descriptors,

            @Doc("bytes a second from and to disks, from look to look: > 50Mi") @Nullable
            Threshold io,

            @Doc("only in total: processes that match: > 20") @Nullable
            Threshold count,

            @Doc("only in total: the host's memory pressure (PSI): some > 150ms / 1s") @Nullable
            Threshold pressure,

            @Doc("only in total: memory that the host has left: < 5%, < 200Mi") @Nullable
            Threshold available,

            @Doc("at every look of this time") @KeyName("for") @Nullable
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

    /** Which of many is ended. */
    enum Choice {
        LARGEST,
        OLDEST,
        YOUNGEST
    }

    @Doc("zombies")
    record Zombies(
            @Doc("from one look to the next") @Default("1m") Duration every,

            @Doc("that have been one for longer") @Default("1m")
            Duration olderThan,

            @Doc(
                    "what is done, once SIGCHLD to the parent did not help; kill-parent-if-ours: when it belongs to a process"
                            + " of this file")
            @Required
            ZombieAction action,

            @Doc("sent to the parent") @Default("TERM") Signal signal,

            @Doc("from the signal to SIGKILL") @Default("10s")
            Duration grace,

            @Doc("parents killed, no oftener") @Nullable Rate atMost,

            @Doc("names of protected programs that may be killed all the same")
            List<String> overrideProtect,

            @Doc("channels that are told") List<String> alert) {}

    /** What is done about a zombie's parent. */
    enum ZombieAction {
        LOG,
        ALERT,
        KILL_PARENT_IF_OURS,
        KILL_PARENT
    }

    @Doc("orphans: processes that fell to init or to us, and whose session has no leader any more")
    record Orphans(
            @Doc("which processes; needed by kill") @Nullable
            Match match,

            @Doc("that have been one for longer; of one that was so before the daemon started its own age counts")
            @Default("1h")
            Duration olderThan,

            @Doc("what is done: log, alert or kill") @Required
            RuleAction action,

            @Doc("from one look to the next") @Default("1m") Duration every,
            @Doc("sent by kill") @Default("TERM") Signal signal,

            @Doc("of kill: from the signal to SIGKILL") @Default("10s")
            Duration grace,

            @Doc("killed, no oftener") @Nullable Rate atMost,

            @Doc("names of protected programs that may be killed all the same")
            List<String> overrideProtect,

            @Doc("channels that are told") List<String> alert) {}
}
