package dev.holdfast.workdir;

import dev.holdfast.linux.Directory;
import dev.holdfast.linux.DirectoryEntry;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.FileStatus.Identity;
import dev.holdfast.linux.FileStatus.Kind;
import dev.holdfast.linux.Handles;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Removes a directory with all that is in it. Each directory becomes ours before it is read, so that nobody can put
 * anything there any more, nor move it away; only the names of files are touched, for a file may have others elsewhere.
 * What will not go is noted, and the rest goes on.
 */
public final class Removal {
    private static final String MOUNTED = "another file system is mounted there";
    private static final int OURS = 0700;
    /** A directory is read so often, if it fills again meanwhile: only who is root, or we, could do that to us. */
    private static final int MOST_PASSES = 10_000;

    private final Remains.Notes notes = new Remains.Notes();
    private final String shown;
    private final @Nullable Predicate<FileStatus> spared;
    private long mount;
    private long entries;
    private long bytes;

    private Removal(String shown, @Nullable Predicate<FileStatus> spared) {
        this.shown = shown;
        this.spared = spared;
    }

    /**
     * What became of it.
     *
     * @param entries that are gone
     * @param bytes on disk that are free by that
     */
    public record Done(Remains remains, long entries, long bytes) {}

    /**
     * As a whole, but for what is {@code spared}, and the directories it lies in, whose owner and mode come back. Each is
     * looked at right before it goes.
     *
     * @param spared of files, not directories
     */
    public static Done removeBut(
            Directory parent, byte[] name, FileStatus.Identity expected, Predicate<FileStatus> spared) {
        var it = new Removal(Shown.name(name), spared);
        it.begin(parent, name, only(expected));
        return new Done(it.notes.remains(), it.entries, it.bytes);
    }

    /**
     * Whatever the name stands for; what is not there is gone.
     *
     * @param expected only what this is true of is removed
     */
    static Remains remove(Directory parent, byte[] name, Predicate<FileStatus> expected) {
        var it = new Removal(Shown.name(name), null);
        it.begin(parent, name, expected);
        return it.notes.remains();
    }

    private void begin(Directory parent, byte[] name, Predicate<FileStatus> expected) {
        try {
            whole(parent, name, expected);
        } catch (Errno | Trail.Lost e) {
            notes.add(shown, String.valueOf(e.getMessage()));
        }
    }

    static Predicate<FileStatus> only(Identity identity) {
        return s -> s.identity().equals(identity);
    }

    private void whole(Directory parent, byte[] name, Predicate<FileStatus> expected) throws Errno, Trail.Lost {
        FileStatus seen = parent.status(name).orElse(null);
        if (seen == null) {
            return;
        }
        if (!expected.test(seen)) {
            notes.add(shown, "it is another one now");
            return;
        }
        if (seen.kind() != Kind.DIRECTORY) {
            note(shown, parent.unlink(name));
            return;
        }
        mount = parent.status().mount();
        Directory top = opened(parent, name);
        FileStatus status = top.status();
        if (!status.identity().equals(seen.identity()) || status.mount() != mount) {
            top.close();
            boolean mounted = status.mount() != mount;
            notes.add(shown, mounted ? MOUNTED : "it is another one now");
            return;
        }
        take(top, status);
        try (var trail = new Trail(top, status)) {
            contents(trail);
            int errno = notes.remains().none() ? parent.rmdir(name) : 0;
            while (errno == Errno.ENOTEMPTY && trail.here().passes < MOST_PASSES) {
                trail.again();
                contents(trail);
                errno = notes.remains().none() ? parent.rmdir(name) : 0;
            }
            if (errno == 0 && notes.remains().none()) {
                entries++;
            } else {
                restore(trail);
            }
            note(shown, errno);
        }
    }

    private void contents(Trail trail) throws Errno, Trail.Lost {
        while (true) {
            DirectoryEntry entry = next(trail);
            if (entry != null) {
                remove(trail, entry);
                continue;
            }
            if (trail.here().passes < MOST_PASSES && trail.here().stuck == 0 && refilled(trail)) {
                continue;
            }
            if (trail.atTop()) {
                return;
            }
            if (trail.here().stuck > 0) {
                restore(trail);
            }
            Trail.Step left = trail.up();
            int errno = left.stuck > 0 ? Errno.ENOTEMPTY : trail.directory().rmdir(left.name());
            if (errno == Errno.ENOTEMPTY && left.stuck == 0 && left.passes < MOST_PASSES) {
                again(trail, left);
                continue;
            }
            entries += errno == 0 ? 1 : 0;
            if (errno != 0 && errno != Errno.ENOENT) {
                trail.here().stuck++;
                if (left.stuck == 0) { // else it is told already
                    note(trail.path(left.name()), errno);
                }
            }
        }
    }

