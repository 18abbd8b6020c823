package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.Usage;
import dev.holdfast.unit.Signal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A process that cannot be confused with a later one of the same pid (pidfd_open(2)). One thread owns it. */
public final class Pidfd implements AutoCloseable {
    private static final int P_PIDFD = 3;
    private static final int WEXITED = 4;
    private static final int WNOHANG = 1;
    private static final int SIGINFO_BYTES = 128;
    /** Of ru_inblock and ru_oublock (include/linux/task_io_accounting_ops.h). */
    private static final int BLOCK = 512;

    private static final int RUSAGE_BYTES = 144;
    private static final int CLD_EXITED = 1;
    private static final int CLD_DUMPED = 3;
    // PIDFD_GET_INFO, linux/pidfd.h: _IOWR(0xFF, 11, struct pidfd_info of 64 bytes); exit info since Linux 6.15
    private static final long GET_INFO = 0xC040FF0BL;
    private static final long INFO_EXIT = 8;
    private static final int INFO_EXIT_CODE_OFFSET = 60;

    private final ProcessRef process;
    private final Fd fd;
    private final Proc proc;

    /** How a child ended and what it used. */
    public record Ended(Outcome outcome, @Nullable Usage usage) {}

    private Pidfd(ProcessRef process, Fd fd, Proc proc) {
        this.proc = proc;
        this.process = process;
        this.fd = fd;
    }

    /**
     * Opens {@code process}; empty when it is gone or its pid now is another's.
     *
     * @throws Errno when that cannot be told, for want of a descriptor for instance
     */
    public static Optional<Pidfd> open(Proc proc, ProcessRef process) throws Errno {
        long fd = Syscall.PIDFD_OPEN.call(process.pid(), 0);
        if (fd == -Errno.ESRCH || fd == -Errno.ENOENT || fd == -Errno.EINVAL) { // or the number of a mere thread
            return Optional.empty();
        }
        var pidfd = new Pidfd(process, new Fd((int) check("pidfd_open", fd)), proc);
        boolean same = false;
        try {
            // The start time is read after the pidfd exists: the pid cannot have been reused in between.
            same = proc.stat(process.pid())
                    .map(s -> s.startTicks() == process.startTicks())
                    .orElse(false);
        } finally {
            if (!same) {
                pidfd.close();
            }
        }
        return same ? Optional.of(pidfd) : Optional.empty();
    }

    /** Opens a child of ours that cannot have been reaped, so that its pid cannot be another's. */
    public static Pidfd ofChild(Proc proc, ProcessRef child) throws Errno {
        return new Pidfd(child, new Fd((int) check("pidfd_open", Syscall.PIDFD_OPEN.call(child.pid(), 0))), proc);
    }

    public ProcessRef process() {
        return process;
    }

    /** Readable once the process has ended. */
    public Fd fd() {
        return fd;
    }

    /** Whether it runs or was not reaped yet, so that its pid is still its own. */
    public boolean exists() {
        return Syscall.PIDFD_SEND_SIGNAL.call(fd.number(), 0, 0, 0) != -Errno.ESRCH;
    }

    /** @return 0, or the errno: {@link Errno#ESRCH} when it is gone already, {@link Errno#EPERM} when we may not */
    public int send(Signal signal) {
        return (int) -Syscall.PIDFD_SEND_SIGNAL.call(fd.number(), signal.number(), 0, 0);
    }

    /**
     * setpriority(2) of all its threads, each by its number: whoever ends meanwhile is passed over.
     *
     * @return 0, or the errno of the first that could not be set
     */
    public int renice(int value) throws java.io.IOException {
        int wrong = 0;
        for (int tid : proc.threads(process.pid())) {
            if (!exists()) { // from here on its number could be another's
                return Errno.ESRCH;
            }
            long r = Syscall.SETPRIORITY.call(0, tid, value);
            wrong = r < 0 && wrong == 0 && r != -Errno.ESRCH ? (int) -r : wrong;
        }
        return wrong;
    }

