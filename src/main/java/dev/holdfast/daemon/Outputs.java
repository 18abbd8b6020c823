package dev.holdfast.daemon;

import dev.holdfast.config.LogSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.linux.Fd;
import dev.holdfast.log.Format;
import dev.holdfast.log.Joining;
import dev.holdfast.log.LineRules;
import dev.holdfast.log.LogTarget;
import dev.holdfast.log.Pump;
import dev.holdfast.log.Rotation;
import dev.holdfast.log.Source;
import dev.holdfast.log.Tap;
import dev.holdfast.process.OutputSink;
import dev.holdfast.unit.Human;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tells the pump where each instance's output goes. Owned by the loop's thread. */
final class Outputs implements OutputSink {
    private static final long LEAST_OF_LOGS = 64L << 20;
    private static final long MOST_OF_LOGS = 4L << 30;

    private final Pump pump;
    private final Path logDir;
    private final Map<InstanceId, Runnable> afterwards = new HashMap<>();
    /** Being drained, or drained, ahead of {@link #detach}. */
    private final Map<InstanceId, CompletableFuture<Boolean>> ahead = new HashMap<>();
    /** Until all is drained, which the pump's thread sees to. */
    private final Map<InstanceId, Tap> taps = new ConcurrentHashMap<>();

    private Function<Map<String, String>, Optional<Tap>> tapping = _ -> Optional.empty();
    private SortedMap<String, ProcessSpec> specs;

    Outputs(Pump pump, Path logDir, SortedMap<String, ProcessSpec> specs) {
        this.pump = pump;
        this.logDir = logDir;
        this.specs = specs;
    }

    @Override
    public void attach(InstanceId id, String label, Map<String, String> attributes, Fd stdout, Fd stderr) {
        Tap tap = tapping.apply(attributes).orElse(null);
        if (tap != null) {
            taps.put(id, tap);
        }
        pump.attach(id, target(replica(attributes)), stdout, stderr, tap);
    }

    @Override
    public void detach(InstanceId id, Runnable drained) {
        CompletableFuture<Boolean> done = ahead.remove(id);
        if (done != null) {
            var _ = done.thenRun(drained);
            return;
        }
        Runnable then = afterwards.remove(id);
        pump.detach(id, () -> {
            if (then != null) {
                then.run();
            }
            taps.remove(id);
            drained.run();
        });
    }

    /** Of which instances more is to be known, by their attributes: asked for each that is attached, adopted ones too. */
    void tapping(Function<Map<String, String>, Optional<Tap>> which) {
        tapping = which;
    }

    /** What is known of its output; until after {@link #whenKept}. Thread-safe. */
    Optional<Tap> tap(InstanceId id) {
        return Optional.ofNullable(taps.get(id));
    }

    /** Does {@code then}, on the pump's thread, when the last output of what has just ended is in its log. */
    void whenKept(InstanceId id, Runnable then) {
        afterwards.merge(id, then, (first, second) -> () -> {
            first.run();
            second.run();
        });
    }

    /** The same of what nothing is left of, at once: it need not keep out of the way of programs that begin. */
    void keepNow(InstanceId id, Runnable then) {
        var done = new CompletableFuture<Boolean>();
        ahead.put(id, done);
        pump.detach(id, () -> {
            then.run();
            taps.remove(id);
            done.complete(true);
        });
    }

    /** Running instances go on into the files that the new configuration names. */
    void reconfigure(SortedMap<String, ProcessSpec> fresh) {
        SortedMap<String, ProcessSpec> before = specs;
        specs = fresh;
        var changes = new HashMap<String, LogTarget>();
        fresh.forEach((name, spec) -> {
            ProcessSpec old = before.get(name);
            for (int i = 0; old != null && i < Math.min(old.replicas(), spec.replicas()); i++) {
                var replica = new ReplicaId(name, i);
                LogTarget was = target(replica, old.log(), old.mostReplicas());
                LogTarget is = target(replica);
                if (!is.equals(was)) {
                    changes.put(was.label(), is);
                }
            }
        });
        if (!changes.isEmpty()) {
            pump.retarget(changes);
        }
    }

    static ReplicaId replica(Map<String, String> attributes) {
        return new ReplicaId(
                attributes.getOrDefault(Launches.PROCESS, "unknown"),
                Integer.parseInt(attributes.getOrDefault(Launches.INDEX, "0")));
    }

    /** The file that has a replica's output. */
    Path file(ReplicaId replica) {
        return target(replica).file();
    }

    private LogTarget target(ReplicaId replica) {
        ProcessSpec spec = specs.get(replica.process());
        return target(replica, spec == null ? LogSpec.DEFAULT : spec.log(), spec == null ? 1 : spec.mostReplicas());
    }

    private LogTarget target(ReplicaId replica, LogSpec log, int replicas) {
        String own = replica.process() + "." + replica.index() + ".log";
        String path = log.path();
        // One file cannot be rotated by two: each replica after the first has its own beside it.
        Path file = path == null
                ? logDir.resolve(own)
                : replica.index() == 0
                        ? Path.of(path)
                        : Path.of(path + "." + replica.process() + "-" + replica.index());
        return new LogTarget(
                Names.of(replica, replicas),
                new Source(replica.process(), replica.index(), log.lines().labels()),
                file,
                format(log.format()),
                rotation(log.rotation()),
                rules(log.lines()));
    }

    private static Rotation rotation(LogSpec.RotationSpec r) {
        return new Rotation(r.maxSizeBytes(), r.maxBackups(), r.maxAge(), r.compress());
    }

    /**
     * How much the files of a log directory may take when nobody says: a tenth of their file system, 4 GiB at most. Of one
     * that does not tell its size 4 GiB: older files are not deleted for an error of the kernel's.
     */
    static Pump.Keeping keeping(Path logDir, @Nullable Long maxTotalBytes, Consumer<String> warn) {
        if (maxTotalBytes != null) {
            return new Pump.Keeping(logDir, maxTotalBytes);
        }
        long total = logDir.toFile().getTotalSpace();
        if (total == 0) {
            warn.accept("how large the file system of " + logDir + " is cannot be read: log files there may take "
                    + Human.bytes(MOST_OF_LOGS) + "; global.logging.max_total_size says otherwise");
            return new Pump.Keeping(logDir, MOST_OF_LOGS);
        }
        return new Pump.Keeping(logDir, Math.clamp(total / 10, LEAST_OF_LOGS, MOST_OF_LOGS));
    }

    private static Format format(LogSpec.FileFormat format) {
        return switch (format) {
            case PREFIXED -> Format.PREFIXED;
            case RAW -> Format.RAW;
            case JSON -> Format.JSON;
        };
    }

    private static LineRules rules(LogSpec.Lines lines) {
        LogSpec.Multiline m = lines.multiline();
        Joining joining = m == null
                ? null
                : new Joining(m.start(), m.continuation(), m.maxLines(), (int) m.maxSizeBytes(), m.maxWait());
        return new LineRules(lines.minLevel(), joining, lines.redact(), lines.rateLimit());
    }
}
