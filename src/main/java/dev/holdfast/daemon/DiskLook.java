package dev.holdfast.daemon;

import dev.holdfast.linux.HostGauges;
import dev.holdfast.linux.Mounts;
import dev.holdfast.linux.Threads;
import dev.holdfast.metric.History;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * How full the disks of this host are, once a minute, on a thread that lives as long as a look takes: a disk that hangs holds
 * up nothing but that. Used by one thread.
 */
final class DiskLook {
    /** What the history keeps of each is for a month. */
    private static final int MOST = 32;

    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final int LONGEST_NAME = 100;

    /** A look that hangs for longer has nothing to say any more of what is now. */
    private static final Duration STALE = EVERY.multipliedBy(3);

    private final Path proc;
    private final LongSupplier nanos;
    private long last = Long.MIN_VALUE;
    private volatile boolean looking;
    private volatile Map<String, float[]> found = Map.of();

    /** @param proc such as /proc */
    DiskLook(Path proc) {
        this(proc, System::nanoTime);
    }

    DiskLook(Path proc, LongSupplier nanos) {
        this.proc = proc;
        this.nanos = nanos;
    }

    /** By the history's subject, its values; what the last look found, none when the one after it hangs. */
    Map<String, float[]> used() {
        long now = nanos.getAsLong();
        if (!looking && (last == Long.MIN_VALUE || now - last >= EVERY.toNanos())) {
            last = now;
            looking = true;
            try {
                Threads.start(
                        Thread.ofPlatform().name("holdfast-disks").daemon().unstarted(this::look));
            } catch (IOException noThread) {
                looking = false; // next time
            }
        }
        return looking && now - last > STALE.toNanos() ? Map.of() : found;
    }

    private void look() {
        try {
            var all = new TreeMap<String, float[]>();
            for (String mount : Mounts.local(proc, MOST)) {
                if (mount.length() <= LONGEST_NAME) {
                    measure(mount, all);
                }
            }
            found = Map.copyOf(all);
        } catch (IOException unreadable) {
            found = Map.of(); // unknown, and not what it was
        } finally {
            looking = false;
        }
    }

    private static void measure(String mount, Map<String, float[]> all) {
        try {
            HostGauges.Space s = HostGauges.space(mount);
            all.put(History.DISK + mount, new float[] {s.used() + s.free(), s.used(), Float.NaN});
        } catch (IOException gone) {
            return; // unmounted meanwhile
        }
    }

    /** Of the last look. Thread-safe. */
    List<String> mounts() {
        return found.keySet().stream()
                .map(k -> k.substring(History.DISK.length()))
                .sorted()
                .toList();
    }
}
