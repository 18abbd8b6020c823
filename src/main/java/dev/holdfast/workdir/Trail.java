package dev.holdfast.workdir;

import dev.holdfast.linux.Directory;
import dev.holdfast.linux.DirectoryEntry;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.NativeBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way from a directory down to where a walk is, of any depth. Only the last few directories stay open; one above is
 * opened anew from the one below it, and must be the one that it was: whoever moves directories meanwhile leads nobody
 * out of the tree.
 */
public final class Trail implements AutoCloseable {
    private static final int OPEN = 32;

    private final NativeBuffer memory = NativeBuffer.allocate(Directory.LISTING_BYTES);
    private final List<Step> steps = new ArrayList<>();

    /** A directory on the way. */
    public static final class Step {
        private final byte[] name;
        private final FileStatus status;
        private @Nullable Directory directory;
        private Iterator<DirectoryEntry> entries = List.<DirectoryEntry>of().iterator();
        private long position;
        /** For whoever removes: how often it was read from its begin. */
        int passes = 1;
        /** What was found since then. */
        int found;
        /** What of it would not go. */
        int stuck;

        private Step(byte[] name, Directory directory, FileStatus status) {
            this.name = name;
            this.directory = directory;
            this.status = status;
        }

        public byte[] name() {
            return name;
        }

        public FileStatus status() {
            return status;
        }
    }

    /** What lies above is not what lay there before. */
    public static final class Lost extends Exception {
        private static final long serialVersionUID = 1L;

        Lost() {
            super("a directory was moved meanwhile");
        }
    }

    /** @param top is this trail's from now on */
    public Trail(Directory top, FileStatus status) {
        steps.add(new Step(new byte[0], top, status));
    }

    public Step here() {
        return steps.getLast();
    }

    public Directory directory() {
        Directory open = here().directory;
        if (open == null) {
            throw new IllegalStateException("not open");
        }
        return open;
    }

    public boolean atTop() {
        return steps.size() == 1;
    }

    public int depth() {
        return steps.size() - 1;
    }

    /** The next entry here; null: there are no more. */
    public @Nullable DirectoryEntry next() throws Errno {
        Step s = here();
        if (!s.entries.hasNext()) {
            s.entries = directory().next(memory).iterator();
            s.position = directory().position();
        }
        return s.entries.hasNext() ? s.entries.next() : null;
    }

    /** Reads the entries here from the first one again. */
    void again() throws Errno {
        here().passes++;
        here().entries = List.<DirectoryEntry>of().iterator();
        here().position = 0;
        directory().seek(0);
    }

    /**
     * Goes into a directory that lies here.
     *
     * @param directory is this trail's from now on
     */
    public void down(byte[] name, Directory directory, FileStatus status) {
        int far = steps.size() - OPEN;
        if (far >= 0) {
            Directory above = steps.get(far).directory;
            if (above != null) {
                above.close();
                steps.get(far).directory = null;
            }
        }
        steps.add(new Step(name, directory, status));
    }

    /** Goes back. @return the directory that was left */
    public Step up() throws Errno, Lost {
        Step left = steps.removeLast();
        try (Directory below = left.directory) {
            Step s = here();
            if (s.directory == null && below != null) {
                Directory above = below.above();
                if (!above.status().identity().equals(s.status.identity())) {
                    above.close();
                    throw new Lost();
                }
                s.directory = above;
                above.seek(s.position);
            }
        }
        return left;
    }

    /** The names from the top down to here, and one more. */
    public String path(byte[] name) {
        var names = new ArrayList<byte[]>();
        // Only its end is shown, so not all of a deep one is needed.
        for (Step s : steps.subList(Math.max(1, steps.size() - 100), steps.size())) {
            names.add(s.name);
        }
        names.add(name);
        return Shown.path(names);
    }

    @Override
    public void close() {
        for (Step s : steps) {
            if (s.directory != null) {
                s.directory.close();
            }
        }
    }
}
