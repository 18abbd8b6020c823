package dev.holdfast.config;

import dev.holdfast.unit.Rate;
import dev.holdfast.unit.Signal;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What is done about processes of the whole host, every default filled in.
 *
 * @param interval from one look to the next, 200 ms or more
 * @param dryRun everything is decided and said, nothing done
 * @param protect names beside those that are always protected
 * @param rules by name
 */
public record GuardSpec(
        Duration interval,
        boolean dryRun,
        List<String> protect,
        SortedMap<String, RuleSpec> rules,
        @Nullable ZombieSpec zombies,
        @Nullable OrphanSpec orphans) {

    /**
     * The same for one who looks by hand: nothing is done, or, if asked for, processes are ended and nothing else.
     *
     * @param most between two looks
     */
    public GuardSpec byHand(boolean kill, Duration most) {
        var altered = new java.util.TreeMap<String, RuleSpec>();
        rules.forEach((name, r) -> altered.put(
                name,
                new RuleSpec(
                        name,
                        r.match,
                        r.any,
                        r.all,
                        r.total,
                        r.deed,
                        r.choose,
                        r.atMost,
                        r.overrideProtect,
                        r.dryRun || !kill || !(r.deed instanceof Deed.Kill),
                        r.alert)));
        return new GuardSpec(
                interval.compareTo(most) < 0 ? interval : most, dryRun || !kill, protect, altered, null, null);
    }

    /** Without rules, for what has a command of its own. */
    public static GuardSpec only(
            boolean dryRun, List<String> protect, @Nullable ZombieSpec zombies, @Nullable OrphanSpec orphans) {
        return new GuardSpec(
                Duration.ofSeconds(1), dryRun, protect, java.util.Collections.emptySortedMap(), zombies, orphans);
    }

    /**
     * What a rule runs, as what launches programs sees it: with the daemon's environment and these variables.
     *
     * @param name of the rule
     */
    public static ProcessSpec program(String name, Deed.Exec exec, SortedMap<String, String> variables) {
        var launch = new LaunchSpec(
                exec.command(),
                null,
                null,
                null,
                0022,
                variables,
                false,
                List.of(),
                null,
                null,
                4,
                java.util.Collections.emptySortedMap(),
                List.of(),
                null,
                null);
        return ProcessSpec.ofRun(
                name,
                launch,
                new StopSpec(Signal.TERM, Duration.ofSeconds(5), null),
                exec.timeout(),
                true,
                LogSpec.DEFAULT,
                ResourcesSpec.of(null, null));
    }

    /** @param name at most 63 characters */
    public record RuleSpec(
            String name,
            MatchSpec match,
            List<ConditionSpec> any,
            List<ConditionSpec> all,
            List<ConditionSpec> total,
            Deed deed,
            @Nullable Choice choose,
            @Nullable Rate atMost,
            Set<String> overrideProtect,
            boolean dryRun,
            List<String> alert) {}

    /** Each that is not null is needed. Expressions are RE2's and may match anywhere. */
    public record MatchSpec(
            @Nullable String command,
            @Nullable String exclude,
            @Nullable String exe,
            @Nullable String container,
            @Nullable String user,
            @Nullable String cgroup,
            @Nullable Boolean managed) {}

    /**
     * @param name for people: as given, else the measure
     * @param threshold a {@link Threshold.Compare}; of {@link Measure#PRESSURE} a {@link Threshold.Pressure}
     * @param window for as long; zero: one look is enough
     */
    public record ConditionSpec(String name, Measure measure, Threshold threshold, Duration window) {
        /** As people write it: {@code cpu > 80% for 2m}. */
        @Override
        public String toString() {
            return measure.written() + " " + threshold
                    + (window.isZero() ? "" : " for " + dev.holdfast.unit.Durations.format(window));
        }
    }

    /** What is measured. */
    public enum Measure {
        CPU,
        MEMORY,
        RUNTIME,
        THREADS,
        DESCRIPTORS,
        IO,
        COUNT,
        PRESSURE,
        AVAILABLE;

        public String written() {
            return Scalars.written(this);
        }
    }

    /** Which of those that match is ended when all together are too much. */
    public enum Choice {
        LARGEST,
        OLDEST,
        YOUNGEST
    }

    /** What is done. */
    public sealed interface Deed {
        record Log() implements Deed {}

        record Alert() implements Deed {}

        /** @param tree with all that descends from it */
        record Kill(Signal signal, Duration grace, boolean tree) implements Deed {}

        /** @param processes empty: the one it belongs to */
        record Restart(List<String> processes) implements Deed {}

        /** @param processes empty: the one it belongs to */
        record Stop(List<String> processes) implements Deed {}

        record Exec(CommandSpec command, Duration timeout) implements Deed {}

        /** @param value -20 to 19 */
        record Nice(int value) implements Deed {}

        /** One word. */
        default String written() {
            return getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** What is done about what ended and nobody waited for. */
    public record ZombieSpec(
            Duration every,
            Duration olderThan,
            ZombieDeed deed,
            Deed.Kill kill,
            @Nullable Rate atMost,
            Set<String> overrideProtect,
            List<String> alert) {}

    /** What is done about a zombie's parent. */
    public enum ZombieDeed {
        LOG,
        ALERT,
        KILL_PARENT_IF_OURS,
        KILL_PARENT
    }

    /** @param match null: all, which only {@code log} and {@code alert} have */
    public record OrphanSpec(
            @Nullable MatchSpec match,
            Duration olderThan,
            Deed deed,
            Duration every,
            @Nullable Rate atMost,
            Set<String> overrideProtect,
            List<String> alert) {}
}
