package dev.holdfast.linux;

import dev.holdfast.linux.ffi.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** What this process can give back to the kernel without missing it, and what it keeps from it. Thread-safe. */
public final class OwnMemory {
    private static final int MADV_DONTNEED = 4;
    private static final int MCL_CURRENT = 1;
    private static final int MCL_ONFAULT = 4;
    private static final Set<String> NEVER_WRITTEN = Set.of("r--p", "r-xp");
    /** Pages that differ from the file: in memory, and swapped out. */
    private static final Set<String> OWN = Set.of("Anonymous:", "Swap:");

    private static final String LAST = "VmFlags:";

    private OwnMemory() {}

    /** What malloc(3) keeps of freed memory (malloc_trim(3)); nothing where libc has no such call. */
    public static void trimHeap() {
        Native.optional("malloc_trim").ifPresent(trim -> trim.call(0, 0, 0, 0, 0, 0));
    }

    /**
     * Unmaps the pages of programs and class caches that lie in memory as their files have them: most were needed once, at
     * the start, or only lie beside such a page (the kernel maps sixteen at a time). What is needed again is mapped again
     * from the page cache. The kernel would do the same, but only under pressure; until then they count as ours.
     *
     * @param procRoot /proc, whose self/smaps tells which mappings have no page of our own (proc_pid_smaps(5))
     */
    public static void unmapUntouched(Path procRoot) throws IOException {
        String[] mapping = {};
        long own = 0;
        for (String line : Files.readAllLines(procRoot.resolve("self/smaps"))) {
            String[] words = line.split(" +", -1);
            if (words[0].indexOf('-') > 0) {
                mapping = words;
                own = 0;
            } else if (OWN.contains(words[0])) {
                own += Long.parseLong(words[1]);
            } else if (words[0].equals(LAST) && own == 0 && unchangedFile(mapping)) {
                String range = mapping[0];
                int dash = range.indexOf('-');
                long from = Long.parseUnsignedLong(range, 0, dash, 16);
                long to = Long.parseUnsignedLong(range, dash + 1, range.length(), 16);
                Syscall.MADVISE.call(from, to - from, MADV_DONTNEED); // refused: then they stay
            }
        }
    }

    /**
     * Keeps in memory what is mapped now, each page of it from when it was touched first: a host that runs out of memory
     * would take our program's pages, and we would read them from a disk that is busy with everybody's. Until
     * {@link #release} none of it can be given back. What is mapped later is not meant (MCL_FUTURE): a thread that has
     * become another user may not lock, and could map nothing any more.
     *
     * @throws Errno without CAP_IPC_LOCK, when RLIMIT_MEMLOCK is less than all that is mapped
     */
    public static void hold() throws Errno {
        Syscall.check("mlockall", Syscall.MLOCKALL.call(MCL_CURRENT | MCL_ONFAULT));
    }

    /** Ends {@link #hold}. */
    public static void release() {
        Syscall.MUNLOCKALL.call(0);
    }

    private static boolean unchangedFile(String[] mapping) {
        return mapping.length > 5 && NEVER_WRITTEN.contains(mapping[1]) && mapping[mapping.length - 1].startsWith("/");
    }
}
