package dev.holdfast.queue;

import dev.holdfast.event.InstanceId;
import dev.holdfast.unit.MonoTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that this host holds, found by whatever is told of it. */
final class Roster {
    private final Map<InstanceId, Held> all = new LinkedHashMap<>();
    private final Map<String, Held> byJob = new HashMap<>();
    private final Agenda<Held> deadlines = new Agenda<>();

    /** @return an older attempt at the same job, if one is still here */
    @Nullable
    Held add(Held held) {
        all.put(held.instance, held);
        return byJob.put(held.job.id(), held);
    }

    void remove(Held held) {
        all.remove(held.instance);
        byJob.remove(held.job.id(), held);
        deadlines.set(held, MonoTime.NEVER);
    }

    void become(Held held, Activity activity) {
        held.activity = activity;
        deadlines.set(held, held.deadline());
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    @Nullable
    Held of(InstanceId instance) {
        return all.get(instance);
    }

    /** The latest attempt at it. */
    @Nullable
    Held ofJob(String id) {
        return byJob.get(id);
    }

    /** As they came. */
    Collection<Held> all() {
        return List.copyOf(all.values());
    }

    List<Held> due(MonoTime now) {
        return deadlines.due(now);
    }

    MonoTime next() {
        return deadlines.first();
    }
}
