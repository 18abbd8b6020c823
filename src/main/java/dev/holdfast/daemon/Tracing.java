package dev.holdfast.daemon;

import dev.holdfast.config.LaunchSpec;
import dev.holdfast.otlp.TraceContext;
import dev.holdfast.schedule.Run;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What runs and jobs are told of the trace that they belong to. Thread-safe. */
final class Tracing {
    private static final String TRACEPARENT = "TRACEPARENT";

    private volatile boolean on;

    void on(boolean now) {
        on = now;
    }

    boolean on() {
        return on;
    }

    /** Variables for it, beside what else it is told; its own configuration holds. */
    Map<String, String> variables(Run run, LaunchSpec launch) {
        return variables(launch, TraceContext.ofRun(run.id(), run.attempt()));
    }

    /** The same for an attempt at a job. */
    Map<String, String> variables(dev.holdfast.job.Job j, LaunchSpec launch) {
        return variables(launch, Spans.attempt(j));
    }

    /** The same for an attempt that a worker makes; null: nobody asks. */
    @Nullable
    String traceparent(dev.holdfast.job.Job j) {
        return on ? Spans.attempt(j).traceparent() : null;
    }

    private Map<String, String> variables(LaunchSpec launch, TraceContext of) {
        return on && !launch.environment().containsKey(TRACEPARENT) ? Map.of(TRACEPARENT, of.traceparent()) : Map.of();
    }
}
