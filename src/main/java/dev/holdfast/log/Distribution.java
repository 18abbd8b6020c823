package dev.holdfast.log;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The outputs that the lines of all processes, and the daemon's own, go to as well. Thread-safe. */
public final class Distribution implements AutoCloseable {
    private final boolean terminal;
    private final Supplier<Instant> clock;
    private final Trouble trouble;
    private volatile List<Output> outputs = List.of();
    private @Nullable Archive archive;

    /** Told when an output breaks and when it works again. Called on the outputs' threads. */
    public interface Trouble {
        void began(OutputTarget target, String why);

        void over(OutputTarget target);

        /** A line that its file cannot take. */
        void instead(Entry line);
    }

    /** @param terminal whether standard output is one, which must not obey what programs print */
    public Distribution(List<OutputTarget> targets, boolean terminal, Supplier<Instant> clock, Trouble trouble)
            throws IOException {
        this.terminal = terminal;
        this.clock = clock;
        this.trouble = trouble;
        configure(targets);
    }

    /**
     * Lines go to these from now on. An output that stays is not touched; one that does not still writes what it has been
     * given. Does not wait for it.
     *
     * @throws IOException when there can be no thread for one: then all stays as it was
     */
    public synchronized void configure(List<OutputTarget> targets) throws IOException {
        var before = new ArrayList<>(outputs);
        var now = new ArrayList<Output>();
        for (OutputTarget t : targets) {
            Output same = before.stream()
                    .filter(o -> o.target().equals(t))
                    .findFirst()
                    .orElse(null);
            Output there = before.stream()
                    .filter(o -> o.target().isWhere(t) && !targets.contains(o.target()))
                    .findFirst()
                    .orElse(null);
            before.remove(same);
            try {
                now.add(same != null ? same : new Output(t, channel(t), trouble, clock, there));
            } catch (IOException e) {
                now.stream().filter(o -> !outputs.contains(o)).forEach(Output::finish);
                throw e;
            }
        }
        outputs = List.copyOf(now);
        before.forEach(Output::finish);
    }

    private Channel channel(OutputTarget t) {
        return switch (t.place()) {
            case OutputTarget.Place.Standard(boolean stderr) ->
                new StandardChannel(
                        new FileOutputStream(stderr ? FileDescriptor.err : FileDescriptor.out), t.json(), terminal);
            case OutputTarget.Place.File f -> new FileChannel(file(f), t.json());
            case OutputTarget.Place.Syslog s -> new SyslogChannel(s, hostName(), t.json());
            case OutputTarget.Place.Journald(Path socket) -> new JournaldChannel(socket);
        };
    }

    private LogFile file(OutputTarget.Place.File f) {
        Path parent = f.path().toAbsolutePath().getParent();
        Archive known = archive != null
                ? archive
                : new Archive(parent == null ? Path.of("/") : parent, 0, clock, _ -> {}, _ -> {}); // without a quota
        archive = known;
        var target = new LogTarget(
                "holdfast", new Source("holdfast", 0), f.path(), Format.RAW, f.rotation(), LineRules.NONE);
        return new LogFile(target, known);
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException none) {
            return "-";
        }
    }

    /** Waits only for outputs that are to be waited for. */
    public void take(Entry line) {
        List<Output> refused = give(line, outputs);
        if (!refused.isEmpty()) { // exchanged meanwhile: it is for those in their place
            give(line, outputs.stream().filter(o -> o.replaces(refused)).toList());
        }
    }

    /** @return those that take no more */
    private static List<Output> give(Entry line, List<Output> all) {
        Entry copy = null;
        List<Output> refused = List.of();
        for (Output o : all) {
            if (o.wants(line)) {
                copy = copy == null ? line.copy() : copy;
                if (!o.take(copy)) {
                    refused = refused.isEmpty() ? new ArrayList<>() : refused;
                    refused.add(o);
                }
            }
        }
        return refused;
    }

    /** Lines that were too much for an output, by its name. */
    public SortedMap<String, Long> dropped() {
        var all = new TreeMap<String, Long>();
        outputs.forEach(o -> all.merge(o.target().name(), o.dropped(), Long::sum));
        return all;
    }

    public boolean isEmpty() {
        return outputs.isEmpty();
    }

    /** Files may have been renamed: what comes goes to files by their names. */
    public void reopen() {
        outputs.forEach(Output::reopen);
    }

    /** Waits a moment for what is still to be written. */
    @Override
    public synchronized void close() {
        outputs.forEach(Output::close);
        if (archive != null) {
            archive.close();
        }
    }
}
