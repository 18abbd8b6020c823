package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Signals that no thread of this process takes, read from a descriptor (signalfd(2)). The VM's own way starts a thread for
 * each signal, and a user who may have no more threads is not heard: neither is the one that would end the daemon.
 */
public final class BlockedSignals {
    /** The VM lets its threads take these, unless they were ignored when it started. */
    private static final Set<Signal> THE_VMS = Set.of(Signal.HUP, Signal.INT, Signal.TERM);

    private static final int CLOEXEC = 0x80000;
    private static final int NONBLOCK = 0x800;
    /** Of struct signalfd_siginfo: number, errno, code, pid and uid come first. */
    private static final int INFO_BYTES = 128;

    private static final int CODE = 8;
    private static final int PID = 12;
    private static final int UID = 16;

    private BlockedSignals() {}

    /** The process that sent a signal, and the user it ran as, as they were then. */
    public record Sender(int pid, int uid) {}

    /** A signal has come. */
    @FunctionalInterface
    public interface Heard {
        /** @param sender null: the kernel itself, or somebody beyond our PID namespace */
        void signal(Signal signal, @Nullable Sender sender);
    }

    /**
     * Those of {@code signals} that this process was started with so that no thread takes them: blocked, and those of
     * which the VM makes its own use ignored, too. What is blocked is kept although it is ignored (signal(7)).
     */
    public static Set<Signal> of(Path proc, Collection<Signal> signals) throws IOException {
        List<String> status = Files.readAllLines(proc.resolve("self/status"));
        long blocked = mask(status, "SigBlk:");
        long ignored = mask(status, "SigIgn:");
        Set<Signal> all = EnumSet.noneOf(Signal.class);
        for (Signal s : signals) {
            boolean taken = THE_VMS.contains(s) && (ignored & bit(s)) == 0;
            if ((blocked & bit(s)) != 0 && !taken) {
                all.add(s);
            }
        }
        return all;
    }

    private static long mask(List<String> status, String key) {
        return status.stream()
                .filter(l -> l.startsWith(key))
                .mapToLong(l -> Long.parseUnsignedLong(l.substring(key.length()).strip(), 16))
                .findFirst()
                .orElse(0);
    }

    private static long bit(Signal s) {
        return 1L << (s.number() - 1);
    }

    /** Tells each from now on, those included that came before, on the thread that owns {@code poller}. */
    public static void hear(Set<Signal> signals, Poller poller, Heard heard) throws Errno {
        NativeBuffer mask = NativeBuffer.scratch(Long.BYTES);
        mask.bytes().putLong(0, signals.stream().mapToLong(BlockedSignals::bit).reduce(0, (a, b) -> a | b));
        long fd = mask.use(a -> Syscall.SIGNALFD4.call(-1, a, Long.BYTES, CLOEXEC | NONBLOCK));
        Fd signalfd = new Fd((int) check("signalfd", fd));
        NativeBuffer info = NativeBuffer.allocate(INFO_BYTES);
        poller.add(signalfd, Poller.READABLE, _ -> {
            while (Syscall.READ.call(signalfd.number(), info.address(), INFO_BYTES) == INFO_BYTES) {
                Sender sender = sender(info.bytes());
                Signal.ofNumber(info.bytes().getInt(0)).ifPresent(s -> heard.signal(s, sender));
            }
        });
    }

    /** Of those that a process sends, the code is not positive (sigaction(2)). */
    private static @Nullable Sender sender(ByteBuffer info) {
        int pid = info.getInt(PID);
        return info.getInt(CODE) <= 0 && pid > 0 ? new Sender(pid, info.getInt(UID)) : null;
    }
}
