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
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The paths of a sandbox as rules on what this thread, and all that it starts, may do with files (landlock(7)): for
 * those who may not mount. Rules only allow, and for whole directories; so what surrounds a path that is closed is
 * allowed piece by piece, and its directories themselves are not: nothing new can be made in them, nor can they be listed
 * where it is reading that is closed.
 */
final class Landlock implements AutoCloseable {
    /** Before it, in Linux 6.2, a file that may not be written could still be emptied. */
    static final int NEEDED = 3;

    private static final int VERSION = 1;
    private static final int PATH_BENEATH = 1;
    private static final int EXECUTE = 1;
    private static final int WRITE_FILE = 1 << 1;
    private static final int READ_FILE = 1 << 2;
    private static final int READ_DIR = 1 << 3;
    private static final int TRUNCATE = 1 << 14;
    private static final int READS = EXECUTE | READ_FILE | READ_DIR;
    /** Writing, truncating, removing, making of any kind, renaming across directories. */
    private static final int WRITES = 0x7FFF & ~READS;

    private static final int OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE;
    private static final int ENDS_OF_PIPES = READ_FILE | WRITE_FILE;
    private static final int RULE_BYTES = 12;
    private static final int EBADFD = 77;
    private static final int AT_FDCWD = -100;
    private static final int W_OK = 2;
    private static final int AT_EACCESS = 0x200;
    private static final String KEY = "sandbox: Landlock";

    private final SandboxPaths paths;
    private final int handled;
    private final Fd rules;

    private Landlock(SandboxPaths paths, int handled, Fd rules) {
        this.paths = paths;
        this.handled = handled;
        this.rules = rules;
    }

    /** Which of its versions this kernel has; 0 when none. */
    static int version() {
        return (int) Math.max(0, Syscall.LANDLOCK_CREATE_RULESET.call(0, 0, VERSION));
    }

    /**
     * Restricts this thread, for good; it gets no new privileges from then on, which is the condition.
     *
     * @param pipes what the child opens by descriptor before it is its program, or may open again
     */
    static void restrict(Sandbox s, List<String> reachable, List<Fd> pipes) throws IOException {
        int version = version();
        if (version < NEEDED) {
            throw new IOException(KEY + ": this kernel has version " + version + " of it, at least " + NEEDED
                    + " (Linux 6.2) is needed");
        }
        try (SandboxPaths paths = SandboxPaths.of(s, reachable)) {
            boolean reads = s.protectHome();
            boolean writes = reads || paths.entries().stream().anyMatch(e -> e.access() == Access.READ_ONLY);
            int handled = (reads ? READS : 0) | (writes ? WRITES : 0);
            if (handled == 0) {
                return;
            }
            try (Landlock landlock = new Landlock(paths, handled, ruleset(handled))) {
                landlock.fill(pipes);
                check(KEY, Syscall.LANDLOCK_RESTRICT_SELF.call(landlock.rules.number(), 0));
            }
        }
    }

    private static Fd ruleset(int handled) throws Errno {
        NativeBuffer attributes = NativeBuffer.scratch(Long.BYTES);
        attributes.bytes().putLong(0, handled);
        return new Fd((int) check(KEY, attributes.use(a -> Syscall.LANDLOCK_CREATE_RULESET.call(a, Long.BYTES, 0))));
    }

    private void fill(List<Fd> pipes) throws IOException {
        for (Fd pipe : pipes) {
            long r = add(pipe, ENDS_OF_PIPES);
            if (r != -EBADFD) { // a pipe without a name, which Landlock leaves alone
                check(KEY, r);
            }
        }
        if (paths.deciding("/") == null) {
            grant("/", handled);
        }
        for (Entry e : paths.entries()) {
            grant(e.path(), rights(e));
        }
    }

    private int rights(Entry e) {
        return handled
                & switch (e.access()) {
                    case AS_OUTSIDE -> READS | WRITES;
                    case READ_ONLY -> READS;
                    case EMPTY, OWN -> 0;
                };
    }

    /** To {@code path} what all below it may have too; the rest to its children, but for those with a say of their own. */
    private void grant(String path, int rights) throws IOException {
        int common = rights;
        for (Entry e : paths.below(path)) {
            common &= rights(e);
        }
        if (common != 0) {
            allow(path, common);
        }
        int rest = rights & ~common;
        if (rest == 0) {
            return;
        }
        mustNotMatter(path, rest);
        for (Path child : children(path)) {
            String name = child.toString();
            Entry own = paths.deciding(name);
            boolean link = Files.isSymbolicLink(child); // what it leads to is allowed where that is
            if (!link && (own == null || !own.path().equals(name))) {
                grant(name, rest);
            }
        }
    }

    /** A directory where this user makes files, and all at once could not any more, would break his program. */
    private void mustNotMatter(String path, int rest) throws IOException {
        if ((rest & WRITES) == 0
                || NativeBuffer.withString(path, a -> Syscall.FACCESSAT2.call(AT_FDCWD, a, W_OK, AT_EACCESS)) != 0) {
            return;
        }
        for (Entry e : paths.below(path)) {
            if (e.key().equals("sandbox.read_only_paths") && (rights(e) & rest) != rest) {
                throw new IOException(SandboxMounts.told(e) + ": Landlock cannot take it out of " + path
                        + ", which may be written; use protect_system: strict, and read_write_paths for what may");
            }
        }
    }

    private static List<Path> children(String path) throws IOException {
        var children = new ArrayList<Path>();
        try (DirectoryStream<Path> dir = Files.newDirectoryStream(Path.of(path))) {
            dir.forEach(children::add);
        } catch (IOException e) {
            throw new IOException(KEY + ": cannot list " + path + ", which has a closed directory below it", e);
        }
        return children;
    }

    private void allow(String path, int rights) throws IOException {
        Fd fd;
        try {
            fd = Descriptors.open(path, SandboxPaths.O_PATH | Descriptors.O_NOFOLLOW, 0);
        } catch (Errno gone) {
            if (gone.number() == Errno.ENOENT) {
                return;
            }
            throw gone;
        }
        try (fd) {
            int possible = Files.isDirectory(Path.of(path), LinkOption.NOFOLLOW_LINKS) ? rights : rights & OF_FILES;
            check(KEY + " " + path, possible == 0 ? 0 : add(fd, possible));
        }
    }

    private long add(Fd fd, int rights) {
        if ((rights & handled) == 0) {
            return 0;
        }
        NativeBuffer rule = NativeBuffer.scratch(RULE_BYTES + Integer.BYTES);
        rule.bytes().putLong(0, rights & handled).putInt(Long.BYTES, fd.number());
        return rule.use(a -> Syscall.LANDLOCK_ADD_RULE.call(rules.number(), PATH_BENEATH, a, 0));
    }

    @Override
    public void close() {
        rules.close();
    }
}
