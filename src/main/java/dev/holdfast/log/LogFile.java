package dev.holdfast.log;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A replica's current log file. One thread owns it. */
final class LogFile {
    private static final int FLAGS =
            Descriptors.O_WRONLY | Descriptors.O_APPEND | Descriptors.O_CREAT | Descriptors.O_NOFOLLOW;
    private static final int MODE = 0640;

    /** Instances that write to it. */
    int used;

    /** Whose records the file's last ones are; empty: nobody has written yet. */
    String tags = "";

    boolean knownToLose;

    final Health health = new Health();

    private LogTarget target;
    private @Nullable Fd fd;
    private long size;
    /** Bytes of output that could not be written since the last success. */
    private long lost;

    private String lostTo = "";

    private final Archive archive;

    LogFile(LogTarget target, Archive archive) {
        this.target = target;
        this.archive = archive;
        archive.know(target.file(), target.rotation());
    }

    LogTarget target() {
        return target;
    }

    void retarget(LogTarget fresh) {
        if (!fresh.file().equals(target.file())) {
            close();
        }
        target = fresh;
        archive.know(target.file(), target.rotation());
    }

    /** The open file, rotated first when {@code coming} more bytes would pass its bound. */
    Fd open(long coming) throws IOException {
        Fd open = fd != null ? fd : openNow();
        if (size > 0 && size + coming > target.rotation().maxSizeBytes()) {
            cutShort();
            open = openNow();
        }
        return open;
    }

    private Fd openNow() throws IOException {
        Path parent = target.file().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Fd opened = Descriptors.open(target.file(), FLAGS, MODE);
        fd = opened;
        tags = "";
        size = Descriptors.size(opened);
        return opened;
    }

    /** Begins a new file though this one is not full. */
    void cutShort() throws IOException {
        close();
        archive.rotate(target.file(), target.rotation());
    }

    long size() {
        return size;
    }

    void grew(long bytes) {
        size += bytes;
        archive.wrote(bytes);
    }

    /** Cuts off what a batch that is done again, or failed half-way, had written. */
    void cutBack(long sizeBefore) {
        Fd open = fd;
        if (open == null) {
            return;
        }
        try {
            if (Descriptors.size(open) > sizeBefore) {
                Descriptors.truncate(open, sizeBefore);
            }
            size = sizeBefore;
        } catch (Errno e) {
            lostTo = Errno.text(e.number());
        }
    }

    /** @param to why, in words */
    void lose(int bytes, String to) {
        lost += bytes;
        lostTo = to;
        close(); // the next try opens anew: the directory may have come back
    }

    /** A line to say what is missing above it, for when writing works again. */
    String apology() {
        return "holdfast: " + lost + " bytes of output are missing here: " + lostTo;
    }

    void apologised() {
        lost = 0;
    }

    /** What another file could not be told is told here. */
    void takeLosses(LogFile other) {
        if (other.losing()) {
            lost += other.lost;
            lostTo = other.lostTo;
            other.lost = 0;
        }
    }

    boolean losing() {
        return lost > 0;
    }

    void close() {
        if (fd != null) {
            fd.close();
            fd = null;
        }
    }
}
