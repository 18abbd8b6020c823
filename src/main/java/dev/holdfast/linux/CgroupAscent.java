package dev.holdfast.linux;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The place found for groups of a command beside its caller's.
 *
 * @param passed groups that the command leaves, from the inside out
 */
public record CgroupAscent(CgroupHome home, List<Cgroup> passed) {
    private static final String OWN_FILE = "cgroup.procs";
    private static final int MOST = 64;

    static CgroupAscent from(Path proc, Cgroup own, int pid, String name, List<String> controllers) throws Errno {
        var passed = new ArrayList<Cgroup>();
        String why = "";
        Cgroup at = own;
        for (int i = 0; i < MOST; i++) {
            if (!Files.isWritable(at.dir().resolve(OWN_FILE))) {
                return none(why.isEmpty() ? "no group may be made in " + at + " by this user" : why);
            }
            Map<String, String> lacking = handDown(at, controllers);
            if (lacking.isEmpty()) {
                return new CgroupAscent(within(at, name, controllers), List.copyOf(passed));
            }
            why = why.isEmpty() ? String.valueOf(lacking.values().iterator().next()) : why;
            if (i == 0 && at.pids().equals(List.of(pid))) {
                // Alone in it, as in a container: a leaf for ourselves frees it.
                return new CgroupAscent(CgroupHome.open(proc, pid, name), List.of());
            }
            Cgroup above = above(at);
            if (above == null || ofADaemon(at)) {
                return none(why);
            }
            passed.add(at);
            at = above;
        }
        return none(why);
    }

    private static CgroupAscent none(String why) {
        return new CgroupAscent(new CgroupHome.None(why), List.of());
    }

    private static Map<String, String> handDown(Cgroup at, List<String> controllers) throws Errno {
        var lacking = new LinkedHashMap<String, String>();
        Set<String> enabled = at.enabled();
        for (String controller : controllers) {
            if (enabled.contains(controller)) {
                continue;
            }
            try {
                at.enable(controller);
            } catch (Errno e) {
                lacking.put(controller, "controller " + controller + " cannot be handed down from " + at);
            }
        }
        return lacking;
    }

    /** Null where the hierarchy, as it is mounted here, ends. */
    private static @Nullable Cgroup above(Cgroup at) {
        Path parent = at.dir().getParent();
        return parent == null || !Files.exists(parent.resolve(OWN_FILE)) ? null : new Cgroup(parent);
    }

    /** Whether it is an instance's of a daemon: whoever leaves that would escape its limits and its stop. */
    private static boolean ofADaemon(Cgroup at) {
        for (Path dir = at.dir(); dir != null; dir = dir.getParent()) {
            if (Files.isDirectory(dir.resolve(CgroupHome.LEAF))) {
                return true;
            }
        }
        return false;
    }

    private static CgroupHome within(Cgroup at, String name, List<String> controllers) throws Errno {
        Cgroup base = at.child(name);
        Cgroup runs = base.child(CgroupHome.RUNS);
        try {
            for (int i = 0; ; i++) {
                try {
                    base.make();
                    base.enable(controllers);
                    runs.make();
                    break;
                } catch (Errno e) { // another command that ends takes empty groups away
                    if (i >= MOST || (e.number() != Errno.ENOENT && e.number() != Errno.ENODEV)) {
                        throw e;
                    }
                }
            }
        } catch (Errno e) {
            base.removeIfEmpty();
            return new CgroupHome.None("no group can be made in " + at + ": " + e.getMessage());
        }
        var lacking = new LinkedHashMap<String, String>();
        Set<String> enabled = base.enabled();
        for (String controller : CgroupHome.CONTROLLERS) {
            if (!enabled.contains(controller)) {
                lacking.put(controller, "it is not handed down from " + at);
            }
        }
        return new CgroupHome.Ready(base, lacking);
    }
}
