package dev.holdfast.confine;

import dev.holdfast.config.LaunchSpec;
import dev.holdfast.config.SandboxSpec;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.sandbox.CapabilitySets;
import dev.holdfast.linux.sandbox.Sandbox;
import dev.holdfast.linux.sandbox.SandboxAbility;
import dev.holdfast.unit.Capability;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * From a sandbox as configured to one that this host can enforce. What it cannot is refused before anything starts: a
 * sandbox that is not there would be worse than a program that is not. Thread-safe.
 */
public final class Sandboxing {
    private @Nullable SandboxAbility ability;

    /** Tried when the first sandbox is met. */
    private synchronized SandboxAbility ability() {
        SandboxAbility known = ability;
        if (known == null) {
            known = SandboxAbility.tried();
            ability = known;
        }
        return known;
    }

    /** Why this host cannot give it, by key. */
    public Map<String, String> beyond(LaunchSpec l) {
        var beyond = new LinkedHashMap<String, String>();
        SandboxSpec s = l.sandbox();
        if (s == null) {
            return beyond;
        }
        SandboxAbility a = ability();
        String none = a.noNamespaces();
        if (none != null) {
            for (String option : namespaced(s)) {
                beyond.put("sandbox." + option, "needs namespaces, which this daemon cannot make (" + none + ")");
            }
            if (!a.usableLandlock()) {
                for (String option : paths(s)) {
                    beyond.put(
                            "sandbox." + option,
                            "needs namespaces, which this daemon cannot make (" + none
                                    + "), or Landlock 3 (Linux 6.2); this kernel has "
                                    + (a.landlock() == 0 ? "none" : "Landlock " + a.landlock()));
                }
            }
        }
        SandboxSpec.CapabilitiesSpec c = s.capabilities();
        if (c != null && !a.canDrop()) {
            beyond.put("sandbox.capabilities", "needs a daemon with CAP_SETPCAP, such as one that runs as root");
        } else if (c != null && c.keep() != null) {
            long lacking = bits(c.keep()) & ~a.capabilities();
            for (Capability capability : Capability.values()) {
                if ((lacking & capability.bit()) != 0) {
                    beyond.put(
                            "sandbox.capabilities.keep",
                            "\"" + capability + "\" cannot be kept: this daemon does not have it itself");
                }
            }
        }
        return beyond;
    }

    private static Collection<String> namespaced(SandboxSpec s) {
        var options = new LinkedHashMap<String, Boolean>();
        options.put("private_tmp", s.privateTmp());
        options.put("private_network", s.privateNetwork());
        options.put("hostname", s.hostname() != null);
        return asked(options);
    }

    private static Collection<String> paths(SandboxSpec s) {
        var options = new LinkedHashMap<String, Boolean>();
        options.put("protect_system", s.protectSystem() != null);
        options.put("protect_home", s.protectHome());
        options.put("read_only_paths", !s.readOnlyPaths().isEmpty());
        return asked(options);
    }

    private static Collection<String> asked(Map<String, Boolean> options) {
        options.values().removeIf(wanted -> !wanted);
        return options.keySet();
    }

    /** @param beside whose namespaces it enters in place of its own, where it is one that runs */
    public @Nullable Sandbox of(LaunchSpec l, @Nullable ProcessRef beside) {
        SandboxSpec s = l.sandbox();
        if (s == null) {
            return null;
        }
        boolean namespaces = ability().noNamespaces() == null;
        return new Sandbox(
                namespaces ? Sandbox.Means.NAMESPACES : Sandbox.Means.LANDLOCK,
                system(s.protectSystem()),
                s.protectHome(),
                s.privateTmp(),
                s.readWritePaths(),
                s.readOnlyPaths(),
                s.privateNetwork(),
                s.hostname(),
                capabilities(s.capabilities()),
                s.noNewPrivileges(),
                namespaces ? beside : null);
    }

    private static Sandbox.ProtectSystem system(SandboxSpec.@Nullable ProtectSystem p) {
        return switch (p) {
            case null -> Sandbox.ProtectSystem.NOTHING;
            case FULL -> Sandbox.ProtectSystem.FULL;
            case STRICT -> Sandbox.ProtectSystem.STRICT;
        };
    }

    private static @Nullable CapabilitySets capabilities(SandboxSpec.@Nullable CapabilitiesSpec c) {
        if (c == null) {
            return null;
        }
        SortedSet<String> keep = c.keep();
        SortedSet<String> drop = c.drop();
        if (keep != null) {
            return new CapabilitySets(bits(keep), bits(keep));
        }
        boolean all = drop != null && drop.size() == Capability.values().length; // those yet to be invented too
        return new CapabilitySets(all || drop == null ? 0 : ~bits(drop), 0);
    }

    private static long bits(@Nullable SortedSet<String> names) {
        long bits = 0;
        for (String name : names == null ? java.util.Set.<String>of() : names) {
            bits |= Capability.valueOf(name).bit();
        }
        return bits;
    }
}
