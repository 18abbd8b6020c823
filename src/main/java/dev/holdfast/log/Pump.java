package dev.holdfast.log;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.linux.Poller;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One thread that moves output from pipes into log files, a record a line: {@code TIME stdout F TEXT}, as Kubernetes'
 * CRI has it; P in place of F marks a piece of a line longer than 16 KiB. Text is kept byte for byte. What
 * {@link Recovery} knows lets the next daemon go on where this one died.
 *
 * <p>Methods are thread-safe and only leave word for the thread.
 */
public final class Pump implements AutoCloseable {
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(9).toFormatter();
    private static final int LAST_BATCHES = 64;

    private final Supplier<Instant> clock;
    private final Consumer<String> warn;
    private final Consumer<Throwable> died;
    private final Splitter splitter;
    private final Poller poller;
    private final Recovery recovery;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean closing;
    private volatile List<Path> losing = List.of();

    // The thread's own.
    private final Map<InstanceId, List<Stream>> streams = new HashMap<>();
    private final Map<Path, LogFile> files = new HashMap<>();
    private final List<Stream> early = new ArrayList<>();
    private final LineWriter writer = new LineWriter();
    private final NativeBuffer scratch = NativeBuffer.allocate(8);
    private final byte[] data = new byte[Recovery.DATA_BYTES];
    private boolean begun;
    private boolean bugTold;

    private final boolean forgetful;

    /** Sees every record as it is written, on the pump's thread; must not block. */
    @FunctionalInterface
    public interface LineListener {
        /** @param whole false for a piece of a long line */
        void line(String label, boolean stderr, boolean whole, byte[] text, int offset, int length);
    }

    /**
     * @param runDir for what the next daemon must know
     * @param warn told, in words for people, when output cannot be kept
     * @param died told, on the pump's thread, what ended it: the pipes fill from now on, so that only another daemon helps
     */
    public Pump(
            Path runDir,
            Supplier<Instant> clock,
            Consumer<String> warn,
            Consumer<Throwable> died,
            LineListener listener)
            throws Errno {
        this.clock = clock;
        this.warn = warn;
        this.died = died;
        this.splitter = new Splitter(writer, listener);
        this.poller = Poller.open();
        Recovery r;
        boolean kept = true;
        try {
            r = Recovery.open(runDir);
        } catch (IOException e) {
            warn.accept("a crash of this daemon may lose or double lines of output: " + e.getMessage());
            r = Recovery.inMemory();
            kept = false;
        }
        this.forgetful = !kept;
        this.recovery = r;
        this.thread = Thread.ofPlatform().name("holdfast-pump").daemon().unstarted(this::run);
        thread.start();
    }

    /** Takes the reading ends of an instance's output, and the duty to close them. */
    public void attach(InstanceId instance, LogTarget target, Fd stdout, Fd stderr) {
        tell(() -> {
            LogFile file = files.computeIfAbsent(target.file(), f -> new LogFile(target));
            file.used++;
            file.retarget(target);
            List<Stream> both = List.of(stream(instance, false, stdout, file), stream(instance, true, stderr, file));
            streams.put(instance, both);
            if (begun) {
                both.forEach(this::watch);
            } else {
                early.addAll(both);
            }
        });
    }

    /** Everything an earlier daemon left is attached: finish its batch, then read. */
    public void begin() {
        tell(() -> {
            begun = true;
            Recovery.Interrupted interrupted = recovery.interrupted();
            for (Stream s : early) {
                if (interrupted != null && s.slot == interrupted.slot()) {
                    again(s, interrupted);
                }
            }
            recovery.idle();
            recovery.freeOthers();
            early.forEach(this::watch);
            early.clear();
        });
    }

    /**
     * Nothing writes any more: reads what is left, ends an unfinished line, closes.
     *
     * @param drained run on the pump's thread when that is done
     */
    public void detach(InstanceId instance, Runnable drained) {
        tell(() -> {
            try {
                drain(instance);
            } finally {
                drained.run(); // whatever happened: its files are waited for
            }
        });
    }

    private void drain(InstanceId instance) {
        List<Stream> both = streams.getOrDefault(instance, List.of());
        for (Stream s : both) {
            for (int i = 0; i < LAST_BATCHES && read(s); i++) {}
            if (s.carried() > 0) {
                recovery.ending(s.slot);
                batch(s, new byte[] {'\n'}, 1, -1);
            }
            unwatch(s);
            s.pipe.close();
            recovery.free(s.slot);
        }
        streams.remove(instance);
        if (!both.isEmpty() && --both.getFirst().file.used == 0) {
            LogFile unused = both.getFirst().file;
            unused.close();
            if (!unused.losing()) { // else a restarted process's log must still say what is missing
                files.remove(unused.target().file());
            }
        }
    }

    /**
     * Follows a changed configuration, all of it at once.
     *
     * @param changes new targets by the label that the replica had until now
     */
    public void retarget(Map<String, LogTarget> changes) {
        tell(() -> {
            new Moves(files, streams.values()).make(changes);
            losing = lost();
        });
    }

    /** Whether a death of this daemon may lose or double lines of output. Thread-safe. */
    public boolean forgetful() {
        return forgetful;
    }

    /** Log files that cannot be written now, or have not yet said what they lack. Thread-safe. */
    public List<Path> losing() {
        return losing;
    }

