package dev.holdfast.schedule;

import dev.holdfast.event.InstanceId;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Hooks, and what an earlier daemon left that nobody wants: ended, at the latest by force, and otherwise let alone. */
final class Minor {
    static final Duration HOOK_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Consumer<Action> act;
    private final Map<InstanceId, MonoTime> killAt = new HashMap<>();

    Minor(Consumer<Action> act) {
        this.act = act;
    }

    /** A hook. */
    void own(InstanceId id, Now now) {
        killAt.put(id, now.mono().plus(HOOK_TIMEOUT));
    }

    /** Something that is to end. */
    void unwanted(InstanceId id, Now now) {
        act.accept(new Action.SendSignal(id, Signal.TERM));
        killAt.put(id, now.mono().plus(GRACE));
    }

    /** A run whose end was told, but which is not all gone. */
    void dying(InstanceId id) {
        killAt.put(id, MonoTime.NEVER);
        act.accept(new Action.Kill(id));
    }

    boolean isEmpty() {
        return killAt.isEmpty();
    }

    void tick(Now now) {
        for (Map.Entry<InstanceId, MonoTime> e : killAt.entrySet()) {
            if (!now.mono().isBefore(e.getValue())) {
                e.setValue(MonoTime.NEVER);
                act.accept(new Action.Kill(e.getKey()));
            }
        }
    }

    void exited(InstanceId id) {
        if (killAt.containsKey(id)) {
            killAt.put(id, MonoTime.NEVER);
            act.accept(new Action.Kill(id));
        }
    }

    void gone(InstanceId id) {
        killAt.remove(id);
    }

    MonoTime next() {
        return killAt.values().stream().reduce(MonoTime.NEVER, MonoTime::earliest);
    }
}
