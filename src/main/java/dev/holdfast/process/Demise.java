package dev.holdfast.process;

import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What an instance used and who killed it, read from its group when its leader has ended. */
final class Demise {
    private Demise() {}

    /**
     * @param oom whether the kernel's log says that the leader was killed for want of memory; asked only where its group
     *     does not tell
     * @return null when nothing is known
     */
    static @Nullable Usage of(Instance i, Pidfd.Ended ended, BooleanSupplier oom) {
        Usage usage = counted(i, ended);
        return usage != null && usage.kill() == null && killed(ended) && oom.getAsBoolean()
                ? usage.killedBy(new Kill(Kill.By.HOST, 1, null))
                : usage;
    }

    private static boolean killed(Pidfd.Ended ended) {
        return ended.outcome() instanceof Outcome.Signalled(int signal, var _) && signal == Signal.KILL.number();
    }

    private static @Nullable Usage counted(Instance i, Pidfd.Ended ended) {
        boolean ours = i.killing && killed(ended);
        Kill byUs = i.overran != null || !ours ? i.overran : new Kill(Kill.By.HOLDFAST, 0, null);
        Cgroup group = i.group;
        Usage leader = ended.usage();
        if (group == null || !group.exists()) {
            return leader == null ? null : leader.killedBy(byUs);
        }
        try {
            return of(group, leader, byUs);
        } catch (Errno unknown) { // no descriptor was left, say
            return leader == null ? null : leader.killedBy(byUs);
        }
    }

    private static @Nullable Usage of(Cgroup group, @Nullable Usage leader, @Nullable Kill byUs) throws Errno {
        Kill oom = outOfMemory(group);
        Kill kill = oom != null ? oom : byUs;
        Long micros = group.counts("cpu.stat").get("usage_usec");
        OptionalLong peak = group.number("memory.peak");
        if (micros == null && leader == null) {
            return null;
        }
        return new Usage(
                micros != null ? Duration.ofNanos(micros * 1000) : leader == null ? Duration.ZERO : leader.cpu(),
                peak.isPresent() ? (Long) peak.getAsLong() : leader == null ? null : leader.maxRssBytes(),
                disks(group, "rbytes=", leader == null ? null : leader.readBytes()),
                disks(group, "wbytes=", leader == null ? null : leader.writtenBytes()),
                kill);
    }

    /** Summed over the disks of io.stat; what else is known where the kernel does not count for the group. */
    private static @Nullable Long disks(Cgroup group, String key, @Nullable Long otherwise) throws Errno {
        String stat = group.read("io.stat").orElse(null);
        if (stat == null) {
            return otherwise;
        }
        long sum = 0;
        for (String word : stat.split("\\s+", -1)) {
            if (word.startsWith(key) && word.substring(key.length()).matches("\\d{1,18}")) {
                sum += Long.parseLong(word.substring(key.length()));
            }
        }
        return sum;
    }

    /**
     * A limit that is hit counts as {@code oom} where it stands, and each victim as {@code oom_kill} where it lived;
     * memory.events has both for the group and all below it, memory.events.local for the group alone. A kill without
     * any {@code oom} down there came from above.
     */
    private static @Nullable Kill outOfMemory(Cgroup group) throws Errno {
        Map<String, Long> all = group.counts("memory.events");
        long kills = all.getOrDefault("oom_kill", 0L);
        if (kills == 0) {
            return null;
        }
        // Where all of a group is killed, its first victim is counted again with the others (mm/oom_kill.c).
        kills = Math.max(1, kills - all.getOrDefault("oom_group_kill", 0L));
        Map<String, Long> own = group.counts("memory.events.local");
        OptionalLong max = group.number("memory.max");
        Long limit = max.isPresent() ? (Long) max.getAsLong() : null;
        Kill.By by;
        if (own.getOrDefault("oom", 0L) > 0) {
            by = Kill.By.OWN_LIMIT;
        } else if (all.getOrDefault("oom", 0L) > 0) {
            by = Kill.By.INNER_LIMIT;
        } else {
            by = Kill.By.HOST;
        }
        return new Kill(by, kills, limit);
    }
}