    private List<Path> lost() {
        return files.values().stream()
                .filter(LogFile::losing)
                .map(f -> f.target().file())
                .sorted()
                .toList();
    }

    /** Waits until everything told before is done. */
    @Override
    public void close() {
        closing = true;
        poller.wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(Runnable task) {
        tasks.add(task);
        poller.wake();
    }

    private void run() {
        try {
            while (true) {
                boolean last = closing;
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    guarded(task);
                }
                if (last) {
                    break;
                }
                guarded(() -> poller.await(-1));
            }
            files.values().forEach(LogFile::close);
            poller.close();
        } catch (Throwable t) { // an Error: the thread is over, and without it every child would stall
            died.accept(t);
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException bug) {
            if (!bugTold) {
                bugTold = true;
                warn.accept("a bug: some output may be lost: " + bug);
            }
        }
    }

    private Stream stream(InstanceId instance, boolean stderr, Fd pipe, LogFile file) {
        int slot = recovery.slot(instance, stderr);
        return new Stream(instance, stderr, pipe, file, slot, recovery.carry(slot));
    }

    private void watch(Stream s) {
        if (s.watched) {
            return;
        }
        try {
            poller.add(s.pipe, Poller.READABLE, ready -> {
                try { // it never hangs up: this end is open for writing, too
                    read(s);
                } catch (RuntimeException bug) {
                    unwatch(s); // nothing was taken from the pipe, so it would be ready, and fail, for ever
                    warn.accept("a bug: the output of " + s.label + " is not read any more: " + bug);
                }
            });
            s.watched = true;
        } catch (Errno e) {
            if (e.number()
                    != Errno.EPERM) { // epoll_ctl(2): a file or /dev/null, into which nothing comes that could wait
                warn.accept("the output of " + s.label + " is not read, and it will wait when its pipe is full: "
                        + e.getMessage());
            }
        }
    }

    private void unwatch(Stream s) {
        if (s.watched) {
            s.watched = false;
            poller.remove(s.pipe);
        }
    }

    /** One batch; false when there was nothing. */
    private boolean read(Stream s) {
        int there = Math.min(Descriptors.readable(s.pipe, scratch), Recovery.DATA_BYTES);
        if (there <= 0) {
            return false;
        }
        recovery.reading(s.slot, there);
        int n = Descriptors.read(s.pipe, recovery.memory(), recovery.data(), there);
        if (n <= 0) {
            recovery.idle();
            return false;
        }
        recovery.memory().bytes().get(recovery.data(), data, 0, n);
        batch(s, data, n, -1);
        return true;
    }

    private void again(Stream s, Recovery.Interrupted left) {
        try {
            s.file.open(0);
            batch(
                    s,
                    left.data().array(),
                    left.data().capacity(),
                    left.cutBack(s.file.target().file()));
        } catch (IOException e) {
            warn.accept(s.file.target().file() + ": " + e.getMessage());
        }
    }

    /**
     * A bug that one batch meets costs that batch and is told: the other streams, and this one's next batches, go on.
     *
     * @param cutBackTo size of the log file before an interrupted try, or -1
     */
    private void batch(Stream s, byte[] bytes, int n, long cutBackTo) {
        boolean wasLosing = s.file.losing();
        try {
            write(s, bytes, n, cutBackTo);
        } catch (RuntimeException bug) {
            s.clear();
            s.file.cutBack(s.file.size());
            s.file.lose(n, "a bug: " + bug);
            recovery.committed(s.slot, s.carry(), 0);
            if (!s.bugTold) {
                s.bugTold = true;
                warn.accept("a bug: output of " + s.label + " is lost: " + bug);
            }
        }
        if (s.file.losing() != wasLosing) {
            losing = lost();
        }
    }

    private void write(Stream s, byte[] bytes, int n, long cutBackTo) {
        LogFile file = s.file;
        boolean wasLosing = file.losing();
        Fd to = null;
        int errno = Errno.EIO;
        try {
            to = file.open(cutBackTo >= 0 ? 0 : n + (long) n / 8);
        } catch (Errno e) {
            errno = e.number();
        } catch (IOException e) {
            errno = Errno.EIO;
        }
        if (to != null) {
            if (cutBackTo >= 0) {
                file.cutBack(cutBackTo);
            }
            long before = file.size();
            recovery.writing(before, file.target().file());
            writer.begin();
            String time = TIME.format(clock.get());
            if (wasLosing) {
                byte[] apology = file.apology().getBytes(StandardCharsets.UTF_8);
                writer.record(to, Splitter.prefix(time, "stderr", 'F'), apology, 0, apology.length);
            }
            splitter.split(s, to, time, bytes, n);
            writer.flush(to);
            errno = writer.failure();
            if (errno == 0) {
                file.grew(writer.written());
                if (wasLosing) {
                    file.apologised();
                }
            } else {
                file.cutBack(before);
            }
        }
        if (errno != 0) {
            if (to == null) {
                s.clear();
            }
            file.lose(n, Errno.text(errno));
            if (!wasLosing) {
                warn.accept("output of " + file.target().label() + " cannot be kept, "
                        + file.target().file() + ": " + Errno.text(errno));
            }
        }
        recovery.committed(s.slot, s.carry(), s.carried());
    }
}
