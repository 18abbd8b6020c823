package dev.holdfast.ledger;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Journal;
import dev.holdfast.linux.Threads;
import dev.holdfast.log.LogReader;
import dev.holdfast.schedule.Memory;
import dev.holdfast.schedule.Run;
import dev.holdfast.store.Attempt;
import dev.holdfast.store.RunHistory;
import dev.holdfast.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What schedules did. The store has it; what the store has not yet told to be on disk is in a file of lines as well,
 * {@code runs.jsonl}, so that neither the daemon's death nor a store that cannot be used loses it. The next daemon brings
 * that file's lines into the store, those of versions before the store too. Writing is the loop's thread's own; reading is
 * anybody's.
 */
public final class History implements AutoCloseable {
    /** Of an attempt's output. */
    public static final int OUTPUT_LINES = 100;

    private static final int OUTPUT_CHARACTERS = 8 << 10;
    /** Looked at for an attempt's last lines: its hook may write into the same log. */
    private static final int LOG_LINES = 300;

    private static final Duration LAST_LOOK = Duration.ofMillis(10);
    private static final int LAST_LOOKS = 200;

    /** What an earlier daemon left has this and a number behind its name until the store has it. */
    private static final String LEFT = ".left-";

    /** Brought in before waiting for the store. */
    private static final int AT_ONCE = 1000;

    /** A file with fewer lines that are in the store is left: clearing it costs more than they do. */
    private static final int CLEARED_AFTER = 500;

    private final Storage storage;
    private final RunHistory runs;
    private final Journal ahead;
    private final Consumer<String> say;
    private final Consumer<Runnable> soon;
    private Consumer<Attempt> heard = _ -> {};
    private final String host;
    private final Memories memories;
    private final Path aheadFile;
    /** Told and not in the store yet, the reading of what earlier daemons left included. */
    private final AtomicInteger under = new AtomicInteger();

    private final AtomicBoolean incomplete = new AtomicBoolean();
    /** In the file; the loop's thread's own. */
    private int lines;

    /** @param soon does something on the loop's thread */
    public History(Path state, Storage storage, String host, Consumer<String> say, Consumer<Runnable> soon) {
        this.storage = storage;
        this.runs = storage.runs();
        this.aheadFile = state.resolve("runs.jsonl");
        this.ahead = new Journal(aheadFile);
        this.memories = new Memories(state, say);
        this.say = say;
        this.soon = soon;
        this.host = host;
    }

    /** There are schedules: what an earlier daemon left beside the store goes into it. */
    public void begin() {
        storage.begin();
        List<Path> left = leftBehind();
        if (!left.isEmpty()) {
            try {
                Threads.start(Thread.ofVirtual().name("runs.jsonl").unstarted(() -> left.forEach(this::bringIn)));
            } catch (IOException noThread) {
                say.accept("runs that the store lacks are brought in by the next daemon: " + noThread.getMessage());
            }
        }
    }

    /** Under names of their own: what is written from now on may not be mixed up with it, however that ends. */
    private List<Path> leftBehind() {
        var left = new TreeMap<Integer, Path>();
        Path state = aheadFile.toAbsolutePath().getParent();
        try (var files = Files.newDirectoryStream(state, aheadFile.getFileName() + LEFT + "*")) {
            for (Path f : files) {
                String name = f.getFileName().toString();
                String number = name.substring(name.lastIndexOf('-') + 1);
                if (number.matches("\\d{1,9}")) {
                    left.put(Integer.valueOf(number), f);
                }
            }
            for (String suffix : List.of(".1", "")) {
                Path f = aheadFile.resolveSibling(aheadFile.getFileName() + suffix);
                if (Files.exists(f)) {
                    int next = left.isEmpty() ? 1 : left.lastKey() + 1;
                    left.put(next, Files.move(f, aheadFile.resolveSibling(aheadFile.getFileName() + LEFT + next)));
                }
            }
        } catch (IOException e) {
            incomplete.set(true);
            say.accept("runs that the store lacks cannot be read: " + e.getMessage());
        }
        return List.copyOf(left.values());
    }