    private void again(Trail trail, Trail.Step left) throws Errno {
        try {
            if (enter(trail, trail.directory(), left.name())) {
                trail.here().passes = left.passes + 1;
            }
        } catch (Errno e) {
            if (e.number() != Errno.ENOENT && e.number() != Errno.ENOTDIR) { // else the next pass here sees to it
                throw e;
            }
        }
    }

    private @Nullable DirectoryEntry next(Trail trail) {
        try {
            return trail.next();
        } catch (Errno e) { // a broken disk: what lies beside it can go
            note(trail.path(new byte[0]), e.number());
            trail.here().stuck++;
            return null;
        }
    }

    /** Some file systems leave entries out when others go meanwhile: it is over when a look finds none at all. */
    private boolean refilled(Trail trail) throws Errno {
        boolean had = trail.here().found > 0;
        trail.here().found = 0;
        if (had) {
            trail.again();
        }
        return had;
    }

    private void remove(Trail trail, DirectoryEntry entry) {
        byte[] name = entry.name();
        Directory at = trail.directory();
        trail.here().found++;
        if (entry.kind() != Kind.DIRECTORY) {
            if (spares(trail, at, name)) {
                return;
            }
            int errno = at.unlink(name);
            entries += errno == 0 ? 1 : 0;
            if (errno == 0 || errno == Errno.ENOENT) {
                return;
            }
            if (errno != Errno.EISDIR) {
                trail.here().stuck++;
                note(trail.path(name), errno);
                return;
            }
        }
        try {
            if (!enter(trail, at, name)) {
                trail.here().stuck++;
                notes.add(trail.path(name), MOUNTED);
            }
        } catch (Errno e) {
            int errno = e.number() == Errno.ENOTDIR ? at.unlink(name) : e.number(); // it is another thing by now
            if (errno != 0 && errno != Errno.ENOENT) {
                trail.here().stuck++;
                note(trail.path(name), errno);
            }
        }
    }

    private boolean spares(Trail trail, Directory at, byte[] name) {
        if (spared == null) {
            return false;
        }
        try {
            FileStatus s = at.status(name).orElse(null);
            if (s != null && s.kind() != Kind.DIRECTORY && spared.test(s)) {
                trail.here().stuck++;
                notes.add(trail.path(name), "it was written meanwhile");
                return true;
            }
            bytes += s != null && s.kind() == Kind.FILE && s.links() == 1 ? s.diskBytes() : 0;
            return false;
        } catch (Errno e) {
            trail.here().stuck++;
            notes.add(trail.path(name), Errno.text(e.number()));
            return true;
        }
    }

    /** It stays, so it is whose it was. */
    private void restore(Trail trail) throws Errno {
        FileStatus was = trail.here().status();
        if (spared != null) {
            if (was.uid() != Handles.user() && Handles.user() == 0) {
                trail.directory().own(was.uid(), was.gid());
            }
            trail.directory().mode(was.mode());
        }
    }

    /** @return false when it lies on another mount */
    private boolean enter(Trail trail, Directory at, byte[] name) throws Errno {
        Directory inner = opened(at, name);
        try {
            FileStatus status = inner.status();
            if (status.mount() != mount) {
                inner.close();
                return false;
            }
            take(inner, status);
            trail.down(name, inner, status);
            return true;
        } catch (Errno e) {
            inner.close();
            throw e;
        }
    }

    /** Also one that its owner has forbidden himself to read. */
    private static Directory opened(Directory at, byte[] name) throws Errno {
        try {
            return at.enter(name);
        } catch (Errno e) {
            if (e.number() != Errno.EACCES) {
                throw e;
            }
            try (Fd itself = at.look(name)) {
                if (Handles.status(itself).kind() == Kind.DIRECTORY) {
                    Handles.modeOfPath(itself, OURS);
                }
            }
            return at.enter(name);
        }
    }

    private static void take(Directory d, FileStatus s) {
        try {
            if (s.uid() != Handles.user() && Handles.user() == 0) {
                d.own(0, 0);
            }
            if ((s.mode() & 0777) != OURS) {
                d.mode(OURS);
            }
        } catch (Errno unable) { // what comes of that is told for each entry that stays
            return;
        }
    }

    private void note(String path, int errno) {
        if (errno != 0 && errno != Errno.ENOENT) {
            notes.add(path, errno == Errno.EPERM ? Errno.text(errno) + " (immutable?)" : Errno.text(errno));
        }
    }
}
