package dev.holdfast.linux.sandbox;

import static dev.holdfast.linux.Syscall.check;

import dev.holdfast.linux.Errno;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.linux.Syscall;

/**
 * What a program has of root's power, as bits by number (capabilities(7)). Sets belong to the thread.
 *
 * @param bounding what neither it nor a program it executes can exceed
 * @param ambient what a user other than root has from the start
 */
public record CapabilitySets(long bounding, long ambient) {
    private static final int PR_SET_KEEPCAPS = 8;
    private static final int PR_CAPBSET_READ = 23;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_RAISE = 2;
    private static final int VERSION_3 = 0x20080522;
    private static final int HEADER_BYTES = 8;
    private static final int WORD_BYTES = 12; // effective, permitted, inheritable: 32 bits of each
    private static final int MOST = 64;
    private static final String KEY = "sandbox.capabilities: ";

    /** Before the thread gives up being root, which all this needs. */
    void bound(boolean staysRoot) throws Errno {
        for (int c = 0; c < MOST; c++) {
            long r = (bounding & (1L << c)) == 0 ? Syscall.PRCTL.call(PR_CAPBSET_DROP, c, 0, 0, 0, 0) : 0;
            if (r == -Errno.EINVAL) {
                break; // beyond the last that this kernel knows
            }
            if (r < 0 && Syscall.PRCTL.call(PR_CAPBSET_READ, c, 0, 0, 0, 0) != 0) {
                check(KEY + "drop number " + c, r);
            }
        }
        if (!staysRoot && ambient != 0) {
            check(KEY + "keep across setuid", Syscall.PRCTL.call(PR_SET_KEEPCAPS, 1, 0, 0, 0, 0));
        }
    }

    /** Once the thread is who the program will be. */
    void take(boolean isRoot) throws Errno {
        // What root may have, exec gives it anew out of the bounding set; what it could inherit would come on top.
        set(isRoot ? bounding & permitted() : ambient, isRoot ? 0 : ambient);
        for (int c = 0; c < MOST && !isRoot; c++) {
            if ((ambient & (1L << c)) != 0) {
                check(KEY + "give number " + c, Syscall.PRCTL.call(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0, 0));
            }
        }
    }

    private static void set(long effective, long inheritable) throws Errno {
        NativeBuffer b = header();
        for (int word = 0; word < 2; word++) {
            int at = HEADER_BYTES + word * WORD_BYTES;
            int bits = (int) (effective >>> (32 * word));
            b.bytes().putInt(at, bits).putInt(at + 4, bits).putInt(at + 8, (int) (inheritable >>> (32 * word)));
        }
        check(KEY + "capset", b.use(a -> Syscall.CAPSET.call(a, a + HEADER_BYTES)));
    }

    /** What this thread may use of root's power; all of it also in its bounding set. */
    static long permitted() throws Errno {
        NativeBuffer b = header();
        check("capget", b.use(a -> Syscall.CAPGET.call(a, a + HEADER_BYTES)));
        int at = HEADER_BYTES + 4;
        long all =
                Integer.toUnsignedLong(b.bytes().getInt(at)) | ((long) b.bytes().getInt(at + WORD_BYTES) << 32);
        long bound = 0;
        for (int c = 0; c < MOST; c++) {
            bound |= Syscall.PRCTL.call(PR_CAPBSET_READ, c, 0, 0, 0, 0) == 1 ? (1L << c) : 0;
        }
        return all & bound;
    }

    private static NativeBuffer header() {
        NativeBuffer b = NativeBuffer.scratch(HEADER_BYTES + 2 * WORD_BYTES);
        b.bytes().putInt(0, VERSION_3);
        return b;
    }
}
