package dev.holdfast.supervise;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Instances of an earlier daemon that nobody wants any more: a hook whose result came too late, a process that the
 * configuration lost meanwhile. They are ended, and hold their replica's place until they are gone.
 */
final class Strays {
    /** The configuration that said how to stop it is gone. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Map<InstanceId, Stray> all = new HashMap<>();

    private record Stray(ReplicaId replica, MonoTime killAt) {}

    List<Action> end(Stimulus.Adopt adopted, MonoTime now) {
        boolean gently = adopted.main() && adopted.alive();
        all.put(adopted.instance(), new Stray(adopted.replica(), gently ? now.plus(GRACE) : MonoTime.NEVER));
        return List.of(
                gently ? new Action.SendSignal(adopted.instance(), Signal.TERM) : new Action.Kill(adopted.instance()));
    }

    /** Those whose grace is over. */
    List<Action> overdue(MonoTime now) {
        var kills = new ArrayList<Action>();
        all.replaceAll((id, stray) -> {
            if (now.isBefore(stray.killAt)) {
                return stray;
            }
            kills.add(new Action.Kill(id));
            return new Stray(stray.replica, MonoTime.NEVER);
        });
        return kills;
    }

    MonoTime deadline() {
        MonoTime next = MonoTime.NEVER;
        for (Stray stray : all.values()) {
            next = MonoTime.earliest(next, stray.killAt);
        }
        return next;
    }

    /** @return whose place is free now */
    Optional<ReplicaId> gone(InstanceId id) {
        return Optional.ofNullable(all.remove(id)).map(Stray::replica);
    }

    boolean holds(ReplicaId replica) {
        return all.values().stream().anyMatch(s -> s.replica.equals(replica));
    }

    boolean noneOf(Set<String> names) {
        return all.values().stream()
                .noneMatch(s -> names.contains(s.replica.process()) || names.contains(s.replica.toString()));
    }

    boolean isEmpty() {
        return all.isEmpty();
    }
}
