package dev.holdfast.linux.sandbox;

import static dev.holdfast.linux.Syscall.check;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.linux.Syscall;
import dev.holdfast.linux.sandbox.SandboxPaths.Access;
import dev.holdfast.linux.sandbox.SandboxPaths.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lays out the paths of a sandbox in the mount namespace of this thread, which is its own already. First each entry is
 * copied as it is outside, with all that is mounted below it and every mount's own flags; then the root becomes
 * read-only, where it does; then the copies are laid over their places, parents first, each place looked up without a
 * link and found to be what it was.
 */
final class SandboxMounts implements AutoCloseable {
    private static final int MS_RDONLY = 1;
    private static final int MS_NOSUID = 2;
    private static final int MS_NODEV = 4;
    private static final int MS_NOEXEC = 8;
    private static final int MS_REC = 0x4000;
    private static final int MS_SLAVE = 1 << 19;
    private static final int AT_FDCWD = -100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_RECURSIVE = 0x8000;
    private static final int OPEN_TREE_CLONE = 1;
    private static final int F_EMPTY_PATH = 4;
    private static final int T_EMPTY_PATH = 0x40;
    private static final int ATTRIBUTES_BYTES = 32;
    private static final int S_IFREG = 0x8000;
    private static final int READ_FOR_ALL = 0444;
    /** Of the host's memory; what is in it counts as the program's own. */
    private static final String OWN = "mode=1777,size=25%,nr_inodes=1m";

    private static final String EMPTY = "mode=755,size=1m,nr_inodes=4k";

    private final SandboxPaths paths;
    private final boolean attributes;
    private final Map<String, Fd> copies = new HashMap<>();
    private final Map<String, Fd> hidden = new HashMap<>();

    /** @param attributes whether to use mount_setattr(2), which Linux has from 5.12 on */
    SandboxMounts(SandboxPaths paths, boolean attributes) {
        this.paths = paths;
        this.attributes = attributes;
    }

    /** Whether this kernel has mount_setattr(2), which tells by the way it refuses a structure of no length. */
    static boolean hasAttributes() {
        NativeBuffer none = NativeBuffer.scratch(Long.BYTES);
        return none.use(a -> Syscall.MOUNT_SETATTR.call(AT_FDCWD, a, 0, a, 0, 0)) == -Errno.EINVAL;
    }

    /** What is mounted here from now on stays here; what the host mounts still appears. */
    static void detach() throws Errno {
        check(
                "sandbox: make mounts its own",
                NativeBuffer.withString("/", root -> Syscall.MOUNT.call(0, root, 0, MS_REC | MS_SLAVE, 0, 0)));
    }

