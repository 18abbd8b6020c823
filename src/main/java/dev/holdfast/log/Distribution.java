package dev.holdfast.log;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The outputs that the lines of all processes, and the daemon's own, go to as well. Thread-safe. */
public final class Distribution implements AutoCloseable {
    private final List<Output> outputs = new ArrayList<>();
    private @Nullable Archive archive;

    /** Told when an output breaks and when it works again. Called on the outputs' threads. */
    public interface Trouble {
        void began(OutputTarget target, String why);

        void over(OutputTarget target);

        /** A line that its file cannot take. */
        void instead(Entry line);
    }

    /** @param terminal whether standard output is one, which must not obey what programs print */
    public Distribution(List<OutputTarget> targets, boolean terminal, Supplier<Instant> clock, Trouble trouble) {
        for (OutputTarget t : targets) {
            Channel channel = switch (t.place()) {
                case OutputTarget.Place.Standard(boolean stderr) ->
                    new StandardChannel(
                            new FileOutputStream(stderr ? FileDescriptor.err : FileDescriptor.out), t.json(), terminal);
                case OutputTarget.Place.File f -> new FileChannel(file(f, clock), t.json());
                case OutputTarget.Place.Syslog s -> new SyslogChannel(s, hostName(), t.json());
                case OutputTarget.Place.Journald(Path socket) -> new JournaldChannel(socket);
            };
            outputs.add(new Output(t, channel, trouble, clock));
        }
    }

    private LogFile file(OutputTarget.Place.File f, Supplier<Instant> clock) {
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
        Entry copy = null;
        for (Output o : outputs) {
            if (o.wants(line)) {
                copy = copy == null ? line.copy() : copy;
                o.take(copy);
            }
        }
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
    public void close() {
        outputs.forEach(Output::close);
        if (archive != null) {
            archive.close();
        }
    }
}
