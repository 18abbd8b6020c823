package dev.holdfast.linux.sandbox;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Enclosure;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Syscall;
import java.io.IOException;
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
        @Nullable ProcessRef joined)
        implements Enclosure {
    private static final int PR_SET_NO_NEW_PRIVS = 38;
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
    private @Nullable String hides(String path) {
        if (homes().stream().anyMatch(h -> SandboxPaths.isBelow(path, h))) {
            return "protect_home";
        }
        return tmps().stream().anyMatch(t -> SandboxPaths.isBelow(path, t)) ? "private_tmp" : null;
    }

    private boolean mounts() {
        return aboutPaths() && (means == Means.NAMESPACES || privateTmp);
    }

    @Override
    public void enter(List<String> reachable) throws IOException {
        ProcessRef other = joined;
        if (other != null) {
            Namespaces.join(other, mounts(), privateNetwork, hostname != null);
            return;
        }
        Namespaces.unshare(mounts(), privateNetwork, hostname != null);
        if (mounts()) {
            SandboxMounts.detach();
            Syscall.UMASK.call(0); // what is made here has its modes; the program's own umask comes later
            try (SandboxPaths paths = SandboxPaths.of(this, reachable);
                    SandboxMounts layout = new SandboxMounts(paths, SandboxMounts.hasAttributes())) {
                layout.apply();
            }
        }
        if (privateNetwork) {
            Namespaces.loopback();
        }
        String name = hostname;
        if (name != null) {
            Namespaces.hostname(name);
        }
    }

    @Override
    public void beforeUser(boolean root) throws Errno {
        CapabilitySets sets = capabilities;
        if (sets != null) {
            sets.bound(root);
        }
    }

    @Override
    public void afterUser(boolean root) throws Errno {
        CapabilitySets sets = capabilities;
        if (sets != null) {
            sets.take(root);
        }
    }

    @Override
    public void seal(List<String> reachable, List<Fd> pipes) throws IOException {
        boolean landlock = means == Means.LANDLOCK && aboutPaths();
        if (noNewPrivileges || landlock) {
            Syscall.check("sandbox.no_new_privileges", Syscall.PRCTL.call(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0));
        }
        if (landlock) {
            Landlock.restrict(this, reachable, pipes);
        }
    }

    @Override
    public String hint(String path) {
        String by = hides(path);
        return by == null
                ? ""
                : "; sandbox." + by + " hides what read_only_paths and read_write_paths do not name there";
    }
}
