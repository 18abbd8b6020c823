package dev.holdfast.supervise;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import org.jspecify.annotations.Nullable;

/** From the machine's words to people's. */
final class Views {
    private Views() {}

    static ReplicaView of(Replica r, String unmet) {
        @Nullable InstanceId instance = null;
        @Nullable ProcessRef leader = null;
        if (r.state instanceof ReplicaState.Running running) {
            instance = running.main();
            leader = running.leader();
        } else if (r.state instanceof ReplicaState.Stopping stopping) {
            instance = stopping.main();
            leader = stopping.ended() == null ? stopping.leader() : null;
        }
        return new ReplicaView(
                r.id,
                state(r),
                r.wanted == Replica.Wanted.UP,
                instance,
                leader,
                r.since,
                r.restarts.total(),
                r.restarts.failuresInRow(),
                health(r),
                detail(r, unmet),
                r.endings.exits());
    }

    private static String state(Replica r) {
        return switch (r.state) {
            case ReplicaState.Down _ -> "down";
            case ReplicaState.Waiting _ -> "waiting";
            case ReplicaState.PreStart _, ReplicaState.Launching _ -> "starting";
            case ReplicaState.Running _ -> !r.health.ready() ? "starting" : r.health.healthy() ? "up" : "unhealthy";
            case ReplicaState.Stopping _, ReplicaState.PostStop _ -> "stopping";
            case ReplicaState.Backoff _ -> "backoff";
            case ReplicaState.Completed _ -> "completed";
            case ReplicaState.Failed _ -> "failed";
        };
    }

    private static String health(Replica r) {
        boolean checked = r.spec.readiness() != null || r.spec.liveness() != null;
        if (!checked || !(r.state instanceof ReplicaState.Running)) {
            return "";
        }
        String breaker = r.health.breaker() == Health.Breaker.CLOSED
                ? ""
                : ", breaker " + r.health.breaker().word();
        return (r.health.presumed()
                        ? "presumed ready"
                        : r.health.healthy() ? "healthy" : r.health.ready() ? "unhealthy" : "not ready")
                + breaker;
    }

    private static String detail(Replica r, String unmet) {
        return switch (r.state) {
            case ReplicaState.Waiting _ -> "for " + unmet;
            case ReplicaState.Failed f -> f.why();
            case ReplicaState.Running _ -> r.health.healthy() ? "" : r.health.detail();
            case ReplicaState.Stopping s when s.ended() == null -> r.stopReason;
            case ReplicaState.Down _,
                    ReplicaState.PreStart _,
                    ReplicaState.Launching _,
                    ReplicaState.Stopping _,
                    ReplicaState.PostStop _,
                    ReplicaState.Backoff _,
                    ReplicaState.Completed _ -> r.endings.last();
        };
    }
}
