package dev.holdfast.log;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Poller;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One thread that moves output from pipes into log files, see {@link Format}. Text is kept byte for byte, but for what
 * {@link LineRules} take out. What {@link Recovery} knows lets the next daemon go on where this one died.
 *
 * <p>Methods are thread-safe and only leave word for the thread.
 */
public final class Pump implements AutoCloseable {
    private static final int LAST_BATCHES = 64;

    private final Supplier<Now> clock;
    private final Consumer<String> warn;
    private final Consumer<Throwable> died;
    private final Poller poller;
    private final Recovery recovery;
    private final Batches batches;
    private final Watching watching;
    private final Archive archive;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean closing;
    private volatile List<Path> losing = List.of();

    // The thread's own.
    private final Map<InstanceId, List<Stream>> streams = new HashMap<>();
    private final Map<Path, LogFile> files = new HashMap<>();
    private final List<Stream> early = new ArrayList<>();
    private final Set<Stream> holding = new LinkedHashSet<>();
    private MonoTime due = MonoTime.NEVER;
    private boolean begun;
    private boolean bugTold;

    private final boolean forgetful;

    /**
     * @param directory of log files
     * @param maxTotalBytes that all files there may have together; 0: no bound
     */
    public record Keeping(Path directory, long maxTotalBytes) {}

    /** Hears every line as it is written, on the pump's thread; must not block, and must not keep the entry. */
    public interface LineListener {
        void line(Entry entry);

        /** @param told whether {@link #line} had it before it turned out that the file cannot take it */
        default void unkept(Entry entry, boolean told) {}

        /** A log file cannot be written from now on. */
        default void unwritable(Source of, Path file, String why) {}

        /**
         * It can again.
         *
         * @param missing bytes of output that it lacks
         */
        default void writable(Source of, Path file, long missing) {}

        /**
         * A batch was moved.
         *
         * @param bytes of output
         * @param lines whole ones, as far as somebody looked for their ends
         * @param lost of the bytes, those that the file could not take
         */
        default void moved(Source of, int bytes, long lines, int lost) {}

        /** False: {@link #line} need not be called; asked for each batch. */
        default boolean listens() {
            return true;
        }
    }

    /**
     * @param runDir for what the next daemon must know
     * @param keeping where log files lie unless told otherwise, and their bound
     * @param warn told, in words for people, when output cannot be kept
     * @param died told, on the pump's thread, what ended it: the pipes fill from now on, so that only another daemon helps
     */
    public Pump(
            Path runDir,
            Keeping keeping,
            Supplier<Now> clock,
            Consumer<String> warn,
            Consumer<Throwable> died,
            LineListener listener)
            throws Errno {
        this.clock = clock;
        this.warn = warn;
        this.died = died;
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
        this.archive = new Archive(
                keeping.directory(), keeping.maxTotalBytes(), () -> clock.get().wall(), warn, this::cutShort);
        this.batches = new Batches(clock, r, listener, warn);
        this.watching = new Watching(poller, this::read, batches::lastAt, warn);
        this.thread = Thread.ofPlatform().name("holdfast-pump").daemon().unstarted(this::run);
        thread.start();
    }

    /** Takes the reading ends of an instance's output, and the duty to close them. */
    public void attach(InstanceId instance, LogTarget target, Fd stdout, Fd stderr) {
        attach(instance, target, stdout, stderr, null);
    }

    /** @param tap is told of it from now on; null: none */
    public void attach(InstanceId instance, LogTarget target, Fd stdout, Fd stderr, @Nullable Tap tap) {
        tell(() -> {
            LogFile file = files.computeIfAbsent(target.file(), f -> new LogFile(target, archive));
            file.used++;
            file.retarget(target);
            List<Stream> both = List.of(
                    stream(instance, false, stdout, file, target), stream(instance, true, stderr, file, target));
            both.forEach(s -> s.tap = tap);
            streams.put(instance, both);
            if (begun) {
                both.forEach(watching::watch);
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
                    batches.again(s, interrupted);
                    after(s);
                }
            }
            recovery.idle();
            recovery.freeOthers();
            for (Stream s : early) {
                watching.watch(s);
                if (s.carried() > 0 && s.file.target().rules().joining() != null) {
                    s.deadline = clock.get().mono(); // what has waited before
                    after(s);
                }
            }
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
            for (int i = 0; i < LAST_BATCHES && read(s) > 0; i++) {}
            batches.end(s);
            noteLosses(s);
            holding.remove(s);
            watching.unwatch(s);
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
            new Moves(files, streams.values(), archive).make(changes);
            batches.keepOnly(files.values().stream().map(LogFile::target).collect(Collectors.toSet()));
            losing = lost();
        });
    }

    /**
     * Log files may have been renamed or deleted: what comes goes to files by their names.
     *
     * @param done run on the pump's thread when it does
     */
    public void reopen(Runnable done) {
        tell(() -> {
            files.values().forEach(LogFile::close);
            done.run();
        });
    }

    private void cutShort(Path file) {
        tell(() -> {
            LogFile f = files.get(file);
            try {
                if (f != null) {
                    f.cutShort();
                }
            } catch (IOException e) {
                warn.accept(file + " cannot be rotated: " + e.getMessage());
            }
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
            archive.close();
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
                guarded(() -> watching.await(patience()));
                guarded(this::handOnWhatWaited);
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

    /** Nanoseconds until something that is held must go on; -1 when nothing is. */
    private long patience() {
        return due.equals(MonoTime.NEVER)
                ? -1
                : Math.max(0, due.since(clock.get().mono()).toNanos());
    }

    private void handOnWhatWaited() {
        MonoTime now = due.equals(MonoTime.NEVER) ? MonoTime.NEVER : clock.get().mono();
        if (now.isBefore(due) || due.equals(MonoTime.NEVER)) {
            return;
        }
        due = MonoTime.NEVER;
        for (Stream s : List.copyOf(holding)) {
            if (!now.isBefore(s.deadline)) {
                s.deadline = MonoTime.NEVER;
                batches.due(s);
            }
            after(s);
        }
    }

    /** A batch of it is done. */
    private void after(Stream s) {
        noteLosses(s);
        if (!s.deadline.equals(MonoTime.NEVER)) {
            holding.add(s);
            due = MonoTime.earliest(due, s.deadline);
        } else if (!holding.isEmpty()) {
            holding.remove(s);
        }
    }

    private void noteLosses(Stream s) {
        if (s.file.losing() != s.file.knownToLose) {
            s.file.knownToLose = s.file.losing();
            losing = lost();
        }
    }

    private Stream stream(InstanceId instance, boolean stderr, Fd pipe, LogFile file, LogTarget target) {
        int slot = recovery.slot(instance, stderr);
        return new Stream(instance, stderr, pipe, file, target, slot, recovery.held(slot));
    }

    /** One batch. @return bytes; 0 when there was nothing */
    private int read(Stream s) {
        int bytes = batches.read(s);
        after(s);
        return bytes;
    }
}
