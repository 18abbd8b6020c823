package dev.holdfast.clean;

import dev.holdfast.config.SystemDirectories;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.DirectoryEntry;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.FileStatus.Kind;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.linux.Text;
import dev.holdfast.workdir.Glob;
import dev.holdfast.workdir.Shown;
import dev.holdfast.workdir.Way;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The directories that a path with patterns stands for, opened. Of the part without patterns links are followed where only
 * root or we can have put them, below it none. Those of the system are refused by what they are, whatever name led there.
 */
final class Roots implements AutoCloseable {
    private static final int MOST = 1000;

    /**
     * @param path without symbolic links
     * @param mount on which it lies
     */
    record Root(Directory directory, String path, long mount) {}

    private final List<Root> open = new ArrayList<>();
    private final Cleaned.Notes notes;
    private final Set<FileStatus.Identity> themselves = new HashSet<>();
    private final Set<FileStatus.Identity> whole = new HashSet<>();
    private final Set<FileStatus.Identity> own;

    private Roots(Cleaned.Notes notes, Set<FileStatus.Identity> own) {
        this.notes = notes;
        this.own = own;
        SystemDirectories.themselves().forEach(d -> identity(d).ifPresent(themselves::add));
        SystemDirectories.whole().forEach(d -> identity(d).ifPresent(whole::add));
    }

    /**
     * Opens them; what is refused, or cannot be opened, is a problem, and the others are cleaned.
     *
     * @param own Holdfast's directories, in which nothing is cleaned
     */
    static Roots open(String path, Set<FileStatus.Identity> own, Cleaned.Notes notes) {
        var roots = new Roots(notes, own);
        try {
            roots.expand(path);
        } catch (IOException e) {
            boolean absent = e.getCause() instanceof Errno errno && errno.number() == Errno.ENOENT;
            if (absent) {
                notes.note(path + " is not there");
            } else {
                notes.problem(String.valueOf(e.getMessage()));
            }
        }
        return roots;
    }

    /** Which directory that is now; empty when it is not there, or not to be seen. */
    static Optional<FileStatus.Identity> identity(String path) {
        try {
            Way.End end = Way.open(path, Way.Demand.ANY, false);
            try (Directory d = end.directory()) {
                return Optional.of(d.status().identity());
            }
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    List<Root> all() {
        return open;
    }

    private void expand(String path) throws IOException {
        List<String> parts = new ArrayList<>();
        for (String part : path.split("/", -1)) {
            if (!part.isEmpty()) {
                parts.add(part);
            }
        }
        int wild = 0;
        while (wild < parts.size() && !isPattern(parts.get(wild))) {
            wild++;
        }
        Way.End end = Way.open("/" + String.join("/", parts.subList(0, wild)), Way.Demand.ANY, false);
        below(end.directory(), end.path(), parts.subList(wild, parts.size()));
    }

    private static boolean isPattern(String part) {
        return part.indexOf('*') >= 0 || part.indexOf('?') >= 0;
    }

    /** @param at this one's from now on */
    private void below(Directory at, String path, List<String> parts) {
        if (parts.isEmpty()) {
            add(at, path);
            return;
        }
        try (at) {
            Glob glob = isPattern(parts.getFirst()) ? Glob.of(parts.getFirst()) : null;
            List<byte[]> names = glob == null ? List.of(Text.bytes(parts.getFirst())) : names(at, glob);
            for (byte[] name : names) {
                entry(at, path, name, parts.subList(1, parts.size()));
            }
        } catch (Errno e) {
            notes.problem(Shown.text(path) + ": " + e.getMessage());
        }
    }

    /** One that cannot be entered keeps back none of those beside it. */
    private void entry(Directory at, String path, byte[] name, List<String> parts) {
        String inner = (path.equals("/") ? "" : path) + "/" + Text.of(name);
        try {
            if (at.status(name).filter(s -> s.kind() == Kind.DIRECTORY).isPresent()) {
                below(at.enter(name), inner, parts);
            }
        } catch (Errno e) {
            if (e.number() != Errno.ENOENT && e.number() != Errno.ENOTDIR) { // else it went meanwhile
                notes.problem(Shown.text(inner) + ": " + e.getMessage());
            }
        }
    }

    private static List<byte[]> names(Directory at, Glob glob) throws Errno {
        var names = new ArrayList<byte[]>();
        NativeBuffer memory = NativeBuffer.allocate(Directory.LISTING_BYTES);
        for (List<DirectoryEntry> some = at.next(memory); !some.isEmpty(); some = at.next(memory)) {
            some.stream().map(DirectoryEntry::name).filter(glob::fits).forEach(names::add);
        }
        return names;
    }

    private void add(Directory root, String path) {
        try {
            Optional<String> why = refused(root, path);
            if (why.isPresent()) {
                notes.problem(Shown.text(path) + " is not cleaned: " + why.get());
                root.close();
            } else if (open.size() >= MOST) {
                notes.problem(
                        Shown.text(path) + " is not cleaned: the path stands for more than " + MOST + " directories");
                root.close();
            } else {
                open.add(new Root(root, path, root.status().mount()));
                notes.directories.add(Shown.text(path));
            }
        } catch (Errno e) {
            notes.problem(Shown.text(path) + ": " + e.getMessage());
            root.close();
        }
    }

    private Optional<String> refused(Directory root, String path) throws Errno {
        Optional<String> named = SystemDirectories.byName(path);
        if (named.isPresent()) {
            return named;
        }
        FileStatus.Identity itself = root.status().identity();
        if (themselves.contains(itself)) {
            return Optional.of("it is a system directory under another name");
        }
        Directory at = root.listable();
        try {
            while (true) {
                FileStatus.Identity here = at.status().identity();
                if (whole.contains(here)) {
                    return Optional.of("it is in a system directory");
                }
                if (own.contains(here)) {
                    return Optional.of("it is Holdfast's own");
                }
                Directory above = at.above();
                at.close();
                at = above;
                if (above.status().identity().equals(here)) { // of the root directory it is itself
                    return Optional.empty();
                }
            }
        } finally {
            at.close();
        }
    }

    @Override
    public void close() {
        open.forEach(r -> r.directory().close());
    }
}
