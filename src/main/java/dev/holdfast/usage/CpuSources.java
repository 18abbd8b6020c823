package dev.holdfast.usage;

import dev.holdfast.event.InstanceId;
import dev.holdfast.process.GroupUsage;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whence it is known what an instance has used of the processors: of its group, or of its tree. The two differ, so that
 * who was once told by its group is told by nothing else. One thread uses it.
 */
public final class CpuSources {
    private final Set<InstanceId> grouped = new HashSet<>();

    /**
     * Seconds in its life; NaN: not known now.
     *
     * @param hasGroup whether it has one, though it could not be read
     * @param group null: it has none, or it cannot be read now
     * @param tree null: nothing of it is there
     */
    public double seconds(
            InstanceId instance, boolean hasGroup, @Nullable GroupUsage group, ProcessCensus.@Nullable Tree tree) {
        if (group != null) {
            grouped.add(instance);
            return group.cpu().toNanos() / 1e9;
        }
        boolean another = hasGroup || grouped.contains(instance);
        return another || tree == null ? Double.NaN : tree.cpuSeconds;
    }

    /** Of all others nothing will be asked any more. */
    public void retain(Set<InstanceId> there) {
        grouped.retainAll(there);
    }
}
