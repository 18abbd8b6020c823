package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A program that was run to its end, with what it printed: for a command that has no loop. Nobody else may reap this
 * process's children.
 *
 * @param out at most 8 MiB
 * @param err at most 8 MiB
 */
public record ProgramRun(Outcome outcome, String out, String err) {
    private static final int LARGEST = 8 << 20;
    private static final int MFD_CLOEXEC = 1;
    private static final short POLLIN = 1;
    private static final int TIMESPEC = 8;
    private static final Path PROC = Path.of("/proc");

    /**
     * Runs it with stdin from /dev/null, and kills it at the timeout. Its output goes to memory (memfd_create(2)), so
     * that no pipe can fill while it is waited for.
     *
     * @param argv begins with the absolute path of the program
     * @param environment entries NAME=VALUE
     * @throws IOException when it cannot be started, or does not end in time
     */
    public static ProgramRun of(List<String> argv, List<String> environment, Duration timeout) throws IOException {
        try (Fd out = memory("stdout");
                Fd err = memory("stderr")) {
            int pid = new PosixSpawn().start(argv.getFirst(), argv, environment, null, out, err);
            if (pid < 0) {
                throw new Errno("exec " + argv.getFirst(), -pid);
            }
            Outcome outcome;
            try (Pidfd child = Pidfd.ofChild(new Proc(PROC), new ProcessRef(pid, 0))) {
                if (!ended(child, timeout)) {
                    child.signal(Signal.KILL);
                    ended(child, Duration.ofDays(1));
                    child.reap(true);
                    throw new IOException(String.join(" ", argv) + " did not end within " + timeout.toSeconds()
                            + " s: it was killed");
                }
                outcome = child.reap(true)
                        .map(Pidfd.Ended::outcome)
                        .orElseGet(() -> new Outcome.Unknown("it was not to be reaped"));
            }
            return new ProgramRun(outcome, text(out), text(err));
        }
    }

    private static Fd memory(String name) throws Errno {
        return new Fd((int)
                check("memfd_create", NativeBuffer.withString(name, a -> Syscall.MEMFD_CREATE.call(a, MFD_CLOEXEC))));
    }

    /** The kernel counts the time that is left down in place, so a signal does not begin it anew (ppoll(2)). */
    private static boolean ended(Pidfd child, Duration timeout) throws Errno {
        NativeBuffer both = NativeBuffer.allocate(TIMESPEC + 16);
        both.bytes().putInt(0, child.fd().number()).putShort(4, POLLIN);
        both.bytes().putLong(TIMESPEC, timeout.toSeconds()).putLong(TIMESPEC + 8, timeout.toNanosPart());
        while (true) {
            long n = both.use(a -> Syscall.PPOLL.call(a, 1, a + TIMESPEC, 0));
            if (n != -Errno.EINTR) {
                return check("ppoll", n) > 0;
            }
        }
    }

    private static String text(Fd file) throws Errno {
        int size = (int) Math.min(Descriptors.size(file), LARGEST);
        NativeBuffer bytes = NativeBuffer.allocate(Math.max(size, 1));
        int have = 0;
        while (have < size) {
            int n = Descriptors.readAt(file, bytes, have, size - have, have);
            if (check("read", n) == 0) {
                break;
            }
            have += n;
        }
        byte[] read = new byte[have];
        bytes.bytes().get(0, read);
        return new String(read, StandardCharsets.UTF_8);
    }
}
