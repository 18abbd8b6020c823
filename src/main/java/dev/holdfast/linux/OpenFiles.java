package dev.holdfast.linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What processes have open, work in, run from or have as their root, at the moment it was looked: by device and inode, so
 * whatever the names have become (proc_pid_fd(5)). What is only mapped into memory is not seen. Immutable.
 */
public final class OpenFiles {
    private static final List<byte[]> SINGLE = List.of(Text.bytes("cwd"), Text.bytes("root"), Text.bytes("exe"));
    private static final byte[] DESCRIPTORS = Text.bytes("fd");

    private final Set<Id> open = new HashSet<>();
    private int unseen;

    private record Id(long device, long inode) {}

    private OpenFiles() {}

    /**
     * One statx(2) for each descriptor of the host.
     *
     * @param proc /proc, or a tree like it
     */
    public static OpenFiles of(Path proc) throws IOException {
        var found = new OpenFiles();
        NativeBuffer memory = NativeBuffer.allocate(Directory.LISTING_BYTES);
        for (int pid : new Proc(proc).pids()) {
            found.process(proc, pid, memory);
        }
        return found;
    }

    private void process(Path proc, int pid, NativeBuffer memory) {
        try (Directory process = Directory.at(proc.resolve(Integer.toString(pid)))) {
            for (byte[] name : SINGLE) {
                process.linked(name).ifPresent(this::add);
            }
            try (Directory descriptors = process.enter(DESCRIPTORS)) {
                for (var some = descriptors.next(memory); !some.isEmpty(); some = descriptors.next(memory)) {
                    for (DirectoryEntry e : some) {
                        descriptors.linked(e.name()).ifPresent(this::add);
                    }
                }
            }
        } catch (Errno e) {
            // Gone meanwhile; else it is another user's, and who knows what it has open.
            if (e.number() != Errno.ENOENT && e.number() != Errno.ESRCH) {
                unseen++;
            }
        }
    }

    private void add(FileStatus s) {
        open.add(new Id(s.identity().device(), s.identity().inode()));
    }

    public boolean has(FileStatus.Identity file) {
        return open.contains(new Id(file.device(), file.inode()));
    }

    /** Processes that could not be looked at: anything may be open there. */
    public int unseen() {
        return unseen;
    }
}
