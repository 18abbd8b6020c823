package dev.holdfast.clean;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.DirectoryEntry;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.FileStatus.Kind;
import dev.holdfast.linux.Handles;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.linux.Text;
import dev.holdfast.workdir.Removal;
import dev.holdfast.workdir.Shown;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A directory of ours in a root, into which what is due is renamed before it is looked at again: nobody else comes to it
 * by any name then. What lies here has a number for a name, so that nothing that is taken collides. It is locked while it is
 * in use; one that is not was left by a cleaning that was killed, and gives back what it has, but for what was doomed:
 * that is half deleted, so it goes.
 */
final class Aside implements AutoCloseable {
    private static final String BEGIN = ".holdfast-clean-";
    private static final byte[] PREFIX = Text.bytes(BEGIN);
    /** Names the directory below the root that what lies here came from, and by number what it was called there. */
    private static final byte[] FROM = Text.bytes(".holdfast-from");

    private static final int OURS = 0700;
    private static final int EDQUOT = 122;
    private static final String DOOMED = "doomed-";
    private static final int MOST_FROM = 1 << 20;
    /** Then it is written anew. */
    private static final int FULL = 256 << 10;
    /** Of a name in bytes, to which something is added. */
    private static final int LONGEST = 200;

    private final Directory root;
    private final byte[] name;
    private final Directory directory;
    private final LongSupplier random;
    private @Nullable Fd from;
    private long written;
    private long next;

    /** What lies here, by number, and where it lay. */
    private record Origin(List<byte[]> path, Map<String, byte[]> names) {}

    private Aside(Directory root, byte[] name, Directory directory, LongSupplier random) {
        this.root = root;
        this.name = name;
        this.directory = directory;
        this.random = random;
    }

    /** Whether it is one, and of us: anybody may call his things so. */
    static boolean isOurs(byte[] name, FileStatus s) {
        return isOne(name) && s.kind() == Kind.DIRECTORY && s.uid() == Handles.user() && (s.mode() & 0777) == OURS;
    }

