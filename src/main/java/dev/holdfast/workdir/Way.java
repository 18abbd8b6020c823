package dev.holdfast.workdir;

import dev.holdfast.linux.Directory;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.FileStatus.Kind;
import dev.holdfast.linux.Handles;
import dev.holdfast.linux.Text;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Goes to a directory by its absolute path, one name after the other, and looks at whom it passes. A symbolic link is
 * followed only where nobody but root and we could have put it.
 */
public final class Way {
    private static final int MOST_LINKS = 40;
    private static final int LONGEST = 255;
    private static final int STICKY = 01000;
    private static final int OTHERS_WRITE = 02;
    private static final int GROUP_WRITE = 020;
    /** Of directories made on the way: everybody may look, as with mkdir(1). */
    private static final int MADE = 0755;

    /** How the directory must be come by. */
    public enum Demand {
        /** Each directory on the way is root's or ours, so that nobody can exchange what lies below. */
        TRUSTED,
        /** Each may be anybody's: who configured the path trusts them. */
        ANY
    }

    /**
     * Where a way ended.
     *
     * @param directory the caller's to close
     * @param path without symbolic links
     */
    public record End(Directory directory, String path) {}

    private final Demand demand;
    private final boolean make;
    private final Deque<byte[]> ahead = new ArrayDeque<>();
    private final List<byte[]> passed = new ArrayList<>();
    private int links;

    private Way(Demand demand, boolean make) {
        this.demand = demand;
        this.make = make;
    }

    /**
     * Opens a directory so that it can be listed.
     *
     * @param make those that are missing are made, as ours
     * @throws IOException with a reason for people
     */
    public static End open(String path, Demand demand, boolean make) throws IOException {
        var way = new Way(demand, make);
        names(path).reversed().forEach(way.ahead::push);
        try (Directory end = way.walk()) {
            var real = new StringBuilder();
            way.passed.forEach(n -> real.append('/').append(Text.of(n)));
            return new End(end.listable(), real.isEmpty() ? "/" : real.toString());
        } catch (Errno e) {
            throw new IOException(way.here() + ": " + e.getMessage(), e);
        }
    }

    /**
     * The names of an absolute path.
     *
     * @throws IOException when it is none, or has {@code ..}
     */
    static List<byte[]> names(String path) throws IOException {
        List<byte[]> names = names(Text.bytes(path));
        if (!path.startsWith("/") || path.indexOf('\0') >= 0 || names.stream().anyMatch(n -> is(n, ".."))) {
            throw new IOException(Shown.text(path) + " is no absolute path without ..");
        }
        if (names.stream().anyMatch(n -> n.length > LONGEST)) {
            throw new IOException(Shown.text(path) + ": file name too long");
        }
        return names;
    }

    private static List<byte[]> names(byte[] path) {
        var names = new ArrayList<byte[]>();
        int from = 0;
        for (int i = 0; i <= path.length; i++) {
            if (i == path.length || path[i] == '/') {
                byte[] name = Arrays.copyOfRange(path, from, i);
                if (name.length > 0 && !is(name, ".")) {
                    names.add(name);
                }
                from = i + 1;
            }
        }
        return names;
    }

    private static boolean is(byte[] name, String text) {
        return Arrays.equals(name, Text.bytes(text));
    }

    private void add(byte[] path) {
        names(path).reversed().forEach(ahead::push);
    }

    private String here() {
        return "/" + Shown.path(passed);
    }

    private Directory walk() throws IOException {
        Directory at = Directory.root();
        try {
            inspect(at.status());
            while (!ahead.isEmpty()) {
                byte[] name = ahead.pop();
                if (is(name, "..")) {
                    at = up(at);
                    continue;
                }
                FileStatus s = at.status(name).orElse(null);
                FileStatus above = at.status();
                passed.add(name);
                if (s == null && make) {
                    make(at, name);
                } else if (s != null && s.kind() == Kind.SYMLINK) {
                    at = follow(at, above, name, s);
                    continue;
                }
                Directory next = at.pass(name);
                at.close();
                at = next;
                inspect(at.status());
            }
            return at;
        } catch (IOException | RuntimeException e) {
            at.close();
            throw e;
        }
    }

    private static void make(Directory at, byte[] name) throws Errno {
        try (Directory above = at.listable()) {
            try {
                above.make(name, MADE);
            } catch (Errno e) {
                if (e.number() == Errno.EEXIST) { // another thread was first
                    return;
                }
                throw e;
            }
            try (Directory made = above.enter(name)) {
                made.mode(MADE); // whatever the umask took away
            }
            above.sync();
        }
    }

    /** @return where its target begins: at the root, or where the link lies */
    private Directory follow(Directory at, FileStatus above, byte[] name, FileStatus link) throws IOException {
        if (!trusted(link.uid()) || !trusted(above.uid()) || openToOthers(above)) {
            throw new IOException(here() + " is a symbolic link that others could have put there");
        }
        if (++links > MOST_LINKS) {
            throw new IOException(here() + ": too many levels of symbolic links");
        }
        byte[] target = at.target(name);
        passed.removeLast();
        add(target);
        return target.length > 0 && target[0] == '/' ? anew(at) : at;
    }

    /** Up from where we are: by the names that led here, none of which is a link. */
    private Directory up(Directory at) throws Errno {
        if (!passed.isEmpty()) {
            passed.removeLast();
        }
        passed.reversed().forEach(ahead::push);
        return anew(at);
    }

    private Directory anew(Directory at) throws Errno {
        at.close();
        passed.clear();
        return Directory.root();
    }

    private void inspect(FileStatus s) throws IOException {
        if (demand == Demand.ANY) {
            return;
        }
        if (!trusted(s.uid())) {
            throw new IOException(here() + " belongs to another user (uid " + s.uid() + ")");
        }
        if (openToOthers(s)) {
            throw new IOException(here() + " can be written by others (mode %04o)".formatted(s.mode()));
        }
    }

    private static boolean trusted(int uid) {
        return uid == 0 || uid == Handles.user();
    }

    /** What lies in a sticky one stays its owner's (unlink(2)). */
    private static boolean openToOthers(FileStatus s) {
        boolean group = (s.mode() & GROUP_WRITE) != 0 && s.gid() != 0 && s.gid() != Handles.group();
        return (s.mode() & STICKY) == 0 && ((s.mode() & OTHERS_WRITE) != 0 || group);
    }

    /**
     * Why a user cannot come to a directory: the first one on the way, by its real path, that he may not go through;
     * empty when he can. A list of who may do what (ACL) is taken to let him.
     */
    static String keepsOut(String realPath, Owner user) throws IOException {
        Directory at = Directory.root();
        var passed = new ArrayList<byte[]>();
        try {
            List<byte[]> names = names(realPath);
            for (int i = 0; ; i++) {
                FileStatus s = at.status();
                if (!user.maySearch(s.mode(), s.uid(), s.gid()) && !Handles.hasAcl(at.fd())) {
                    return "/" + Shown.path(passed)
                            + " (mode %04o, uid %d, gid %d) keeps uid %d out"
                                    .formatted(s.mode(), s.uid(), s.gid(), user.uid());
                }
                if (i == names.size()) {
                    return "";
                }
                passed.add(names.get(i));
                Directory next = at.pass(names.get(i));
                at.close();
                at = next;
            }
        } finally {
            at.close();
        }
    }
}
