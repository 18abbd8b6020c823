package dev.holdfast.daemon;

import dev.holdfast.api.Doctor;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ResourcesSpec;
import dev.holdfast.confine.Limits;
import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.CgroupHome;
import dev.holdfast.linux.OomLog;
import dev.holdfast.process.Bounds;
import dev.holdfast.process.GroupUsage;
import dev.holdfast.process.Groups;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Percent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who keeps the limits that are configured: the kernel, we by watching, or nobody. Thread-safe. */
final class Enforcement {
    /** What findings of limits that nobody keeps are about. */
    static final String LIMITS = "limits";

    /** Names the group, handed over to the daemon, in which it makes all others; its own where that is not set. */
    static final String HANDED_OVER = "HOLDFAST_CGROUP";

    static final String KERNEL = "kernel";
    static final String WATCH = "watch";
    static final String NOBODY = "nobody";

    private static final String MEMORY = "limits.memory";
    private static final String PIDS = "limits.pids";
    /** What can be watched where the kernel does not keep it. */
    private static final Set<String> WATCHABLE = Set.of(MEMORY, PIDS);

    private final Groups groups;
    private final Consumer<String> say;
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    /** Adopted from a daemon that had no groups: nothing is moved into one. */
    private final Set<InstanceId> ungrouped = ConcurrentHashMap.newKeySet();

    /**
     * What of one process is kept by whom.
     *
     * @param watched keys that we watch, and why the kernel does not keep them
     * @param unkept keys that nobody keeps, and why
     * @param kernel whether the kernel keeps any
     */
    private record Kept(Map<String, String> watched, Map<String, String> unkept, boolean kernel) {
        /** In a word or two: by whom. */
        String by() {
            var by = new ArrayList<String>();
            if (kernel) {
                by.add(KERNEL);
            }
            if (!watched.isEmpty()) {
                by.add(WATCH);
            }
            return by.isEmpty() ? NOBODY : String.join(", ", by);
        }

        /** What is weaker than the kernel's word; null when nothing is. */
        @Nullable
        String weaker() {
            var parts = new ArrayList<String>();
            if (!watched.isEmpty()) {
                parts.add("enforced by watching: " + sentence(watched));
            }
            if (!unkept.isEmpty()) {
                parts.add("not enforced here: " + sentence(unkept));
            }
            return parts.isEmpty() ? null : String.join("; ", parts);
        }
    }

    Enforcement(Groups groups, Consumer<String> say) {
        this.groups = groups;
        this.say = say;
    }

    /** Makes the place of all groups of this daemon. */
    static CgroupHome home(Map<String, String> environment, int pid, String name) {
        String group = environment.getOrDefault(HANDED_OVER, "");
        return group.isEmpty()
                ? CgroupHome.open(Daemon.PROC, pid, name)
                : named(CgroupHome.openHandedOver(Daemon.PROC, group, name));
    }

    /** Where that would be. */
    static CgroupHome sight(Map<String, String> environment) {
        String group = environment.getOrDefault(HANDED_OVER, "");
        return group.isEmpty() ? CgroupHome.look(Daemon.PROC) : named(CgroupHome.lookHandedOver(Daemon.PROC, group));
    }

    private static CgroupHome named(CgroupHome home) {
        return switch (home) {
            case CgroupHome.Ready ready -> ready;
            case CgroupHome.None(String why) -> new CgroupHome.None(HANDED_OVER + ": " + why);
        };
    }

    /** Warns once of each process whose limits the kernel does not keep. */
    void warn(Collection<ProcessSpec> specs) {
        for (ProcessSpec spec : specs) {
            String weaker = spec.enabled() ? kept(spec, null).weaker() : null;
            if (weaker != null && told.add(spec.name() + weaker)) {
                say.accept(spec.name() + ": " + weaker);
            }
        }
    }

    /** What its group uses now; empty where it has none. */
    Optional<GroupUsage> usage(String process, InstanceId instance) {
        return groups.usage(process, instance);
    }

    /** What of its group's memory the kernel cannot take back at once; empty where that is not known. */
    OptionalLong workingSet(String process, InstanceId instance) {
        return groups.workingSet(process, instance);
    }

    /** What limits around all of them leave of memory; empty where there are none. */
    Optional<Cgroup.MemoryRoom> memoryRoom() {
        return groups.memoryRoom();
    }

    /** Whether it has a group, though that may not be readable now. */
    boolean hasGroup(String process, InstanceId instance) {
        return groups.has(process, instance);
    }

    /** Whether what is started now gets a group. */
    boolean grouping() {
        return groups.home() instanceof CgroupHome.Ready;
    }

    void ungrouped(InstanceId id) {
        ungrouped.add(id);
    }

    void ended(InstanceId id) {
        ungrouped.remove(id);
    }

    /** {@link #KERNEL}, {@link #WATCH}, both, or {@link #NOBODY}; null when nothing is limited. */
    @Nullable
    String by(@Nullable ProcessSpec spec, @Nullable InstanceId instance) {
        return spec == null || spec.resources().given().isEmpty()
                ? null
                : kept(spec, instance).by();
    }