    private static boolean isOne(byte[] name) {
        return name.length > PREFIX.length && Arrays.equals(name, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
    }

    /** A fresh one. */
    static Aside make(Directory root, LongSupplier random) throws Errno {
        byte[] name = Text.bytes(BEGIN + "%016x".formatted(random.getAsLong()));
        root.make(name, OURS);
        Directory made = root.enter(name);
        try {
            FileStatus s = made.status();
            if (s.uid() != Handles.user() || !made.lock()) { // it was exchanged
                throw new Errno("mkdir " + Text.of(name), Errno.EEXIST);
            }
            made.mode(OURS);
            return new Aside(root, name, made, random);
        } catch (Errno e) {
            made.close();
            throw e;
        }
    }

    /** Has what killed cleanings took in this root come back to where it was. */
    static void recover(Directory root, LongSupplier random, Cleaned.Notes notes) throws Errno {
        for (byte[] name : names(root, Aside::isOne)) {
            FileStatus s = root.status(name).orElse(null);
            if (s == null || !isOurs(name, s)) {
                continue;
            }
            Directory left = root.enter(name);
            if (!left.lock()) { // another cleaning is at work
                left.close();
                continue;
            }
            try (var aside = new Aside(root, name, left, random)) {
                aside.giveBack(notes);
            }
        }
    }

    private void giveBack(Cleaned.Notes notes) throws Errno {
        FileStatus record = directory.status(FROM).orElse(null);
        if (record == null || record.kind() != Kind.FILE || record.uid() != Handles.user()) {
            return; // Another's directory that was renamed so: from() comes before all that is taken.
        }
        Origin origin = readFrom();
        try (Directory to = reachOrRoot(origin.path())) {
            for (byte[] entry : names(directory, n -> !Arrays.equals(n, FROM))) {
                if (Text.of(entry).startsWith(DOOMED)) {
                    remove(entry, notes);
                    continue;
                }
                byte[] name =
                        origin.names().getOrDefault(Text.of(entry), Text.bytes("from-holdfast-" + Text.of(entry)));
                notes.note(Shown.name(name) + " came back from a cleaning that was interrupted");
                back(entry, to, name);
            }
        }
    }

    private void remove(byte[] doomed, Cleaned.Notes notes) throws Errno {
        FileStatus s = directory.status(doomed).orElse(null);
        if (s != null) {
            Removal.Done done = Removal.removeBut(directory, doomed, s.identity(), f -> false);
            notes.entries += done.entries();
            notes.bytes += done.bytes();
            if (!done.remains().none()) {
                notes.problem("what an interrupted cleaning had begun to remove will not go: "
                        + done.remains().words());
            }
        }
    }

    /** Where what lies here came from; the root where that is gone. */
    private Directory reachOrRoot(List<byte[]> path) throws Errno {
        try {
            return reach(root, path);
        } catch (Errno | IllegalArgumentException gone) { // the latter: no names, as nobody of us wrote them
            return root.listable();
        }
    }

    private static List<byte[]> names(Directory of, Predicate<byte[]> which) throws Errno {
        var names = new ArrayList<byte[]>();
        NativeBuffer memory = NativeBuffer.allocate(Directory.LISTING_BYTES);
        try (Directory listed = of.listable()) {
            for (List<DirectoryEntry> some = listed.next(memory); !some.isEmpty(); some = listed.next(memory)) {
                some.stream().map(DirectoryEntry::name).filter(which).forEach(names::add);
            }
        }
        return names;
    }

    /** A directory below the root, name by name and never through a link. */
    static Directory reach(Directory root, List<byte[]> names) throws Errno {
        Directory at = root.listable();
        for (byte[] name : names) {
            try (Directory passed = at) {
                at = passed.enter(name);
            }
        }
        return at;
    }

    /** What is taken from now on comes from there; nothing lies here that could go back. */
    void from(List<byte[]> names) throws Errno {
        closeFrom();
        directory.unlink(FROM);
        from = directory.file(FROM, Descriptors.O_WRONLY | Descriptors.O_CREAT | Descriptors.O_EXCL, 0600);
        written = 0;
        var path = new ByteArrayOutputStream();
        for (byte[] n : names) {
            path.writeBytes(n);
            path.write('/');
        }
        path.write(0);
        write(path.toByteArray());
    }

    /** Whether {@link #from} has to be said again before more is taken. */
    boolean isFull() {
        return written > FULL;
    }

    /** On a full disk it is done without: to make room there matters more than where things go back to after a crash. */
    private void write(byte[] what) throws Errno {
        if (from == null) {
            throw new IllegalStateException("from nowhere");
        }
        try {
            Descriptors.writeWhole(from, what);
            written += what.length;
        } catch (Errno e) {
            if (e.number() != Errno.ENOSPC && e.number() != EDQUOT) {
                throw e;
            }
        }
    }

    private Origin readFrom() throws Errno {
        var origin = new Origin(new ArrayList<>(), new HashMap<>());
        try (Fd file = directory.file(FROM, Descriptors.O_RDONLY, 0)) {
            NativeBuffer buffer = NativeBuffer.allocate(Math.clamp(Descriptors.size(file), 1, MOST_FROM));
            int n = Descriptors.readAt(file, buffer, 0, buffer.capacity(), 0);
            boolean path = true;
            String number = "";
            int begin = 0;
            for (int i = 0; i < n; i++) {
                byte b = buffer.bytes().get(i);
                if (b != '/' && b != 0) {
                    continue;
                }
                var part = new byte[i - begin];
                buffer.bytes().get(begin, part);
                begin = i + 1;
                if (path && b == '/') {
                    origin.path().add(part);
                } else if (path) {
                    path = false;
                } else if (b == '/') {
                    number = Text.of(part);
                } else if (part.length > 0) {
                    origin.names().put(number, part);
                }
            }
        }
        return origin;
    }

    /** What the one of that number is called here. */
    static byte[] called(long number) {
        return Text.bytes(Long.toString(number));
    }

    /** And once it is about to be deleted. */
    static byte[] doomed(long number) {
        return Text.bytes(DOOMED + number);
    }

    /** @return its number here; below 0: -errno */
    long take(Directory parent, byte[] entry) {
        long number = next++;
        var line = new ByteArrayOutputStream();
        line.writeBytes(called(number));
        line.write('/');
        line.writeBytes(entry);
        line.write(0);
        try {
            write(line.toByteArray());
        } catch (Errno e) {
            return -e.number();
        }
        int errno = parent.rename(entry, directory, called(number), Directory.RENAME_NOREPLACE);
        // Some file systems know no such flag; nobody else puts anything here.
        errno = errno == Errno.EINVAL ? parent.rename(entry, directory, called(number), 0) : errno;
        return errno == 0 ? number : -errno;
    }

    /** From now on it does not come back after a crash. @return 0, or an errno */
    int doom(long number) {
        return directory.rename(called(number), directory, doomed(number), 0);
    }

    /**
     * To its own name, or beside it where that has been given away; at last into the root.
     *
     * @param name what it was called there
     * @return whether it is there
     */
    boolean back(byte[] entry, Directory parent, byte[] name) {
        var other = new ByteArrayOutputStream();
        other.write(name, 0, Math.min(LONGEST, name.length));
        other.writeBytes(Text.bytes(".kept-%08x".formatted(random.getAsLong() & 0xFFFF_FFFFL)));
        return put(entry, parent, name)
                || put(entry, parent, other.toByteArray())
                || put(entry, root, other.toByteArray());
    }

    private boolean put(byte[] entry, Directory to, byte[] as) {
        int errno = directory.rename(entry, to, as, Directory.RENAME_NOREPLACE);
        if (errno == Errno.EINVAL) {
            try {
                errno = to.status(as).isPresent() ? Errno.EEXIST : directory.rename(entry, to, as, 0);
            } catch (Errno e) {
                errno = e.number();
            }
        }
        return errno == 0;
    }

    Directory directory() {
        return directory;
    }

    /** It goes, unless something is left in it. */
    @Override
    public void close() {
        boolean empty = false;
        try {
            empty = names(directory, n -> !Arrays.equals(n, FROM)).isEmpty();
        } catch (Errno unreadable) {
            empty = false;
        }
        closeFrom();
        if (empty) {
            directory.unlink(FROM);
            root.rmdir(name);
        }
        directory.close();
    }

    private void closeFrom() {
        if (from != null) {
            from.close();
            from = null;
        }
    }
}
