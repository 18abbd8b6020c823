package dev.holdfast.daemon;

import dev.holdfast.api.Doctor;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.confine.Limits;
import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.CgroupHome;
import dev.holdfast.process.Groups;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who keeps the limits that are configured, and which nobody does. Thread-safe. */
final class Enforcement {
    /** What findings of limits that nobody keeps are about. */
    static final String LIMITS = "limits";

    private static final String KERNEL = "kernel";

    private final Groups groups;
    private final Consumer<String> say;
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    /** Adopted from a daemon that had no groups: nothing is moved into one. */
    private final Set<InstanceId> ungrouped = ConcurrentHashMap.newKeySet();

    Enforcement(Groups groups, Consumer<String> say) {
        this.groups = groups;
        this.say = say;
    }

    /** Warns once of each process whose limits are not kept. */
    void warn(Collection<ProcessSpec> specs) {
        for (ProcessSpec spec : specs) {
            String weaker = spec.enabled() ? weaker(spec) : null;
            if (weaker != null && told.add(spec.name() + weaker)) {
                say.accept(spec.name() + ": " + weaker);
            }
        }
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

    /** {@code kernel}, or what is not enforced and why; null when nothing is limited. */
    @Nullable
    String by(@Nullable ProcessSpec spec, @Nullable InstanceId instance) {
        if (spec == null || spec.resources().given().isEmpty()) {
            return null;
        }
        if (instance != null && ungrouped.contains(instance)) {
            return "limits are not enforced before it is restarted: it was started without a cgroup";
        }
        String weaker = weaker(spec);
        return weaker == null ? KERNEL : weaker;
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
                        why + ": limits are not enforced here; a stop finds descendants by session, parent and"
                                + " environment, and would miss a program that leaves its session, is orphaned"
                                + " and wipes its environment");
        };
    }

    /** What this host lets us promise, and which limits nobody keeps. */
    List<Doctor.Finding> findings(Collection<ProcessSpec> specs) {
        var findings = new ArrayList<Doctor.Finding>();
        findings.add(finding(groups.home()));
        for (ProcessSpec spec : specs) {
            String weaker = spec.enabled() ? weaker(spec) : null;
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

    private @Nullable String weaker(ProcessSpec spec) {
        Map<String, String> lacking = groups.lacking(Limits.of(spec.resources()));
        return lacking.isEmpty() ? null : "not enforced here: " + sentence(lacking);
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
