package dev.holdfast.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Whether, and where, this daemon may make groups of its own. */
public sealed interface CgroupHome {
    /** What limits need, in the order in which it is asked for. */
    List<String> CONTROLLERS = List.of("cpu", "memory", "pids", "io");
    /** The daemon's own group, since a group that hands controllers down holds no process. No process is called so. */
    String LEAF = "_daemon";
    /** Where commands of {@code run} have their groups. No process is called so. */
    String RUNS = "_run";

    /**
     * Groups can be made below {@code base}.
     *
     * @param lacking controllers that are not handed down there, and why
     */
    record Ready(Cgroup base, Map<String, String> lacking) implements CgroupHome {
        /**
         * The group of the daemon itself, or of who keeps a group that was handed over; it has the files every group
         * below {@code base} has.
         */
        public Cgroup leaf() {
            return base.child(LEAF);
        }

        /** Where commands of {@code run} have their groups. */
        public Cgroup runs() {
            return base.child(RUNS);
        }

        /** Some group below {@code base}, which has the files they all have. */
        public Cgroup sample() {
            return leaf().exists() ? leaf() : runs();
        }

        /**
         * Takes this process back to where it came from and leaves no empty groups behind; while others run in them, or
         * where the kernel refuses (a group that hands controllers down holds no process), all stays for the next daemon.
         */
        public void leave(int pid) {
            Path own = base.dir().getParent();
            try {
                if (own == null || base.children().stream().anyMatch(g -> !g.equals(leaf()))) {
                    return;
                }
                if (leaf().pids().contains(pid)) {
                    new Cgroup(own).enter(pid);
                }
                base.remove();
            } catch (Errno stays) {
                // Empty groups cost next to nothing.
            }
        }
    }

    /**
     * There is no such place.
     *
     * @param why a clause for people
     */
    record None(String why) implements CgroupHome {}

    /**
     * Finds the subtree this process may use, makes {@code name} in it, moves this process, and no other, into a leaf of
     * that, and hands controllers down. Never throws: what cannot be had is said.
     *
     * @param proc such as /proc
     * @param pid our own
     * @param name of the group that holds all others, such as {@code holdfast}
     */
    static CgroupHome open(Path proc, int pid, String name) {
        return switch (seek(proc)) {
            case Ready found -> {
                Cgroup own = aboveLeaf(found.base(), name);
                try {
                    yield within(proc, own, List.of(pid), name);
                } catch (Errno e) {
                    yield unknown(e);
                }
            }
            case None none -> none;
        };
    }

    /**
     * The same in a group that was handed over to this user. This process stays where it is; who is in the group itself
     * (one must be, or systemd removes it) is moved into the leaf in our place.
     *
     * @param group as the kernel names it in /proc/PID/cgroup, such as {@code /system.slice/some.service}
     */
    static CgroupHome openHandedOver(Path proc, String group, String name) {
        return switch (handedOver(proc, group)) {
            case Ready found -> {
                try {
                    yield within(proc, found.base(), found.base().members(), name);
                } catch (Errno e) {
                    yield unknown(e);
                }
            }
            case None none -> none;
        };
    }

    private static None unknown(IOException why) {
        return new None("it cannot be found out: " + why.getMessage());
    }

    /**
     * For a process that ends soon and moves nobody, itself neither: the nearest group at or above its own in which such
     * a place can be made. What it leaves behind on the way up is told by {@link CgroupAscent#passed}, since their limits
     * would hold no more.
     *
     * @param controllers that are needed
     */
    static CgroupAscent near(Path proc, int pid, String name, List<String> controllers) {
        return switch (seek(proc)) {
            case Ready found -> {
                try {
                    yield CgroupAscent.from(proc, found.base(), pid, name, controllers);
                } catch (Errno e) {
                    yield new CgroupAscent(unknown(e), List.of());
                }
            }
            case None none -> new CgroupAscent(none, List.of());
        };
    }

    /**
     * What {@link #open} would find; nothing is made and nobody moved.
     *
     * @return Ready: with our own group, in which groups may be made, and what it does not offer
     */
    static CgroupHome look(Path proc) {
        return writable(seek(proc));
    }

    /** What {@link #openHandedOver} would find, likewise. */
    static CgroupHome lookHandedOver(Path proc, String group) {
        return writable(handedOver(proc, group));
    }

    private static CgroupHome writable(CgroupHome sought) {
        return switch (sought) {
            case Ready found
            when !Files.isWritable(found.base().dir().resolve("cgroup.procs")) ->
                new None("no group may be made in " + found.base() + " by this user");
            case Ready found -> found;
            case None none -> none;
        };
    }

    /**
     * The memory that the group this process is in may use; null when nothing limits it there.
     *
     * @throws Errno when that cannot be read
     */
    static @Nullable Long ownMemoryLimit(Path proc) throws Errno {
        if (!(seek(proc) instanceof Ready own)) {
            return null;
        }
        OptionalLong max = own.base().number("memory.max");
        return max.isPresent() ? (Long) max.getAsLong() : null;
    }

