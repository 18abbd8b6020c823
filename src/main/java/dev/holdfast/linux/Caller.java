package dev.holdfast.linux;

import dev.holdfast.linux.ffi.Native;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What this process was started with, byte for byte, and what it may do to itself. */
public final class Caller {
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    private static final int SIG_DFL = 0;
    private static final int SIG_IGN = 1;
    private static final int PR_SET_DUMPABLE = 4;
    private static final int TIOCGPGRP = 0x540F;
    /** Those of which the JVM has handlers, whatever they were before. */
    private static final long OF_THE_VM = bit(Signal.PIPE) | bit(Signal.XFSZ);

    private Caller() {}

    /** The last {@code count} arguments: in the C locale, which cron has, the JVM cannot read what is not ASCII. */
    public static List<String> arguments(Path proc, int count) throws IOException {
        List<String> all = words(proc.resolve("self/cmdline"));
        if (all.size() < count) {
            throw new IOException(proc.resolve("self/cmdline") + " has fewer arguments than were given");
        }
        return all.subList(all.size() - count, all.size());
    }

    /** The environment. */
    public static Map<String, String> environment(Path proc) throws IOException {
        var environment = new LinkedHashMap<String, String>();
        for (String entry : words(proc.resolve("self/environ"))) {
            int equals = entry.indexOf('=', 1);
            if (equals > 0) {
                environment.putIfAbsent(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        return environment;
    }

    private static List<String> words(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        var words = new ArrayList<String>();
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                words.add(Text.of(java.util.Arrays.copyOfRange(bytes, from, i)));
                from = i + 1;
            }
        }
        return words;
    }

    /**
     * What programs inherit beside that (proc_pid_status(5)).
     *
     * @param umask 0 to 0777
     * @param ignored bit N-1 for each signal N that we were told to ignore
     */
    public record Inherited(int umask, long ignored) {}

    public static Inherited inherited(Path proc) throws IOException {
        int umask = 022;
        long ignored = 0;
        for (String line : Files.readAllLines(proc.resolve("self/status"))) {
            if (line.startsWith("Umask:")) {
                umask = Integer.parseInt(line.substring(6).strip(), 8);
            } else if (line.startsWith("SigIgn:")) {
                ignored = Long.parseUnsignedLong(line.substring(7).strip(), 16) & ~OF_THE_VM;
            }
        }
        return new Inherited(umask, ignored);
    }

    private static long bit(Signal signal) {
        return 1L << (signal.number() - 1);
    }

    /** Lets no child inherit what the JVM has opened of itself and of our classes, which it does not mark as its own. */
    public static void keepOwnFiles(Path proc) throws IOException {
        var own = new ArrayList<String>();
        own.add(System.getProperty("java.home") + "/");
        for (String path : List.of("java.class.path", "jdk.module.path")) {
            for (String entry : System.getProperty(path, "").split(":", -1)) {
                if (!entry.isEmpty()) {
                    own.add(entry);
                }
            }
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(proc.resolve("self/fd"))) {
            for (Path fd : all) {
                try {
                    String file = Files.readSymbolicLink(fd).toString();
                    if (own.stream().anyMatch(file::startsWith)) {
                        int number = Integer.parseInt(fd.getFileName().toString());
                        Syscall.FCNTL.call(number, F_SETFD, FD_CLOEXEC);
                    }
                } catch (NoSuchFileException closed) {
                    // The descriptor by which they are listed.
                }
            }
        }
    }

    /** Has the whole process ignore a signal that the JVM keeps for itself. */
    public static void ignore(Signal signal) {
        Native.function("signal").call(signal.number(), SIG_IGN, 0, 0, 0, 0);
    }

    /** Ends this process by a signal, without a core; returns where that cannot be, as for PID 1. */
    public static void die(int signal) {
        Syscall.PRCTL.call(PR_SET_DUMPABLE, 0, 0, 0, 0, 0);
        Native.function("signal").call(signal, SIG_DFL, 0, 0, 0, 0);
        Syscall.KILL.call(Syscall.GETPID.call(0), signal);
    }

    /** The terminal that controls this process, if any: what is typed there signals its foreground process group. */
    public static final class Terminal {
        private final Fd tty;

        private Terminal(Fd tty) {
            this.tty = tty;
        }

        /** Null without one (cron, a service, a pipe of ssh). */
        public static @org.jspecify.annotations.Nullable Terminal ofOurs() {
            try {
                return new Terminal(Descriptors.open("/dev/tty", Descriptors.O_RDONLY, 0));
            } catch (Errno none) {
                return null;
            }
        }

        /** Whether what is typed there signals our process group. */
        public boolean signalsUs() {
            NativeBuffer group = NativeBuffer.scratch(8);
            long r = group.use(a -> Syscall.IOCTL.call(tty.number(), TIOCGPGRP, a));
            return r == 0 && group.bytes().getInt(0) == Syscall.GETPGID.call(0);
        }
    }
}
