package dev.holdfast.run;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps by looking what the kernel does not keep here: the memory of the tree, and how many are in it. */
final class Watch {
    private static final Duration PERIOD = Duration.ofMillis(100);
    /** A look may take at most one part in so many of the time. */
    private static final int SHARE = 50;

    private final Tree tree;
    private final Supplier<MonoTime> clock;
    private final @Nullable ByteSize memory;
    private final @Nullable Integer pids;
    private MonoTime next;

    /** A limit of null is not kept by us. */
    Watch(Tree tree, Supplier<MonoTime> clock, @Nullable ByteSize memory, @Nullable Integer pids) {
        this.tree = tree;
        this.clock = clock;
        this.memory = memory;
        this.pids = pids;
        this.next = memory == null && pids == null ? MonoTime.NEVER : clock.get();
    }

    MonoTime next() {
        return next;
    }

    /** @return which limit is exceeded, in words; null when none is, or it is not time to look */
    @Nullable
    String look(MonoTime now) throws IOException {
        if (now.isBefore(next)) {
            return null;
        }
        Tree.Use use = tree.use(memory == null ? Long.MAX_VALUE : memory.bytes());
        Duration took = clock.get().since(now);
        Duration wait = took.multipliedBy(SHARE);
        next = clock.get().plus(wait.compareTo(PERIOD) > 0 ? wait : PERIOD);
        if (memory != null && use.exact() && use.bytes() > memory.bytes()) {
            return "memory limit " + memory + ": " + mebibytes(use.bytes()) + " in use";
        }
        if (pids != null && use.tasks() > pids) {
            return "limit of " + pids + " processes and threads: " + use.tasks() + " there";
        }
        return null;
    }

    static String mebibytes(long bytes) {
        return Math.ceilDiv(bytes, 1L << 20) + "Mi";
    }
}