    private void bringIn(Path file) {
        var asked = new ArrayList<CompletableFuture<Boolean>>();
        var failed = new AtomicBoolean();
        try {
            new Journal(file).read(line -> {
                Attempt attempt = RunLine.of(line);
                if (attempt != null) {
                    asked.add(keep(attempt));
                    if (asked.size() == AT_ONCE) {
                        settle(asked, failed);
                    }
                }
            });
            settle(asked, failed);
            if (!failed.get()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            say.accept("runs that the store lacks cannot be read: " + e.getMessage());
        }
    }

    private static void settle(List<CompletableFuture<Boolean>> asked, AtomicBoolean failed) {
        for (CompletableFuture<Boolean> kept : asked) {
            kept.exceptionally(_ -> {
                        failed.set(true);
                        return false;
                    })
                    .join();
        }
        asked.clear();
    }

    /** Where schedules stand, of earlier daemons. */
    public Map<String, Memory> memories() {
        return memories.read();
    }

    public void remember(String schedule, Memory memory) {
        memories.remember(schedule, memory);
    }

    /** Why nothing is written now; null: it is. Thread-safe. */
    @Nullable
    public String trouble() {
        return storage.trouble();
    }

    /** @param ear told of each attempt that ended, or was left out, on the loop's thread */
    public void listen(Consumer<Attempt> ear) {
        heard = ear;
    }

    public void add(Attempt attempt) {
        heard.accept(attempt);
        try {
            ahead.append(RunLine.values(attempt));
            lines++;
        } catch (IOException unwritable) {
            lines = Math.max(1, lines); // it waits in memory, and the store says what is wrong
        }
        var _ = keep(attempt);
    }

    private CompletableFuture<Boolean> keep(Attempt attempt) {
        under.incrementAndGet();
        return runs.add(attempt).whenComplete((kept, failure) -> {
            if (failure != null && !incomplete.getAndSet(true)) {
                say.accept("the history of schedules stays in runs.jsonl for now: " + failure.getMessage());
            }
            if (under.decrementAndGet() == 0) {
                soon.accept(this::tidy);
            }
        });
    }

    private void tidy() {
        if (under.get() == 0 && !incomplete.get() && lines >= CLEARED_AFTER) {
            clear();
        }
    }

    private void clear() {
        try {
            ahead.clear();
            lines = 0;
        } catch (IOException e) {
            say.accept("runs that the store has cannot be cleared: " + e.getMessage());
        }
    }

    /**
     * Has the last lines of an attempt's output kept with it.
     *
     * @param log tells when each line came
     */
    public void keepOutput(Attempt of, InstanceId instance, Path log) {
        Instant started = of.started();
        if (started == null) {
            return;
        }
        under.incrementAndGet();
        try {
            Threads.start(Thread.ofVirtual().name("output of " + of.schedule()).unstarted(() -> {
                try {
                    var _ = runs.output(of.run(), of.attempt(), tail(log, instance, started))
                            .whenComplete((_, failure) -> outputKept(of, failure));
                } catch (IOException e) {
                    outputKept(of, e);
                }
            }));
        } catch (IOException noThread) {
            outputKept(of, noThread);
        }
    }

    private void outputKept(Attempt of, @Nullable Throwable failure) {
        if (failure != null) {
            say.accept("the output of " + of.schedule() + " is not kept with its history: " + failure.getMessage());
        }
        if (under.decrementAndGet() == 0) {
            soon.accept(this::tidy);
        }
    }

    /** A log says whose a line is only where that changes: of what came since, what says nothing is ours. */
    private static String tail(Path log, InstanceId instance, Instant started) throws IOException {
        Deque<String> last = new ArrayDeque<>();
        int characters = 0;
        for (LogReader.Line line : LogReader.last(log, LOG_LINES).reversed()) {
            String whose = line.origin().instance();
            if (whose.isEmpty() ? line.at().isBefore(started) : !whose.equals(instance.value())) {
                continue;
            }
            String text = line.text();
            characters += text.length() + 1;
            if (last.isEmpty() && characters > OUTPUT_CHARACTERS) { // one long line: its end
                last.addFirst(text.substring(text.length() - OUTPUT_CHARACTERS));
            }
            if (last.size() == OUTPUT_LINES || characters > OUTPUT_CHARACTERS) {
                break;
            }
            last.addFirst(text);
        }
        return String.join("\n", last);
    }

    /** Asks for a due time; {@code told} is on the loop's thread. */
    public void claim(Run run, Consumer<Boolean> told) {
        var _ = storage.claims()
                .claim(run.schedule(), run.due(), run.id(), host)
                .whenComplete((ours, failure) -> soon.accept(() -> {
                    if (failure != null) {
                        say.accept(run.schedule() + " is not run, nobody can tell whether it is ours to run: "
                                + failure.getMessage());
                    }
                    told.accept(failure == null && ours);
                }));
    }

    /** The last of one schedule, the latest last. */
    public List<Attempt> of(String schedule, int most, boolean withOutput) throws StoreException {
        return runs.of(schedule, most, withOutput);
    }

    /** The last attempts that ran, by schedule. */
    public Map<String, List<Attempt>> lately(Collection<String> schedules, int most) throws StoreException {
        return schedules.isEmpty() ? Map.of() : runs.lately(schedules, most);
    }

    /** Those after a time, the latest {@code most}, without output. */
    public List<Attempt> since(String schedule, Instant from, int most) throws StoreException {
        return runs.since(schedule, from, most);
    }

    /** What is told waits a moment for the disk. The loop has ended. */
    @Override
    public void close() {
        for (int i = 0; i < LAST_LOOKS && under.get() > 0; i++) { // outputs are still being read, perhaps
            LockSupport.parkNanos(LAST_LOOK.toNanos());
        }
        storage.close(); // what it was told is on disk then
        memories.close();
        try {
            if (under.get() == 0 && !incomplete.get() && lines > 0) {
                ahead.clear();
            } else {
                ahead.close();
            }
        } catch (IOException e) {
            say.accept("the history of schedules: " + e.getMessage());
        }
    }
}
