package dev.holdfast.linux;

import java.util.OptionalInt;

/** Our children of whatever origin, orphans handed to us included (waitid(2)). Thread-safe. */
public final class Children {
    private static final int P_ALL = 0;
    private static final int P_PID = 1;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int WNOWAIT = 0x1000000;
    private static final int SI_PID_OFFSET = 16;

    private Children() {}

    /**
     * Blocks until some child has ended, and leaves it unreaped, so that its exit status stays with whoever it belongs
     * to.
     *
     * @return its pid; empty when there is no child at all
     */
    public static OptionalInt awaitEnded() {
        NativeBuffer info = NativeBuffer.allocate(128);
        while (true) {
            long r = info.use(a -> Syscall.WAITID.call(P_ALL, 0, a, WEXITED | WNOWAIT, 0, 0));
            if (r == 0) {
                return OptionalInt.of(info.bytes().getInt(SI_PID_OFFSET));
            }
            if (r != -Errno.EINTR) {
                return OptionalInt.empty();
            }
        }
    }

    /** Some child that has ended, left unreaped; empty when none has. */
    public static OptionalInt ended() {
        NativeBuffer info = NativeBuffer.scratch(128);
        long r = info.use(a -> Syscall.WAITID.call(P_ALL, 0, a, WEXITED | WNOHANG | WNOWAIT, 0, 0));
        int pid = info.bytes().getInt(SI_PID_OFFSET);
        return r == 0 && pid > 0 ? OptionalInt.of(pid) : OptionalInt.empty();
    }

    /** Reaps an ended child whose status interests nobody; false when it has not ended or is not ours. */
    public static boolean reap(int pid) {
        NativeBuffer info = NativeBuffer.scratch(128);
        long r = info.use(a -> Syscall.WAITID.call(P_PID, pid, a, WEXITED | WNOHANG, 0, 0));
        return r == 0 && info.bytes().getInt(SI_PID_OFFSET) == pid;
    }
}
