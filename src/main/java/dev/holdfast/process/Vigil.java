package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.process.Bounds.Crossing;
import dev.holdfast.process.Bounds.Kind;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a sample of one instance means, and when the next is due: a function of bounds, samples and time alone.
 *
 * <p>A warning is told once, and again only after the memory had been {@link #CALM} below its mark. What asks for more
 * than words is told again every {@link #INSIST} while it lasts: the first time it may not have been possible.
 */
final class Vigil {
    static final Duration INSIST = Duration.ofSeconds(5);
    /** At the next beat. */
    static final Duration AT_ONCE = Duration.ZERO;

    static final Duration STEADY = Duration.ofSeconds(2);
    static final Duration SLOW = Duration.ofSeconds(5);
    /** Share of a mark below which it counts as left. */
    private static final double CALM = 0.95;
    /** Share of the lowest bound from which on it is looked at closely. */
    private static final double NEAR = 0.85;
    /** Share of a limit at which waiting for a grace would risk the host. */
    private static final double FAR = 1.25;
    /** Growing is what would use up the rest of the way in so many looks. */
    private static final int LOOKS = 16;

    private final InstanceId id;
    private final Bounds bounds;
    private boolean warned;
    private @Nullable Kind told;
    private MonoTime toldAt = MonoTime.NEVER;
    private long before;

    Vigil(InstanceId id, Bounds bounds) {
        this.id = id;
        this.bounds = bounds;
    }

    /** Whether a figure that can only be too high is worth a costlier one. */
    boolean near(long bytes) {
        return bytes >= bounds.lowestBytes() * NEAR;
    }

    /** How much more could be used before anything is passed. */
    long headroomBytes(long bytes) {
        long lowest = bounds.lowestBytes();
        return lowest == Long.MAX_VALUE ? lowest : Math.max(0, lowest - bytes);
    }

    /** Whether {@link #judge} would tell anything. */
    boolean tells(long bytes, long tasks, MonoTime now) {
        Crossing gravest = gravest(bytes, tasks);
        Long mark = bounds.warnBytes();
        return gravest != null ? again(gravest, now) : mark != null && bytes >= mark && !warned;
    }

    private boolean again(Crossing gravest, MonoTime now) {
        return gravest.kind() != told || !now.isBefore(toldAt.plus(INSIST));
    }

    /** @return what has to be told, the gravest alone; null when nothing has */
    @Nullable
    Crossing judge(long bytes, long tasks, MonoTime now) {
        Crossing gravest = gravest(bytes, tasks);
        Long mark = bounds.warnBytes();
        boolean above = mark != null && bytes >= mark;
        if (mark != null && bytes < mark * CALM) {
            warned = false;
        }
        if (gravest != null) {
            warned |= above; // what is done about it says more
            boolean again = again(gravest, now);
            if (again) {
                told = gravest.kind();
                toldAt = now;
            }
            return again ? gravest : null;
        }
        told = null;
        if (mark != null && above && !warned) {
            warned = true;
            return new Crossing(id, Kind.WARN, bytes, mark);
        }
        return null;
    }

    private @Nullable Crossing gravest(long bytes, long tasks) {
        Integer most = bounds.tasks();
        if (most != null && tasks > most) {
            return new Crossing(id, Kind.TASKS, tasks, most);
        }
        Long limit = bounds.memoryBytes();
        if (limit != null && bytes > limit) {
            return new Crossing(id, bytes > limit * FAR ? Kind.FAR_ABOVE_MEMORY : Kind.MEMORY, bytes, limit);
        }
        Long recycle = bounds.recycleBytes();
        return recycle != null && bytes >= recycle ? new Crossing(id, Kind.RECYCLE, bytes, recycle) : null;
    }

    /** How long after this sample the next is due, if nothing on the host stirs before. */
    Duration rest(long bytes, long tasks) {
        long grown = bytes - before;
        before = bytes;
        Integer most = bounds.tasks();
        if (most != null && tasks > most) {
            return AT_ONCE;
        }
        if (!near(bytes)) {
            return most != null && tasks >= most * NEAR ? STEADY : SLOW;
        }
        Long limit = bounds.memoryBytes();
        long ahead = limit != null && bytes > limit ? 0 : headroomBytes(bytes);
        return grown > 0 && grown * LOOKS >= ahead ? AT_ONCE : STEADY;
    }
}