    /** Our own group. */
    private static CgroupHome seek(Path proc) {
        try {
            String group = CgroupMount.own(proc).orElse(null);
            List<CgroupMount> mounts = CgroupMount.all(proc);
            if (group == null || mounts.isEmpty()) {
                return new None("cgroup v2 is not mounted here");
            }
            String where = "";
            for (CgroupMount mount : mounts) {
                Optional<Cgroup> own = mount.find(group).map(Cgroup::new).filter(Cgroup::exists);
                if (own.isPresent() && absent(own.get()).size() < CONTROLLERS.size()) {
                    return new Ready(own.get(), absent(own.get()));
                }
                where = own.map(Cgroup::toString).orElse(where);
            }
            return new None(
                    where.isEmpty()
                            ? "our own cgroup " + group + " is not to be seen in this mount namespace"
                            : "no controller that limits need is handed down to " + where
                                    + " (cgroup v1 has them, or nothing was delegated)");
        } catch (IOException e) {
            return unknown(e);
        }
    }

    /** Whether systemd, or whoever it was, says so: to root every group looks as if it were its own to use. */
    private static CgroupHome handedOver(Path proc, String group) {
        if (!group.startsWith("/") || group.contains("/..")) {
            return new None("'" + group + "' names no cgroup: it wants the form /system.slice/some.service");
        }
        try {
            for (CgroupMount mount : CgroupMount.all(proc)) {
                Optional<Cgroup> there = mount.find(group).map(Cgroup::new).filter(g -> g.has("cgroup.procs"));
                if (there.isPresent()) {
                    return delegated(proc, there.get())
                            ? new Ready(there.get(), absent(there.get()))
                            : new None(there.get() + " was not handed over to this user: its unit needs Delegate=yes");
                }
            }
            return new None("there is no cgroup " + group + " of version 2: is its unit started?");
        } catch (IOException e) {
            return unknown(e);
        }
    }

    /** systemd marks what it delegates (trusted.* is for CAP_SYS_ADMIN only), and gives it to the user it is for. */
    private static boolean delegated(Path proc, Cgroup group) throws IOException {
        for (String mark : List.of("trusted.delegate", "user.delegate")) {
            if (Descriptors.attribute(group.dir(), mark).filter("1"::equals).isPresent()) {
                return true;
            }
        }
        int own = (Integer) Files.getAttribute(proc.resolve("self"), "unix:uid");
        return own != 0 && own == (Integer) Files.getAttribute(group.dir(), "unix:uid");
    }

    private static Map<String, String> absent(Cgroup own) throws Errno {
        var absent = new LinkedHashMap<String, String>();
        Set<String> offered = own.controllers();
        for (String controller : CONTROLLERS) {
            if (!offered.contains(controller)) {
                absent.put(controller, "the kernel does not offer it in " + own);
            }
        }
        return absent;
    }

    private static CgroupHome within(Path proc, Cgroup own, List<Integer> lodgers, String name) throws Errno {
        Cgroup base = own.child(name);
        try {
            base.make();
            base.child(LEAF).make();
            for (int pid : lodgers) {
                lodge(base.child(LEAF), pid);
            }
        } catch (Errno e) {
            base.child(LEAF).remove();
            base.remove();
            return new None("no group can be made in " + own + ": " + e.getMessage()
                    + "; as a service it needs Delegate=yes, in a container a writable /sys/fs/cgroup");
        }
        var lacking = new LinkedHashMap<String, String>(absent(own));
        for (String controller : CONTROLLERS) {
            if (lacking.containsKey(controller)) {
                continue;
            }
            try {
                own.enable(controller);
                base.enable(controller);
            } catch (Errno e) {
                lacking.put(
                        controller, "it cannot be handed down from " + own + ": " + e.getMessage() + others(proc, own));
            }
        }
        return new Ready(base, lacking);
    }

    private static void lodge(Cgroup leaf, int pid) throws Errno {
        try {
            leaf.enter(pid);
        } catch (Errno e) {
            if (e.number() != Errno.ESRCH) { // who has ended meanwhile is in nobody's way
                throw e;
            }
        }
    }

    /** Started by somebody in the leaf of an earlier daemon, we are in it already. */
    private static Cgroup aboveLeaf(Cgroup found, String name) {
        Path base = found.dir().getParent();
        if (base == null || !found.dir().endsWith(LEAF) || !base.endsWith(name)) {
            return found;
        }
        Path own = base.getParent();
        return own == null ? found : new Cgroup(own);
    }

    /** Who else is in our group; they are not ours to move. */
    private static String others(Path proc, Cgroup own) {
        var names = new TreeSet<String>();
        try {
            for (int pid : own.members()) {
                new Proc(proc).name(pid).ifPresent(names::add);
            }
        } catch (Errno unknown) {
            // Then the kernel's word alone must do.
        }
        return names.isEmpty() ? "" : " (others are in it: " + String.join(", ", names) + ")";
    }
}
