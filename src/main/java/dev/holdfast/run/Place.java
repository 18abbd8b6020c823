package dev.holdfast.run;

import dev.holdfast.confine.Limits;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.CgroupAscent;
import dev.holdfast.linux.CgroupHome;
import dev.holdfast.linux.Disks;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.GroupLimits;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.Proc;
import dev.holdfast.process.Groups;
import dev.holdfast.process.Launch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a command's limits are kept: its cgroup, where this caller may make one.
 *
 * @param group null where there is none
 * @param lacking limits that the kernel does not keep here, by option, and why
 */
record Place(Host host, @Nullable Groups groups, @Nullable Cgroup group, Map<String, String> lacking)
        implements AutoCloseable {
    /** Options, as {@link #lacking} has them. */
    static final String MEMORY = "--memory";

    static final String PIDS = "--pids";

    private static final String NAME = "holdfast";
    private static final int ATTEMPTS = 16;
    /** Those of whose limits a command that leaves a group takes along what it has none of its own for. */
    private static final List<String> TAKEN_ALONG =
            List.of("memory.max", "memory.high", "memory.swap.max", "pids.max", "cpu.max");

    /** Never fails: without a group all limits lack. */
    static Place find(Host host, Path proc, Path sys, Wanted w) {
        GroupLimits limits = Limits.of(w.resources());
        List<String> disks = Disks.numbers(sys);
        List<String> controllers = limits.settings(disks).stream()
                .filter(GroupLimits.Setting::wanted)
                .map(GroupLimits.Setting::controller)
                .distinct()
                .toList();
        CgroupAscent ascent = CgroupHome.near(proc, host.pid(), NAME, controllers);
        var groups = new Groups(ascent.home(), disks, _ -> {});
        Map<String, String> lacking = byOption(groups.lacking(limits));
        if (!(ascent.home() instanceof CgroupHome.Ready ready)) {
            return new Place(host, null, null, lacking);
        }
        removeStale(host, ready.runs());
        Cgroup group = null;
        try {
            group = make(host, groups, limits);
            takeAlong(ascent.passed(), group);
            return new Place(host, groups, group, lacking);
        } catch (Errno e) {
            if (group != null) {
                groups.remove(group);
            }
            var all = new LinkedHashMap<String, String>();
            w.resources().given().forEach(key -> all.put(option(key), String.valueOf(e.getMessage())));
            return new Place(host, null, null, all);
        }
    }

    private static Cgroup make(Host host, Groups groups, GroupLimits limits) throws Errno {
        InstanceId id = new InstanceId(own(host));
        for (int i = 1; ; i++) {
            try {
                Cgroup made = groups.make(id, new Launch.Group(CgroupHome.RUNS, limits));
                if (made == null) {
                    throw new Errno("no group", Errno.ENOENT);
                }
                return made;
            } catch (Errno e) {
                // Another command that has just ended took the empty group above away.
                if (i == ATTEMPTS || (e.number() != Errno.ENOENT && e.number() != Errno.ENODEV)) {
                    throw e;
                }
            }
        }
    }

    /** Who has it is in its name, so that others can tell when nobody has. */
    private static String own(Host host) throws Errno {
        return host.proc().stat(host.pid()).map(s -> name(s.ref())).orElseThrow();
    }

    private static String name(ProcessRef owner) {
        return owner.pid() + "-" + owner.startTicks();
    }

    /** Empty groups of commands whose {@code run} is gone; one that is not empty keeps its limits. */
    private static void removeStale(Host host, Cgroup runs) {
        List<Cgroup> all;
        try {
            all = runs.children();
        } catch (Errno unreadable) {
            return; // the next one looks again
        }
        for (Cgroup group : all) {
            String name = String.valueOf(group.dir().getFileName());
            int dash = name.indexOf('-');
            if (!name.matches("[1-9]\\d{0,9}-\\d{1,18}")) {
                continue;
            }
            try {
                Optional<Proc.Stat> owner = host.proc().stat(Integer.parseInt(name.substring(0, dash)));
                if (owner.filter(s -> name(s.ref()).equals(name)).isEmpty()) {
                    group.removeIfEmpty();
                }
            } catch (Errno unknown) {
                // It may be somebody's: it stays.
            }
        }
    }

    /** The groups left behind limit what is in them; so the command keeps the lower one, of its own and theirs. */
    private static void takeAlong(List<Cgroup> passed, Cgroup group) throws Errno {
        for (Cgroup left : passed) {
            for (String file : TAKEN_ALONG) {
                String theirs = left.read(file).orElse("max");
                String ours = group.read(file).orElse("");
                if (!theirs.startsWith("max") && !ours.isEmpty() && above(ours, theirs)) {
                    group.set(file, theirs);
                }
            }
        }
    }

    private static boolean above(String one, String other) {
        return one.startsWith("max") || share(one) > share(other);
    }

    /** A number; of {@code cpu.max}, which has two, the share of a processor. */
    private static double share(String value) {
        String[] words = value.split(" ", -1);
        return Double.parseDouble(words[0]) / (words.length > 1 ? Double.parseDouble(words[1]) : 1);
    }

    private static Map<String, String> byOption(Map<String, String> lacking) {
        var byOption = new LinkedHashMap<String, String>();
        lacking.forEach((key, why) -> byOption.put(option(key), why));
        return byOption;
    }

    private static String option(String key) {
        return switch (key) {
            case "limits.io" -> "--io-read-bytes and the like";
            case "limits.io.weight" -> "--io-weight";
            case "reservations.cpu" -> "--reserve-cpu";
            case "reservations.memory" -> "--reserve-memory";
            default -> "--" + key.substring(key.indexOf('.') + 1).replace('_', '-');
        };
    }

    /** Processes in the group, ours or not. */
    List<ProcessRef> members() throws Errno {
        var members = new ArrayList<ProcessRef>();
        for (int pid : group == null ? List.<Integer>of() : group.pids()) {
            host.proc()
                    .stat(pid)
                    .filter(s -> s.state() != 'Z')
                    .map(Proc.Stat::ref)
                    .ifPresent(members::add);
        }
        return members;
    }

    boolean populated() {
        return group != null && group.exists() && group.populated();
    }

    /** Kills all of the group at once, where there is one and the kernel can. */
    void kill() {
        if (group != null) {
            group.kill();
        }
    }

    /** Its directory; empty without one. */
    String dir() {
        return group == null ? "" : group.toString();
    }

    /** Takes the group away, and those above it that nobody has any more. */
    @Override
    public void close() {
        if (groups == null || group == null) {
            return;
        }
        groups.remove(group);
        if (groups.home() instanceof CgroupHome.Ready ready) {
            if (ready.leaf().exists()) {
                groups.leave(host.pid()); // refused while another daemon's processes are in it
            } else {
                ready.base().removeIfEmpty();
            }
        }
    }
}
