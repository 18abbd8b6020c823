package dev.holdfast.daemon;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import dev.holdfast.otlp.Span;
import dev.holdfast.otlp.TraceContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Ends of runs and jobs as spans. Names and attributes are few and fixed, values of them those that history and API tell:
 * no payload, no argument, no output.
 */
final class Spans {
    private static final String ERROR = "error.type";

    private Spans() {}

    /** Empty: nothing was run. The first attempt is the root of its trace, later ones hang below it. */
    static Optional<Span> of(dev.holdfast.store.Attempt a) {
        Instant ended = a.ended();
        if (ended == null) {
            return Optional.empty();
        }
        var about = new TreeMap<String, Object>();
        about.put("holdfast.schedule", a.schedule());
        about.put("holdfast.run.id", a.run());
        about.put("holdfast.due", a.due().toString());
        about.put("holdfast.cause", a.cause());
        about.put("holdfast.attempt", (long) a.attempt());
        about.put("holdfast.result", a.result());
        about.put("holdfast.last", Boolean.toString(a.last()));
        var e = a.ending();
        used(about, e.exitCode(), e.signal(), e.cpuSeconds(), e.peakBytes());
        Span.Status status = switch (a.result()) {
            case "success" -> Span.Status.OK;
            case "stopped" -> Span.Status.UNSET;
            default -> Span.Status.ERROR;
        };
        if (status == Span.Status.ERROR) {
            about.put(ERROR, a.resultClass());
        }
        TraceContext first = TraceContext.ofRun(a.run(), 1);
        return Optional.of(new Span(
                TraceContext.ofRun(a.run(), a.attempt()),
                a.attempt() == 1 ? null : first.span(),
                "schedule " + a.schedule(),
                Span.Kind.INTERNAL,
                a.started() == null ? ended : a.started(),
                ended,
                status,
                a.detail(),
                about));
    }

    /** The attempt, and when nothing more is tried its job, from its submission on. */
    static List<Span> of(Job j, Attempt a, Next next) {
        Instant ended = a.ended();
        if (ended == null) {
            return List.of();
        }
        var all = new ArrayList<Span>();
        TraceContext job = TraceContext.ofJob(j.queue(), j.id(), j.submitted());
        SortedMap<String, Object> about = about(j, a);
        used(about, a.exitCode(), a.signal(), a.cpuSeconds(), a.peakBytes());
        JobState over = next instanceof Next.Over(JobState state, var _) ? state : null;
        all.add(new Span(
                attempt(j),
                job.span(),
                "attempt " + j.queue(),
                Span.Kind.INTERNAL,
                a.started() == null ? ended : a.started(),
                ended,
                status(a, over),
                a.detail(),
                about));
        if (over != null) {
            SortedMap<String, Object> whole = about(j, a);
            whole.put("holdfast.state", over.written());
            all.add(new Span(
                    job,
                    null,
                    "job " + j.queue(),
                    Span.Kind.CONSUMER,
                    j.submitted(),
                    ended,
                    status(a, over),
                    a.detail(),
                    whole));
        }
        return all;
    }

    static TraceContext attempt(Job j) {
        return TraceContext.ofAttempt(
                j.queue(), j.id(), j.submitted(), j.attempt(), j.hold().token());
    }

    private static SortedMap<String, Object> about(Job j, Attempt a) {
        var about = new TreeMap<String, Object>();
        about.put("holdfast.queue", j.queue());
        about.put("holdfast.job.id", j.id());
        about.put("holdfast.attempt", (long) a.number());
        String failure = a.failure();
        if (failure != null) {
            about.put(ERROR, failure);
        }
        return about;
    }

    private static Span.Status status(Attempt a, @Nullable JobState over) {
        if (a.failure() != null) {
            return Span.Status.ERROR;
        }
        return over == JobState.CANCELLED ? Span.Status.UNSET : Span.Status.OK;
    }

    private static void used(
            SortedMap<String, Object> about,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            @Nullable Double cpuSeconds,
            @Nullable Long peakBytes) {
        if (exitCode != null) {
            about.put("process.exit.code", (long) exitCode);
        }
        if (signal != null) {
            about.put("holdfast.signal", (long) signal);
        }
        if (cpuSeconds != null) {
            about.put("holdfast.cpu.seconds", cpuSeconds);
        }
        if (peakBytes != null) {
            about.put("holdfast.memory.peak_bytes", peakBytes);
        }
    }
}
