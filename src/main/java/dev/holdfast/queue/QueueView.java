package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.job.Job;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One queue on this host, for people. What waits is the store's to say.
 *
 * @param works what this host holds of it, the oldest first
 * @param trouble why the store could not be asked for jobs the last time; null: it could
 */
public record QueueView(
        String name,
        QueueSpec spec,
        List<Work> works,
        @Nullable String trouble) {
    /**
     * One attempt.
     *
     * @param state preparing, waiting (for a place, or for the store to confirm the hold), running, stopping, ending, delivering, or
     *     cleaning
     * @param placed whether it has one of the queue's places
     * @param started null: no program of it has been started
     */
    public record Work(
            InstanceId instance,
            Job job,
            String state,
            boolean placed,
            @Nullable Instant started) {}
}
