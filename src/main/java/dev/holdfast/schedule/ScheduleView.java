package dev.holdfast.schedule;

import dev.holdfast.config.ScheduleSpec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One schedule, for people.
 *
 * @param state idle, running, stopping, waiting, retrying, paused or disabled
 * @param next when it is due next, its jitter added; null: not foreseen
 * @param pending runs that wait behind the present one
 * @param last how the last attempt ended; null: none has
 */
public record ScheduleView(
        String name,
        ScheduleSpec spec,
        String state,
        @Nullable Instant next,
        @Nullable String paused,
        @Nullable Run running,
        int pending,
        int failures,
        @Nullable Last last) {
    static ScheduleView of(Line line) {
        Run run = switch (line.activity) {
            case Activity.Idle _ -> null;
            case Activity.Claiming c -> c.run();
            case Activity.Waiting w -> w.run();
            case Activity.Resting r -> r.run();
            case Activity.Running r -> r.run();
        };
        return new ScheduleView(
                line.name,
                line.spec,
                state(line),
                line.paused != null ? null : line.next(),
                line.paused,
                run,
                line.pending.size(),
                line.failures,
                line.last);
    }

    private static String state(Line line) {
        return switch (line.activity) {
            case Activity.Idle _ -> !line.spec.enabled() ? "disabled" : line.paused != null ? "paused" : "idle";
            case Activity.Claiming _ -> "claiming";
            case Activity.Waiting _ -> "waiting";
            case Activity.Resting _ -> "retrying";
            case Activity.Running r -> r.ending() == null && r.over() == null ? "running" : "stopping";
        };
    }
}
