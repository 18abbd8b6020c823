package dev.holdfast.workdir;

import dev.holdfast.linux.Directory;
import dev.holdfast.linux.DirectoryEntry;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.FileStatus.Kind;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What a directory takes on disk: blocks, not apparent sizes, and of a file with several names once. What was deleted and
 * is still open has no name, so only a quota of the file system counts it.
 *
 * @param bytes at least so many
 * @param entries that were counted, the directory itself not
 * @param lacks why that may not be all, for people; empty when it is
 */
public record Measured(long bytes, long entries, String lacks) {
    /** Counted at most; a directory with more takes too long to be measured, which is said. */
    public static final long MOST_ENTRIES = 1_000_000;

    private static final int MOST_DEPTH = 20_000;
    private static final int MOST_LINKED = 200_000;
    private static final int ASKED_EVERY = 256;
    private static final Duration LEAST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofSeconds(30);
    /** At most one part in so many, and one more, of a processor's time goes to one directory. */
    private static final int REST = 10;

    /** All of it was counted. */
    public boolean whole() {
        return lacks.isEmpty();
    }

    /**
     * When to measure again, so that a large directory costs little more than a small one: after a second, or ten times as
     * long as it took (100,000 files: about half a second, so every 5 s), 30 s at most. Until then it grows unseen.
     */
    public static MonoTime again(MonoTime begun, MonoTime ended) {
        Duration rest = ended.since(begun).multipliedBy(REST);
        return ended.plus(rest.compareTo(LEAST) < 0 ? LEAST : rest.compareTo(MOST) > 0 ? MOST : rest);
    }

    /**
     * @param enough it is not counted further than to more than so many bytes
     * @param givenUp asked now and then
     */
    static Measured of(Directory top, long enough, BooleanSupplier givenUp) throws Errno {
        try (var count = new Count(top, enough, givenUp)) {
            return count.all();
        }
    }

    /** One count. */
    private static final class Count implements AutoCloseable {
        private final Trail trail;
        private final long mount;
        private final long enough;
        private final BooleanSupplier givenUp;
        private final Set<FileStatus.Identity> linked = new HashSet<>();
        private long bytes;
        private long entries;
        private String lacks = "";

        Count(Directory top, long enough, BooleanSupplier givenUp) throws Errno {
            FileStatus status = top.status();
            this.trail = new Trail(top, status);
            this.mount = status.mount();
            this.bytes = status.diskBytes();
            this.enough = enough;
            this.givenUp = givenUp;
        }

        Measured all() {
            boolean more = true;
            while (more) {
                if (bytes > enough) {
                    lacks = "it was not counted further";
                } else if (entries >= MOST_ENTRIES) {
                    lacks = "it has more than " + MOST_ENTRIES + " entries";
                } else if (entries % ASKED_EVERY == 0 && givenUp.getAsBoolean()) {
                    lacks = "the count was given up";
                } else {
                    more = step();
                    continue;
                }
                break;
            }
            return new Measured(bytes, entries, lacks);
        }

        /** @return false when there is no more */
        private boolean step() {
            try {
                DirectoryEntry entry = trail.next();
                if (entry != null) {
                    entries++;
                    count(entry);
                    return true;
                }
                if (trail.atTop()) {
                    return false;
                }
                trail.up();
                return true;
            } catch (Errno | Trail.Lost changed) {
                lacks = String.valueOf(changed.getMessage());
                return false;
            }
        }

        private void count(DirectoryEntry entry) {
            byte[] name = entry.name();
            try {
                if (entry.kind() == Kind.DIRECTORY) {
                    enter(name);
                    return;
                }
                FileStatus s = trail.directory().status(name).orElse(null);
                if (s == null || s.mount() != mount) {
                    return; // gone meanwhile, or a file that is mounted here and lies elsewhere
                }
                if (s.kind() == Kind.DIRECTORY) {
                    enter(name);
                } else if (s.links() == 1 || linked.size() >= MOST_LINKED || linked.add(s.identity())) {
                    bytes += s.diskBytes();
                }
            } catch (Errno e) {
                boolean gone = e.number() == Errno.ENOENT || e.number() == Errno.ENOTDIR;
                if (!gone) {
                    lacks = trail.path(name) + ": " + Errno.text(e.number());
                }
            }
        }

        private void enter(byte[] name) throws Errno {
            if (trail.depth() >= MOST_DEPTH) {
                lacks = "it is more than " + MOST_DEPTH + " directories deep";
                return;
            }
            Directory inner = trail.directory().enter(name);
            try {
                FileStatus s = inner.status();
                if (s.mount() == mount) {
                    bytes += s.diskBytes();
                    trail.down(name, inner, s);
                } else {
                    inner.close();
                }
            } catch (Errno e) {
                inner.close();
                throw e;
            }
        }

        @Override
        public void close() {
            trail.close();
        }
    }
}
