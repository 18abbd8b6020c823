package dev.holdfast.clean;

import dev.holdfast.linux.FileStatus;
import dev.holdfast.workdir.Shown;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that may be due, as it was when it was looked at. Immutable. */
final class Found {
    private final In in;
    private final byte[] name;
    private final FileStatus status;
    private final Sum sum;

    /**
     * What it comes to.
     *
     * @param newest last written, or changed: of a directory the newest in it
     * @param settled as newest, but of itself only when it was written: to take it aside changes it
     * @param entries itself and all in it
     * @param bytes on disk that are free without it
     * @param size apparent, of all files in it
     * @param used whether a process has it, or something in it, open
     */
    record Sum(Instant newest, Instant settled, long entries, long bytes, long size, boolean used) {}

    /**
     * @param in the directory that it lies in
     * @param name in that, which nobody changes
     * @param status of itself
     */
    Found(In in, byte[] name, FileStatus status, Sum sum) {
        this.in = in;
        this.name = name;
        this.status = status;
        this.sum = sum;
    }

    In in() {
        return in;
    }

    byte[] name() {
        return name;
    }

    FileStatus status() {
        return status;
    }

    Instant newest() {
        return sum.newest();
    }

    Instant settled() {
        return sum.settled();
    }

    long entries() {
        return sum.entries();
    }

    long bytes() {
        return sum.bytes();
    }

    long size() {
        return sum.size();
    }

    boolean used() {
        return sum.used();
    }

    /** A directory below a root, or itself. It knows the one above it, so that a deep tree costs little. */
    static final class In {
        private final String root;
        private final @Nullable In above;
        private final byte[] name;
        private final FileStatus.Identity identity;

        private In(String root, @Nullable In above, byte[] name, FileStatus.Identity identity) {
            this.root = root;
            this.above = above;
            this.name = name;
            this.identity = identity;
        }

        /** @param root shown path */
        static In root(String root, FileStatus.Identity identity) {
            return new In(root, null, new byte[0], identity);
        }

        In below(byte[] itsName, FileStatus.Identity itsIdentity) {
            return new In(root, this, itsName, itsIdentity);
        }

        /** From the root down. */
        List<byte[]> names() {
            var names = new ArrayList<byte[]>();
            for (In at = this; at.above != null; at = at.above) {
                names.add(at.name);
            }
            return names.reversed();
        }

        String root() {
            return root;
        }

        /** Which it must still be. */
        FileStatus.Identity identity() {
            return identity;
        }
    }

    /** For people. */
    String shown() {
        var all = new ArrayList<>(in.names());
        all.add(name);
        return (in.root().equals("/") ? "" : in.root()) + "/" + Shown.path(all);
    }
}
