package dev.holdfast.linux;

import dev.holdfast.event.ProcessRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a program is kept from, down to paths and numbers. A step of it that fails fails the spawn.
 *
 * @param means what keeps it from paths
 * @param readWritePaths absolute, as readOnlyPaths
 * @param hostname null keeps the host's
 * @param capabilities null keeps them all
 * @param joined a process whose namespaces are entered in place of new ones
 */
public record Sandbox(
        Means means,
        ProtectSystem protectSystem,
        boolean protectHome,
        boolean privateTmp,
        List<String> readWritePaths,
        List<String> readOnlyPaths,
        boolean privateNetwork,
        @Nullable String hostname,
        @Nullable CapabilitySets capabilities,
        boolean noNewPrivileges,
        @Nullable ProcessRef joined) {
    private static final List<String> HOMES = List.of("/home", "/root", "/run/user");
    private static final List<String> TMPS = List.of("/tmp", "/var/tmp");

    /** By what paths are closed to a program. */
    public enum Means {
        /** A mount namespace of its own; needs CAP_SYS_ADMIN. */
        NAMESPACES,
        /** Rules on its file accesses (landlock(7)), which everybody may take on. */
        LANDLOCK
    }

    /** How much of the system is read-only, as in systemd.exec(5). */
    public enum ProtectSystem {
        NOTHING,
        FULL,
        STRICT
    }

    /** Whether any path is treated otherwise than outside. */
    boolean aboutPaths() {
        return protectSystem != ProtectSystem.NOTHING || protectHome || privateTmp || !readOnlyPaths.isEmpty();
    }

    /** What is empty inside. */
    List<String> homes() {
        return protectHome ? HOMES : List.of();
    }

    /** What is its own. */
    List<String> tmps() {
        return privateTmp ? TMPS : List.of();
    }

    /** The option that may hide {@code path}, for people who wonder where it is. */
    @Nullable
    String hides(String path) {
        if (homes().stream().anyMatch(h -> SandboxPaths.isBelow(path, h))) {
            return "protect_home";
        }
        return tmps().stream().anyMatch(t -> SandboxPaths.isBelow(path, t)) ? "private_tmp" : null;
    }
}
