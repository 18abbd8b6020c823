package dev.holdfast.workdir;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.Handles;
import dev.holdfast.linux.NativeBuffer;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Copies files to another file system, holes as holes, so that what takes no room there takes none here either. */
final class Copying {
    private static final int PIECE = 1 << 20;
    private static final int PRIVATE = 0600;
    private static final int PERMISSIONS = 0777;

    private @Nullable NativeBuffer memory;

    /**
     * Copies content, permissions, owner and time of change, and has it on disk.
     *
     * @param itself a file, opened to be looked at only; what is appended meanwhile is left out
     * @return its size
     */
    long copy(Fd itself, Directory to, byte[] name, BooleanSupplier givenUp) throws IOException {
        FileStatus s = Handles.status(itself);
        int flags = Descriptors.O_WRONLY | Descriptors.O_CREAT | Descriptors.O_EXCL;
        try (Fd in = Handles.reopen(itself, Descriptors.O_RDONLY | Descriptors.O_NONBLOCK);
                Fd out = to.file(name, flags, PRIVATE)) {
            for (long at = Handles.data(in, 0); at >= 0 && at < s.size(); ) {
                long end = Handles.hole(in, at, s.size());
                at = piece(in, out, at, end, givenUp);
                at = at < end ? s.size() : Handles.data(in, at); // cut short meanwhile
            }
            Descriptors.truncate(out, s.size());
            if (s.uid() != Handles.user() || s.gid() != Handles.group()) {
                Handles.own(out, s.uid(), s.gid());
            }
            Handles.mode(out, s.mode() & PERMISSIONS);
            Handles.modified(out, s);
            Handles.sync(out);
            return s.size();
        }
    }

    /** @return where it came to: before {@code end} only at the end of the file */
    private long piece(Fd in, Fd out, long from, long end, BooleanSupplier givenUp) throws IOException {
        NativeBuffer b = memory == null ? NativeBuffer.allocate(PIECE) : memory;
        memory = b;
        long at = from;
        while (at < end) {
            if (givenUp.getAsBoolean()) {
                throw new IOException("it was given up");
            }
            int n = Descriptors.readAt(in, b, 0, (int) Math.min(PIECE, end - at), at);
            if (n == 0) {
                break;
            }
            if (n < 0) {
                throw new Errno("read", -n);
            }
            for (int done = 0; done < n; ) {
                int w = Descriptors.writeAt(out, b, done, n - done, at + done);
                if (w <= 0) {
                    throw new Errno("write", w == 0 ? Errno.ENOSPC : -w);
                }
                done += w;
            }
            at += n;
        }
        return at;
    }
}