    /** Which of its limits nobody keeps, or only by watching, and why; null when the kernel keeps all. */
    @Nullable
    String weaker(@Nullable ProcessSpec spec, @Nullable InstanceId instance) {
        return spec == null ? null : kept(spec, instance).weaker();
    }

    /**
     * What of it is to be watched: what the kernel does not keep, and the marks of its memory.
     *
     * @param main false: what runs beside it, for which there are no marks
     */
    Bounds bounds(ProcessSpec spec, InstanceId instance, boolean main) {
        ResourcesSpec r = spec.resources();
        Map<String, String> watched = kept(spec, instance).watched();
        ByteSize memory = r.memory();
        return new Bounds(
                main ? share(memory, r.memoryWarn()) : null,
                main ? share(memory, r.memoryRecycle()) : null,
                memory != null && watched.containsKey(MEMORY) ? (Long) memory.bytes() : null,
                watched.containsKey(PIDS) ? r.pids() : null);
    }

    private static @Nullable Long share(@Nullable ByteSize whole, @Nullable Percent share) {
        return whole == null || share == null ? null : (Long) (long) (whole.bytes() * share.share());
    }

    /** What groups below that place promise. */
    static Doctor.Finding finding(CgroupHome home) {
        return switch (home) {
            case CgroupHome.Ready ready
            when ready.lacking().isEmpty() ->
                HostFindings.ok(
                        "cgroup v2",
                        "each instance is in a group below " + ready.base()
                                + ": a stop is whole, limits are enforced by: kernel");
            case CgroupHome.Ready ready ->
                HostFindings.weaker(
                        "cgroup v2",
                        "groups below " + ready.base() + " make a stop whole, but limits lack controllers: "
                                + sentence(ready.lacking()));
            case CgroupHome.None(String why) ->
                HostFindings.weaker(
                        "cgroup v2",
                        why + ": memory and pids are enforced by: watch; other limits are not enforced; a stop finds"
                                + " descendants by session, parent and environment, and would miss a program that"
                                + " leaves its session, is orphaned and wipes its environment");
        };
    }

    /** Whether kills for want of memory can be told from others where no group counts them. */
    static Doctor.Finding attribution() {
        try (OomLog _ = OomLog.open(OomLog.DEVICE, Daemon.PROC)) {
            return HostFindings.ok("OOM kills", "the kernel's log tells whom the OOM killer ended");
        } catch (IOException e) {
            return HostFindings.weaker(
                    "OOM kills",
                    "the OOM killer cannot be told from others who send SIGKILL, without cgroup v2 and the kernel's"
                            + " log: " + e.getMessage());
        }
    }

    /** Groups that count memory tell that themselves. */
    static boolean counting(CgroupHome home) {
        return home instanceof CgroupHome.Ready ready && !ready.lacking().containsKey("memory");
    }

    /** What this host lets us promise, and which limits nobody keeps, or only by watching. */
    List<Doctor.Finding> findings(Collection<ProcessSpec> specs) {
        var findings = new ArrayList<Doctor.Finding>();
        findings.add(finding(groups.home()));
        if (!counting(groups.home())) {
            findings.add(attribution());
        }
        for (ProcessSpec spec : specs) {
            String weaker = spec.enabled() ? kept(spec, null).weaker() : null;
            if (weaker != null) {
                findings.add(HostFindings.weaker(LIMITS, spec.name() + ": " + weaker));
            }
        }
        if (!ungrouped.isEmpty()) {
            findings.add(HostFindings.weaker(
                    LIMITS,
                    ungrouped.size() + " adopted programs were started without a cgroup; holdfast restart gives them"
                            + " one"));
        }
        return findings;
    }

    private Kept kept(ProcessSpec spec, @Nullable InstanceId instance) {
        Map<String, String> lacking = groups.lacking(Limits.of(spec.resources()));
        if (instance != null && ungrouped.contains(instance)) {
            lacking = new LinkedHashMap<>();
            for (String key : spec.resources().given()) {
                lacking.put(key, "it was started without a cgroup; a restart gives it one");
            }
        }
        var watched = new LinkedHashMap<String, String>();
        var unkept = new LinkedHashMap<String, String>();
        lacking.forEach((key, why) -> (WATCHABLE.contains(key) ? watched : unkept).put(key, why));
        long keys = groups.keys(Limits.of(spec.resources()));
        return new Kept(watched, unkept, lacking.size() < keys && instanceKept(instance));
    }

    private boolean instanceKept(@Nullable InstanceId instance) {
        return instance == null || !ungrouped.contains(instance);
    }

    /** Keys with the same reason stand together. */
    private static String sentence(Map<String, String> whys) {
        var byReason = new TreeMap<String, List<String>>();
        whys.forEach((key, why) ->
                byReason.computeIfAbsent(why, w -> new ArrayList<>()).add(key));
        return String.join(
                "; ",
                byReason.entrySet().stream()
                        .map(e -> String.join(", ", e.getValue()) + " (" + e.getKey() + ")")
                        .toList());
    }
}
