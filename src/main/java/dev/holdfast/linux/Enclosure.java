package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sandbox of one spawn, taken on by its thread in three steps: what only root can, before the thread gives that up;
 * the capabilities, around the change of user; and last what nobody can take back.
 */
final class Enclosure {
    private static final int PR_SET_NO_NEW_PRIVS = 38;

    private final Spawn spawn;
    private final Sandbox sandbox;
    private final boolean mounts;

    private Enclosure(Spawn spawn, Sandbox sandbox) {
        this.spawn = spawn;
        this.sandbox = sandbox;
        this.mounts = sandbox.aboutPaths() && (sandbox.means() == Sandbox.Means.NAMESPACES || sandbox.privateTmp());
    }

    /** Null for a spawn without a sandbox. */
    static @Nullable Enclosure of(Spawn s) {
        Sandbox sandbox = s.sandbox();
        return sandbox == null ? null : new Enclosure(s, sandbox);
    }

    /** Namespaces and what is in them. */
    void enter() throws IOException {
        boolean hostname = sandbox.hostname() != null;
        var joined = sandbox.joined();
        if (joined != null) {
            Namespaces.join(joined, mounts, sandbox.privateNetwork(), hostname);
            return;
        }
        Namespaces.unshare(mounts, sandbox.privateNetwork(), hostname);
        if (mounts) {
            SandboxMounts.detach();
            Syscall.UMASK.call(0); // what is made here has its modes; the program's own umask comes later
            try (SandboxPaths paths = SandboxPaths.of(sandbox, reachable());
                    SandboxMounts layout = new SandboxMounts(paths, SandboxMounts.hasAttributes())) {
                layout.apply();
            }
        }
        if (sandbox.privateNetwork()) {
            Namespaces.loopback();
        }
        if (sandbox.hostname() != null) {
            Namespaces.hostname(sandbox.hostname());
        }
    }

    /** What the program must find wherever it lies: where it starts, and where its NOTIFY_SOCKET is. */
    private List<String> reachable() {
        var reachable = new ArrayList<String>();
        String cwd = spawn.workingDir();
        if (cwd != null) {
            reachable.add(cwd);
        }
        if (spawn.noticeDir() != null) {
            reachable.add(spawn.noticeDir());
        }
        return reachable;
    }

    /** Right before the thread becomes the program's user, who is root or is not. */
    void beforeUser(boolean root) throws Errno {
        CapabilitySets sets = sandbox.capabilities();
        if (sets != null) {
            sets.bound(root);
        }
    }

    /** Right after. */
    void afterUser(boolean root) throws Errno {
        CapabilitySets sets = sandbox.capabilities();
        if (sets != null) {
            sets.take(root);
        }
    }

    /** The last step before the program. */
    void seal() throws IOException {
        boolean landlock = sandbox.means() == Sandbox.Means.LANDLOCK && sandbox.aboutPaths();
        if (sandbox.noNewPrivileges() || landlock) {
            check("sandbox.no_new_privileges", Syscall.PRCTL.call(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0));
        }
        if (landlock) {
            Landlock.restrict(
                    sandbox, reachable(), List.of(spawn.hello(), spawn.gate(), spawn.stdout(), spawn.stderr()));
        }
    }

    /** What to add to the news that {@code path} is not there. */
    String hint(String path) {
        String by = sandbox.hides(path);
        return by == null
                ? ""
                : "; sandbox." + by + " hides what read_only_paths and read_write_paths do not name there";
    }
}
