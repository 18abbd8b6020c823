package dev.holdfast.clean;

import dev.holdfast.config.CleanupSpec;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.DirectoryEntry;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.FileStatus.Kind;
import dev.holdfast.linux.OpenFiles;
import dev.holdfast.workdir.Trail;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a directory holds: how new its newest is, how much there is, and whether anybody uses any of it.
 *
 * @param settled as newest, but of the top only when it was written: to rename it changes it
 * @param used whether a process has any of it open; a socket counts as used, as who listens there has not the file open
 * @param lacks why that is not all of it, for people; empty: it is. What was not seen may be new
 */
record Content(Instant newest, Instant settled, long entries, long bytes, long size, boolean used, String lacks) {
    private static final int MOST_DEPTH = Look.MOST_DEPTH;
    private static final int ASKED_EVERY = 1024;

    /**
     * @param top closed by this
     * @param mount on which all of it must lie
     * @param open null: whether it is used does not matter
     * @param enough it is not looked further than to something newer
     */
    static Content of(
            Directory top,
            long mount,
            CleanupSpec.Age age,
            @Nullable OpenFiles open,
            Instant enough,
            BooleanSupplier givenUp)
            throws Errno {
        FileStatus status;
        try {
            status = top.status();
        } catch (Errno e) {
            top.close();
            throw e;
        }
        try (var trail = new Trail(top, status)) {
            var walk = new Walk(trail, mount, age, open);
            walk.count(status);
            walk.settled = status.modified();
            while (walk.lacks.isEmpty() && !walk.newest.isAfter(enough)) {
                if (walk.entries % ASKED_EVERY == 0 && givenUp.getAsBoolean()) {
                    walk.lacks = "the look was given up";
                } else if (!walk.step()) {
                    break;
                }
            }
            return new Content(walk.newest, walk.settled, walk.entries, walk.bytes, walk.size, walk.used, walk.lacks);
        }
    }

    /** The time that counts. */
    static Instant time(FileStatus s, CleanupSpec.Age age) {
        return switch (age) {
            case MODIFIED -> s.modified();
            case CHANGED -> s.changed().isAfter(s.modified()) ? s.changed() : s.modified();
        };
    }

    /** @param open null: that does not matter */
    static boolean used(FileStatus s, @Nullable OpenFiles open) {
        return open != null && (s.kind() == Kind.SOCKET || open.has(s.identity()));
    }

    /** What is free on disk when this name goes. */
    static long freed(FileStatus s) {
        return s.kind() == Kind.DIRECTORY || s.links() == 1 ? s.diskBytes() : 0;
    }

    private static final class Walk {
        private final Trail trail;
        private final long mount;
        private final CleanupSpec.Age age;
        private final @Nullable OpenFiles open;
        private Instant newest = Instant.MIN;
        private Instant settled = Instant.MIN;
        private long entries;
        private long bytes;
        private long size;
        private boolean used;
        private String lacks = "";

        Walk(Trail trail, long mount, CleanupSpec.Age age, @Nullable OpenFiles open) {
            this.trail = trail;
            this.mount = mount;
            this.age = age;
            this.open = open;
        }

        void count(FileStatus s) {
            entries++;
            bytes += freed(s);
            size += s.kind() == Kind.FILE ? s.size() : 0;
            used |= Content.used(s, open);
            Instant time = time(s, age);
            newest = time.isAfter(newest) ? time : newest;
            settled = time.isAfter(settled) ? time : settled;
        }

        /** @return false when there is no more */
        boolean step() {
            try {
                DirectoryEntry entry = trail.next();
                if (entry != null) {
                    entry(entry);
                    return true;
                }
                if (trail.atTop()) {
                    return false;
                }
                trail.up();
                return true;
            } catch (Errno | Trail.Lost e) {
                lacks = String.valueOf(e.getMessage());
                return false;
            }
        }

        private void entry(DirectoryEntry entry) throws Errno {
            byte[] name = entry.name();
            FileStatus s = trail.directory().status(name).orElse(null);
            if (s == null) {
                lacks = trail.path(name) + " was removed meanwhile"; // so somebody works there
            } else if (s.mount() != mount) {
                lacks = "another file system is mounted at " + trail.path(name);
            } else if (s.kind() != Kind.DIRECTORY) {
                count(s);
            } else if (trail.depth() >= MOST_DEPTH) {
                lacks = "it is more than " + MOST_DEPTH + " directories deep";
            } else {
                enter(name);
            }
        }

        private void enter(byte[] name) {
            Directory inner = null;
            try {
                inner = trail.directory().enter(name);
                FileStatus s = inner.status();
                if (s.mount() != mount) {
                    inner.close();
                    lacks = "another file system is mounted at " + trail.path(name);
                    return;
                }
                count(s);
                trail.down(name, inner, s);
            } catch (Errno e) {
                if (inner != null) {
                    inner.close();
                }
                lacks = trail.path(name) + ": " + Errno.text(e.number());
            }
        }
    }
}
