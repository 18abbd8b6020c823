package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.CgroupHome;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.GroupLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A group of the unified hierarchy for each instance, {@code BASE/NAME/INSTANCE}, where this host has such groups. The
 * loop's thread owns it; {@link #lacking} and {@link #home} are thread-safe.
 */
public final class Groups {
    private static final String OOM_GROUP = "memory.oom.group";

    private final CgroupHome home;
    private final List<String> disks;
    private final Consumer<String> warn;
    /** Could not be removed yet: something of them was still ending. */
    private final Set<Cgroup> leftovers = new LinkedHashSet<>();

    /**
     * @param disks numbers of those whose I/O is limited, such as {@code 8:0}
     * @param warn told, in words for people, what could not be done
     */
    public Groups(CgroupHome home, List<String> disks, Consumer<String> warn) {
        this.home = home;
        this.disks = List.copyOf(disks);
        this.warn = warn;
    }

    public CgroupHome home() {
        return home;
    }

    /** The daemon ends, and nothing runs any more: its groups are given back where that can be. */
    public void leave(int pid) {
        leftovers.removeIf(Groups::gone);
        if (home instanceof CgroupHome.Ready ready) {
            ready.leave(pid);
        }
    }

    /** Which of these limits the kernel does not keep here, by their keys in the configuration, and why. */
    public Map<String, String> lacking(GroupLimits limits) {
        var lacking = new LinkedHashMap<String, String>();
        for (GroupLimits.Setting s : limits.settings(disks)) {
            String why = s.wanted() ? lacking(s) : null;
            if (why != null) {
                lacking.put(s.key(), why);
            }
        }
        return lacking;
    }

    /** What the instance's group uses now; empty where there is none, or it cannot be read now. */
    public Optional<GroupUsage> usage(String name, InstanceId id) {
        if (!(home instanceof CgroupHome.Ready ready)) {
            return Optional.empty();
        }
        Cgroup group = ready.base().child(directory(name)).child(id.value());
        try {
            Long micros = group.counts("cpu.stat").get("usage_usec");
            return micros == null
                    ? Optional.empty()
                    : Optional.of(new GroupUsage(
                            Duration.ofNanos(micros * 1000),
                            boxed(group.number("memory.current")),
                            boxed(group.number("memory.peak")),
                            boxed(group.number("pids.current"))));
        } catch (Errno unknown) {
            return Optional.empty();
        }
    }

    /** What of its memory the kernel cannot take back at once; empty where that is not known. It costs more than the rest. */
    public OptionalLong workingSet(String name, InstanceId id) {
        if (!(home instanceof CgroupHome.Ready ready)) {
            return OptionalLong.empty();
        }
        try {
            return ready.base().child(directory(name)).child(id.value()).workingSetBytes();
        } catch (Errno unknown) {
            return OptionalLong.empty();
        }
    }

    /** What limits around all of them leave of memory; empty where there are none. */
    public Optional<Cgroup.MemoryRoom> memoryRoom() {
        try {
            return home instanceof CgroupHome.Ready ready ? ready.base().memoryRoom() : Optional.empty();
        } catch (Errno unknown) {
            return Optional.empty();
        }
    }

    /** Whether the instance has a group. */
    public boolean has(String name, InstanceId id) {
        return home instanceof CgroupHome.Ready ready
                && ready.base().child(directory(name)).child(id.value()).exists();
    }

    private static @Nullable Long boxed(OptionalLong number) {
        return number.isPresent() ? (Long) number.getAsLong() : null;
    }

    /** How many keys of the configuration these limits are. */
    public long keys(GroupLimits limits) {
        return limits.settings(disks).stream()
                .filter(GroupLimits.Setting::wanted)
                .map(GroupLimits.Setting::key)
                .distinct()
                .count();
    }

    private @Nullable String lacking(GroupLimits.Setting s) {
        return switch (home) {
            case CgroupHome.None(String why) -> why;
            case CgroupHome.Ready ready -> {
                String why = ready.lacking().get(s.controller());
                if (why != null) {
                    yield "controller " + s.controller() + ": " + why;
                }
                if (s.value().isEmpty()) {
                    yield "there is no disk";
                }
                yield ready.sample().has(s.file()) ? null : "this kernel has no " + s.file();
            }
        };
    }

