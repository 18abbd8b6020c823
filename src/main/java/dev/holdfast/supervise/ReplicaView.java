package dev.holdfast.supervise;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.unit.Now;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A replica as people see it.
 *
 * @param state down, waiting, starting, up, unhealthy, stopping, backoff, completed, failed
 * @param wantedUp whether it shall run
 * @param since when it took on this state, by either clock
 * @param failures in a row, after which it came back by itself; planned ends and people's restarts are none
 * @param detail what it waits for, who stops it, why it failed, or how it ended last
 * @param exits the last ones, newest first
 */
public record ReplicaView(
        ReplicaId id,
        String state,
        boolean wantedUp,
        @Nullable InstanceId instance,
        @Nullable ProcessRef leader,
        Now since,
        int restarts,
        int failures,
        String health,
        String detail,
        List<ExitRecord> exits) {}