    /** False when it is gone already. */
    public boolean signal(Signal signal) {
        return Syscall.PIDFD_SEND_SIGNAL.call(fd.number(), signal.number(), 0, 0) == 0;
    }

    /**
     * Reaps it when it is our child and has ended; asks the kernel how it ended when it is not our child. A zombie's
     * status is in /proc, but for an ordinary user 0 may also mean that it is hidden; the pidfd tells only once its new
     * parent has reaped it, and hangs up then.
     *
     * @param last true: an answer is needed now, if only that nobody knows
     */
    public Optional<Ended> reap(boolean last) throws Errno {
        NativeBuffer both = NativeBuffer.scratch(SIGINFO_BYTES + RUSAGE_BYTES);
        long r = both.use(i -> Syscall.WAITID.call(P_PIDFD, fd.number(), i, WEXITED | WNOHANG, i + SIGINFO_BYTES, 0));
        if (r == -Errno.ECHILD) {
            return outcomeOfStranger(last).map(o -> new Ended(o, null));
        }
        check("waitid", r);
        ByteBuffer b = both.bytes();
        if (b.getInt(0) == 0) { // si_signo stays 0 when nothing has ended
            return Optional.empty();
        }
        return Optional.of(new Ended(outcome(b.getInt(8), b.getInt(24)), usage(b, SIGINFO_BYTES)));
    }

    private static Outcome outcome(int code, int status) {
        return code == CLD_EXITED ? new Outcome.Exited(status) : new Outcome.Signalled(status, code == CLD_DUMPED);
    }

    private Usage usage(ByteBuffer b, int at) {
        long micros = (b.getLong(at) + b.getLong(at + 16)) * 1_000_000 + b.getLong(at + 8) + b.getLong(at + 24);
        long maxRss = b.getLong(at + 32) * 1024;
        // A child's figure starts at ours: exec_mmap (fs/exec.c) books the old address space's peak as its own.
        return new Usage(
                Duration.ofNanos(micros * 1000),
                proc.beyondOwnPeak(maxRss) ? (Long) maxRss : null,
                b.getLong(at + 88) * BLOCK,
                b.getLong(at + 96) * BLOCK,
                null);
    }

    private Optional<Outcome> outcomeOfStranger(boolean last) {
        NativeBuffer info = NativeBuffer.scratch(64);
        info.bytes().putLong(0, INFO_EXIT);
        long r = info.use(address -> Syscall.IOCTL.call(fd.number(), GET_INFO, address));
        if (r < 0 || (info.bytes().getLong(0) & INFO_EXIT) == 0) {
            Optional<Outcome> zombie;
            try {
                zombie = proc.stat(process.pid())
                        .filter(s -> s.state() == 'Z' && s.ref().equals(process))
                        .filter(s -> s.waitStatus() != 0 || Syscall.GETEUID.call(0) == 0)
                        .map(s -> outcome(s.waitStatus()));
            } catch (Errno e) { // perhaps it can be read a little later
                return last ? Optional.of(new Outcome.Unknown("not our child: " + e.getMessage())) : Optional.empty();
            }
            if (zombie.isPresent()) {
                return zombie;
            }
            return r < 0 || last
                    ? Optional.of(new Outcome.Unknown("not our child, and this kernel does not tell"))
                    : Optional.empty();
        }
        return Optional.of(outcome(info.bytes().getInt(INFO_EXIT_CODE_OFFSET)));
    }

    /** From a wait status (wait(2)). */
    private static Outcome outcome(int status) {
        int signal = status & 0x7f;
        return signal == 0
                ? new Outcome.Exited((status >> 8) & 0xff)
                : new Outcome.Signalled(signal, (status & 0x80) != 0);
    }

    @Override
    public void close() {
        fd.close();
    }
}
