package dev.holdfast.workdir;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.DirectoryEntry;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.FileStatus.Kind;
import dev.holdfast.linux.Handles;
import dev.holdfast.linux.NativeBuffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves what is meant of a work directory into a staging directory; or only looks whether that could be. Directories are
 * made anew, files are moved one by one, and each is judged by what it is once it is where nobody else gets at it.
 */
final class Delivering {
    private static final int MOST_DEPTH = 100;
    private static final long MOST_ENTRIES = 1_000_000;
    private static final int OURS = 0700;
    private static final int PERMISSIONS = 0777;
    private static final long ALL = -1;

    private final Owner owner;
    private final Glob glob;
    private final BooleanSupplier givenUp;
    private final NativeBuffer listing = NativeBuffer.allocate(Directory.LISTING_BYTES);
    private final List<Level> levels = new ArrayList<>();
    private final Copying copying = new Copying();
    private @Nullable Directory staging;
    private long mount;
    private long entries;
    private int files;
    private long bytes;
    private boolean copied;

    /** A directory that is walked, and the one that what is meant of it goes to. */
    private static final class Level {
        private final byte[] name;
        private final Directory from;
        private final FileStatus status;
        /** What its names are compared with; {@link #ALL}: all of them are meant. */
        private final long set;

        private @Nullable Directory to;
        private Iterator<DirectoryEntry> entries = List.<DirectoryEntry>of().iterator();

        private Level(byte[] name, Directory from, FileStatus status, long set) {
            this.name = name;
            this.from = from;
            this.status = status;
            this.set = set;
        }
    }

    /** What was come by; a look comes by the same as what follows it, if nobody interferes. */
    record Sum(int files, long bytes, boolean copied) {}

    Delivering(Owner owner, Glob glob, BooleanSupplier givenUp) {
        this.owner = owner;
        this.glob = glob;
        this.givenUp = givenUp;
    }

    /** What would be delivered. @throws IOException with a reason for people why nothing can be */
    Sum look(Directory workdir) throws IOException {
        return walk(workdir, null);
    }

    /** Moves it, all of it on disk but for the staging directory itself. */
    Sum move(Directory workdir, Directory into) throws IOException {
        return walk(workdir, into);
    }

    private Sum walk(Directory workdir, @Nullable Directory into) throws IOException {
        staging = into;
        entries = 0;
        files = 0;
        bytes = 0;
        FileStatus top = workdir.status();
        mount = top.mount();
        var first = new Level(new byte[0], workdir.listable(), top, glob.begin());
        first.to = into;
        levels.add(first);
        try {
            while (!levels.isEmpty()) {
                Level here = levels.getLast();
                if (!here.entries.hasNext()) {
                    here.entries = here.from.next(listing).iterator();
                }
                if (here.entries.hasNext()) {
                    entry(here, here.entries.next().name());
                } else {
                    leave(here);
                }
            }
        } finally {
            levels.forEach(this::close);
            levels.clear();
        }
        return new Sum(files, bytes, copied);
    }

    /** @throws IOException when nobody wants it any more */
    void goesOn() throws IOException {
        if (givenUp.getAsBoolean()) {
            throw new IOException("it was given up");
        }
    }

    private void entry(Level here, byte[] name) throws IOException {
        entries++;
        if (entries > MOST_ENTRIES) {
            throw new IOException("more than " + MOST_ENTRIES + " files and directories");
        }
        goesOn();
        boolean meant = here.set == ALL || glob.means(here.set, name);
        long below = here.set == ALL ? 0 : glob.below(here.set, name);
        if (!meant && below == 0) {
            return;
        }
        FileStatus s = here.from.status(name).orElse(null);
        if (s == null) {
            return;
        }
        if (s.kind() == Kind.DIRECTORY) {
            enter(here, name, meant ? ALL : below);
        } else if (meant) {
            judge(name, s);
            if (staging != null) {
                file(here, name);
            } else {
                files++;
                bytes += s.size();
            }
        }
    }

    private void enter(Level here, byte[] name, long set) throws IOException {
        if (levels.size() > MOST_DEPTH) {
            throw new IOException(path(name) + " is more than " + MOST_DEPTH + " directories deep");
        }
        Directory from = here.from.enter(name);
        try {
            FileStatus s = from.status();
            if (s.mount() != mount) {
                throw new IOException(path(name) + " lies on another file system, which is mounted there");
            }
            var level = new Level(name, from, s, set);
            levels.add(level);
            if (set == ALL) {
                destination(level);
            }
        } catch (IOException e) {
            if (levels.getLast().from != from) {
                from.close();
            }
            throw e;
        }
    }

    private void leave(Level here) throws IOException {
        Directory to = here.to;
        if (to != null && levels.size() > 1) {
            if (owner.uid() != Handles.user() || owner.gid() != Handles.group()) {
                to.own(owner.uid(), owner.gid());
            }
            to.mode((here.status.mode() & PERMISSIONS) | OURS);
            to.sync();
        }
        levels.removeLast();
        close(here);
    }

    private void close(Level l) {
        l.from.close();
        if (l.to != null && l.to != staging) {
            l.to.close();
        }
    }

    /** Where a level's files go; made when there is the first one, with those above it. */
    private Optional<Directory> destination(Level level) throws Errno {
        if (staging == null) {
            return Optional.empty();
        }
        Directory to = staging;
        for (Level l : levels) {
            if (l.to == null) {
                to.make(l.name, OURS);
                l.to = to.enter(l.name);
            }
            to = l.to;
            if (l == level) {
                break;
            }
        }
        return Optional.of(to);
    }

    private void judge(byte[] name, FileStatus s) throws IOException {
        if (s.kind() != Kind.FILE) {
            throw new IOException(
                    path(name) + " is " + s.kind().words() + "; only files and directories are delivered");
        }
        if (!owner.isRoot() && s.uid() != owner.uid()) {
            throw new IOException(path(name) + " belongs to another user (uid " + s.uid() + ") than the job's");
        }
    }

    private void file(Level here, byte[] name) throws IOException {
        Directory to = destination(here).orElseThrow();
        int errno = copied ? Errno.EXDEV : here.from.rename(name, to, name, 0);
        if (errno == Errno.EXDEV) {
            copied = true;
            try (Fd itself = here.from.look(name)) {
                judge(name, Handles.status(itself));
                bytes += copying.copy(itself, to, name, givenUp);
            }
        } else if (errno != 0) {
            throw new IOException(path(name) + ": " + Errno.text(errno));
        } else {
            FileStatus s = to.status(name).orElseThrow(() -> new Errno(path(name), Errno.ENOENT));
            judge(name, s);
            try (Fd fd = to.file(name, Descriptors.O_RDONLY | Descriptors.O_NONBLOCK, 0)) {
                if ((s.mode() & ~PERMISSIONS) != 0) {
                    Handles.mode(fd, s.mode() & PERMISSIONS);
                }
                Handles.sync(fd);
            }
            bytes += s.size();
        }
        files++;
    }

    private String path(byte[] name) {
        var names = new ArrayList<byte[]>();
        levels.stream().skip(1).forEach(l -> names.add(l.name));
        names.add(name);
        return Shown.path(names);
    }
}