    void apply() throws IOException {
        for (Entry e : paths.entries()) {
            if (!e.hides() && !e.path().equals("/")) {
                copies.put(e.path(), attributes ? copy(e) : OldMounts.onItself(e));
            }
        }
        Entry root = paths.deciding("/");
        if (!attributes) {
            OldMounts.makeReadOnly(paths);
        } else if (root != null && root.access() == Access.READ_ONLY) {
            readOnly(root.key() + " /", AT_FDCWD, "/", AT_RECURSIVE);
        }
        for (Entry e : paths.entries()) {
            if (!e.path().equals("/")) {
                lay(e);
            }
        }
        for (Entry e : paths.entries()) {
            Fd inside = hidden.get(e.path());
            if (e.access() == Access.EMPTY && inside != null) { // only now: it held the places of what is laid into it
                if (attributes) {
                    readOnly(told(e), inside.number(), "", AT_EMPTY_PATH);
                } else {
                    OldMounts.remount(told(e), link(inside), MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
                }
            }
        }
    }

    private static Fd copy(Entry e) throws Errno {
        NativeBuffer nothing = NativeBuffer.scratch(Long.BYTES);
        int flags = AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | Descriptors.O_CLOEXEC;
        var tree = new Fd((int) check(
                told(e), nothing.use(a -> Syscall.OPEN_TREE.call(e.handle().number(), a, flags))));
        if (e.access() == Access.READ_ONLY) {
            try {
                readOnly(told(e), tree.number(), "", AT_EMPTY_PATH | AT_RECURSIVE);
            } catch (Errno refused) {
                tree.close();
                throw refused;
            }
        }
        return tree;
    }

    private static void readOnly(String what, int at, String path, int flags) throws Errno {
        NativeBuffer set = NativeBuffer.allocate(ATTRIBUTES_BYTES);
        set.bytes().putLong(0, MS_RDONLY); // MOUNT_ATTR_RDONLY is the same bit
        check(
                what + ": make it read-only",
                NativeBuffer.withString(
                        path,
                        name -> set.use(a -> Syscall.MOUNT_SETATTR.call(at, name, flags, a, ATTRIBUTES_BYTES, 0))));
    }

    private void lay(Entry e) throws IOException {
        Entry above = paths.above(e.path());
        Fd inside = above == null ? null : hidden.get(above.path());
        if (above != null && inside != null) {
            place(e, inside, e.path().substring(above.path().length() + 1));
        }
        if (e.hides()) {
            try (Fd target = found(e)) {
                boolean own = e.access() == Access.OWN;
                int flags = MS_NOSUID | MS_NODEV | (own ? 0 : MS_NOEXEC);
                mount(told(e) + ": mount a tmpfs", "tmpfs", link(target), "tmpfs", flags, own ? OWN : EMPTY);
            }
            hidden.put(e.path(), found(e));
            return;
        }
        Fd copy = copies.get(e.path());
        if (copy == null || (!attributes && inside == null)) {
            return; // an old kernel's copy lies in its place already
        }
        try (Fd target = found(e)) {
            if (attributes) {
                NativeBuffer nothing = NativeBuffer.scratch(Long.BYTES);
                int flags = F_EMPTY_PATH | T_EMPTY_PATH;
                check(
                        told(e) + ": mount",
                        nothing.use(a -> Syscall.MOVE_MOUNT.call(copy.number(), a, target.number(), a, flags, 0)));
            } else {
                OldMounts.bind(told(e), link(copy), link(target));
            }
        }
    }

    /** Makes the place for an entry in the empty directory above it, which is nobody else's. */
    private static void place(Entry e, Fd inside, String relative) throws Errno {
        String[] names = relative.split("/", -1);
        var at = new StringBuilder();
        for (int i = 0; i < names.length; i++) {
            at.append(i == 0 ? "" : "/").append(names[i]);
            boolean last = i == names.length - 1;
            long r = NativeBuffer.withString(
                    at.toString(),
                    name -> last && !e.directory()
                            ? Syscall.MKNODAT.call(inside.number(), name, S_IFREG | READ_FOR_ALL, 0)
                            : Syscall.MKDIRAT.call(inside.number(), name, 0755));
            if (r != -Errno.EEXIST) {
                check(told(e) + ": make a place for it", r);
            }
        }
    }

    /** The place of an entry now, which is where it was when it was resolved. */
    static Fd found(Entry e) throws IOException {
        Fd fd;
        try {
            fd = Descriptors.open(e.path(), SandboxPaths.O_PATH | Descriptors.O_NOFOLLOW, 0);
        } catch (Errno gone) {
            throw new Errno(told(e), gone.number());
        }
        if (!Files.readSymbolicLink(SandboxPaths.link(fd)).toString().equals(e.path())) {
            fd.close();
            throw new IOException(told(e) + ": somebody replaced it meanwhile");
        }
        return fd;
    }

    static void mount(String what, String source, String target, String type, long flags, String data) throws Errno {
        NativeBuffer from = NativeBuffer.ofString(source);
        NativeBuffer at = NativeBuffer.ofString(target);
        NativeBuffer kind = NativeBuffer.ofString(type);
        NativeBuffer options = NativeBuffer.ofString(data);
        check(
                what,
                from.use(f -> at.use(t -> kind.use(k -> options.use(o -> Syscall.MOUNT.call(f, t, k, flags, o, 0))))));
    }

    static String told(Entry e) {
        return e.key() + " " + e.path();
    }

    private static String link(Fd fd) {
        return SandboxPaths.link(fd).toString();
    }

    @Override
    public void close() {
        List<Fd> open = new ArrayList<>(copies.values());
        open.addAll(hidden.values());
        open.forEach(Fd::close);
    }
}
