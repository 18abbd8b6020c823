package dev.holdfast.daemon;

import dev.holdfast.config.LaunchSpec;
import dev.holdfast.process.Identity;
import dev.holdfast.unit.Resource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a daemon without CAP_SYS_RESOURCE (not root, or in a container) cannot give to what it starts, told before
 * anything is started: hard limits above its own (setrlimit(2)) and an oom_score_adj below its own
 * (proc_pid_oom_score_adj(5)).
 */
final class HostLimits {
    private static final Path OWN_LIMITS = Path.of("/proc/self/limits");
    private static final Path OWN_STATUS = Path.of("/proc/self/status");
    private static final int CAP_SYS_RESOURCE = 24; // linux/capability.h
    private static final Path OWN_SCORE = Path.of("/proc/self/oom_score_adj");
    /** As /proc/PID/limits names those that people set. */
    private static final Map<String, Resource> NAMES = Map.ofEntries(
            Map.entry("Max cpu time", Resource.CPU),
            Map.entry("Max file size", Resource.FSIZE),
            Map.entry("Max data size", Resource.DATA),
            Map.entry("Max stack size", Resource.STACK),
            Map.entry("Max core file size", Resource.CORE),
            Map.entry("Max resident set", Resource.RSS),
            Map.entry("Max processes", Resource.NPROC),
            Map.entry("Max open files", Resource.NOFILE),
            Map.entry("Max locked memory", Resource.MEMLOCK),
            Map.entry("Max address space", Resource.AS),
            Map.entry("Max file locks", Resource.LOCKS),
            Map.entry("Max pending signals", Resource.SIGPENDING),
            Map.entry("Max msgqueue size", Resource.MSGQUEUE),
            Map.entry("Max nice priority", Resource.NICE),
            Map.entry("Max realtime priority", Resource.RTPRIO),
            Map.entry("Max realtime timeout", Resource.RTTIME));

    /** Whom this daemon runs as (proc_pid_status(5)). */
    static Identity ownIdentity() {
        try {
            var ids = new HashMap<String, String[]>();
            for (String line : Files.readAllLines(OWN_STATUS)) {
                int colon = line.indexOf(':');
                ids.put(
                        line.substring(0, Math.max(0, colon)),
                        line.substring(colon + 1).strip().split("\\s+", -1));
            }
            String[] groups = ids.getOrDefault("Groups", new String[0]);
            return new Identity(
                    id(ids.get("Uid")),
                    id(ids.get("Gid")),
                    Arrays.stream(groups)
                            .filter(g -> !g.isEmpty())
                            .map(Integer::parseUnsignedInt)
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The effective one. */
    private static int id(String @Nullable [] columns) throws IOException {
        if (columns == null || columns.length < 2) {
            throw new IOException(OWN_STATUS + " is not understood");
        }
        return Integer.parseUnsignedInt(columns[1]);
    }

    private final Map<String, Long> hard = new HashMap<>();
    private int score = Integer.MIN_VALUE;

    HostLimits() {
        this(OWN_STATUS);
    }

    /** @param status as /proc/self/status */
    HostLimits(Path status) {
        if (mayRaise(status)) {
            return;
        }
        try {
            for (String line : Files.readAllLines(OWN_LIMITS)) {
                String[] columns = line.split(" {2,}", -1);
                Resource resource = NAMES.get(columns[0]);
                if (resource != null && columns.length > 2 && columns[2].matches("\\d{1,18}")) {
                    hard.put(resource.written(), Long.parseLong(columns[2]));
                }
            }
            score = Integer.parseInt(Files.readString(OWN_SCORE).strip());
        } catch (IOException noProc) {
            hard.clear(); // then each start says what the kernel says
        }
    }

    private static boolean mayRaise(Path status) {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("CapEff:")) {
                    return (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> CAP_SYS_RESOURCE & 1) == 1;
                }
            }
            return false;
        } catch (IOException noProc) {
            return true; // then each start says what the kernel says
        }
    }

    /** The daemon's own oom_score_adj; 0 where that cannot be read. */
    static int ownScore() {
        try {
            return Integer.parseInt(Files.readString(OWN_SCORE).strip());
        } catch (IOException noProc) {
            return 0;
        }
    }

    /** Why, by key. */
    Map<String, String> beyond(LaunchSpec l) {
        var beyond = new LinkedHashMap<String, String>();
        l.rlimits().forEach((name, limit) -> {
            Long own = hard.get(name);
            if (own != null && Long.compareUnsigned(limit.hard(), own) > 0) {
                String wanted = limit.hard() == -1 ? "unlimited" : Long.toUnsignedString(limit.hard());
                beyond.put(
                        "rlimits." + name,
                        "\"" + wanted + "\" is above the daemon's own hard limit of " + own
                                + "; only a daemon with CAP_SYS_RESOURCE (as root has it, often not in a container) can raise"
                                + " it");
            }
        });
        Integer wanted = l.oomScoreAdj();
        if (wanted != null && wanted < score) {
            beyond.put(
                    "oom_score_adj",
                    "\"" + wanted + "\" is below the daemon's own " + score
                            + "; only a daemon with CAP_SYS_RESOURCE (as root has it, often not in a container) can lower it");
        }
        return beyond;
    }
}
