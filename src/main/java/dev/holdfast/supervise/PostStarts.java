package dev.holdfast.supervise;

import dev.holdfast.config.HookSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.Usage;
import dev.holdfast.supervise.Action.Purpose;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A replica's post_start hooks: beside its states, for they hold nothing up and outlast the running that began them, so
 * that one of an earlier life may still be ending. Each has until its timeout; then, and when the replica stops, it is
 * killed.
 */
final class PostStarts {
    private final Replica self;
    /** Until when each may run. */
    private final Map<InstanceId, MonoTime> running = new LinkedHashMap<>();

    PostStarts(Replica self) {
        this.self = self;
    }

    void begin(ProcessRef leader, Now now) {
        HookSpec hook = self.spec.hooks().postStart();
        if (hook != null) {
            InstanceId instance = self.around.launch(self, Purpose.POST_START, hook.command(), leader.pid());
            running.put(instance, now.mono().plus(hook.timeout()));
            self.around.changed(self);
        }
    }

    boolean has(InstanceId instance) {
        return running.containsKey(instance);
    }

    boolean none() {
        return running.isEmpty();
    }

    /** @return whether it was one of these */
    boolean launchFailed(InstanceId instance, String why, Now now) {
        if (running.remove(instance) == null) {
            return false;
        }
        self.hookFailed("post_start", why, now);
        return true;
    }

    void exited(InstanceId instance, Outcome outcome, @Nullable Usage usage, Now now) {
        if (has(instance) && !(outcome instanceof Outcome.Exited(int code) && code == 0)) {
            self.hookFailed("post_start", Outcomes.describe(outcome, usage), now);
        }
    }

    /** @return whether it was one of these */
    boolean emptied(InstanceId instance) {
        boolean one = running.remove(instance) != null;
        if (one) {
            self.around.changed(self);
        }
        return one;
    }

    MonoTime deadline() {
        return running.values().stream().min(MonoTime::compareTo).orElse(MonoTime.NEVER);
    }

    void tick(Now now) {
        for (InstanceId hook : List.copyOf(running.keySet())) {
            if (!now.mono().isBefore(running.getOrDefault(hook, MonoTime.NEVER))) {
                self.hookFailed("post_start", Outcomes.overdue(self.spec.hooks().postStart()), now);
                kill(hook);
            }
        }
    }

    void killAll() {
        List.copyOf(running.keySet()).forEach(this::kill);
    }

    private void kill(InstanceId hook) {
        running.put(hook, MonoTime.NEVER);
        self.around.act(new Action.Kill(hook));
        self.around.changed(self);
    }
}