    /**
     * Makes the group of an instance, with its limits set and nobody in it.
     *
     * @return null where there are no groups
     * @throws Errno when it cannot be made, or the kernel refuses a limit
     */
    public @Nullable Cgroup make(InstanceId id, Launch.Group wanted) throws Errno {
        if (!(home instanceof CgroupHome.Ready ready)) {
            return null;
        }
        Cgroup named = ready.base().child(directory(wanted.name()));
        Cgroup group = named.child(id.value());
        named.make();
        var missing = new ArrayList<String>(CgroupHome.CONTROLLERS);
        missing.removeAll(ready.lacking().keySet());
        missing.removeAll(named.enabled());
        named.enable(missing);
        group.make();
        try {
            if (!ready.lacking().containsKey("memory") && group.has(OOM_GROUP)) {
                group.set(OOM_GROUP, "1"); // half of a service is worse than none, which is restarted
            }
            for (GroupLimits.Setting s : wanted.limits().settings(disks)) {
                if (s.wanted() && lacking(s) == null) {
                    group.set(s.file(), s.value());
                }
            }
        } catch (Errno e) {
            remove(group);
            throw e;
        }
        return group;
    }

    /** Writes limits anew, those taken back included. @return what the kernel refused */
    List<String> change(Cgroup group, GroupLimits limits) {
        var refused = new ArrayList<String>();
        for (GroupLimits.Setting s : limits.settings(disks)) {
            boolean there = s.wanted() || group.has(s.file());
            if (there && lacking(s) == null) {
                try {
                    group.set(s.file(), s.value());
                } catch (Errno e) {
                    refused.add(String.valueOf(e.getMessage()));
                }
            }
        }
        return refused;
    }

    /** The group an earlier daemon put an instance into; empty when it had none, or it is gone. */
    static Optional<Cgroup> recorded(InstanceId id, @Nullable String dir) {
        return Optional.ofNullable(dir)
                .map(Path::of)
                .filter(d -> d.endsWith(id.value()))
                .map(Cgroup::new)
                .filter(g -> g.has("cgroup.procs"));
    }

    /** Removes an empty group, now or when it has become empty. */
    public void remove(Cgroup group) {
        leftovers.removeIf(Groups::gone);
        if (!gone(group)) {
            leftovers.add(group);
        }
    }

    private static boolean gone(Cgroup group) {
        boolean gone = group.remove();
        Path named = group.dir().getParent();
        if (gone && named != null) {
            new Cgroup(named).removeIfEmpty(); // stays while it has others
        }
        return gone;
    }

    /**
     * Removes the groups of instances that no daemon knows any more. Who runs in one is left alone, and told: a group
     * without a record is no proof.
     */
    void sweep(Set<InstanceId> known) {
        if (!(home instanceof CgroupHome.Ready ready)) {
            return;
        }
        try {
            sweep(ready, known);
        } catch (Errno e) {
            warn.accept("groups that an earlier daemon may have left are not looked for: " + e.getMessage());
        }
    }

    private void sweep(CgroupHome.Ready ready, Set<InstanceId> known) throws Errno {
        for (Cgroup named : ready.base().children()) {
            if (named.equals(ready.leaf()) || named.equals(ready.runs())) {
                continue;
            }
            for (Cgroup group : named.children()) {
                if (known.contains(new InstanceId(String.valueOf(group.dir().getFileName())))) {
                    continue;
                }
                if (group.populated()) {
                    warn.accept("processes " + group.pids() + " run in " + group
                            + ", and no record says what they are: they are left alone");
                } else {
                    remove(group);
                }
            }
            named.removeIfEmpty();
        }
    }

    /** A dot could make a name that of a file of the kernel's; no process's name begins with an underscore. */
    private static String directory(String name) {
        return name.contains(".") ? "_" + name : name;
    }
}
