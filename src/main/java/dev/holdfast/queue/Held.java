package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.job.Job;
import dev.holdfast.unit.MonoTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A job that this host holds: one attempt's state. */
final class Held {
    final InstanceId instance;
    final Job job;
    /** With which it was begun, whatever is configured since; null: its queue was not there any more when it was adopted. */
    final @Nullable QueueSpec spec;

    Activity activity = new Activity.Waiting();

    /** What asked it to end first; null: nothing has. */
    Activity.@Nullable Asked asked;

    /** Somebody wants its job to end. */
    boolean cancelled;

    /** Its hold was taken away. */
    boolean lost;

    /** Something of it may be on this host. */
    boolean touched;

    /** That it passed, which is kept by watching. */
    @Nullable
    Kill limit;

    /** Until then nobody else can have been given its job. Who delivers it looks at it, too, on another thread. */
    volatile MonoTime sureUntil;

    Held(InstanceId instance, Job job, @Nullable QueueSpec spec, MonoTime sureUntil) {
        this.instance = instance;
        this.job = job;
        this.spec = spec;
        this.sureUntil = sureUntil;
    }

    /** Nothing is left of it but what is to be told and cleaned up. */
    boolean leaving() {
        return activity instanceof Activity.Telling || activity instanceof Activity.Cleaning;
    }

    /** Whether it has a place: until its program is gone, and its directory, where it has one. */
    boolean placed() {
        return !(activity instanceof Activity.Waiting) && !(leaving() && spec != null && spec.workdir() == null);
    }

    /** When time alone changes something about it. */
    MonoTime deadline() {
        return activity instanceof Activity.Running r ? r.next() : MonoTime.NEVER;
    }

    QueueView.Work view() {
        return new QueueView.Work(instance, job, state(), placed(), started());
    }

    private String state() {
        return switch (activity) {
            case Activity.Preparing _ -> "preparing";
            case Activity.Waiting _, Activity.Ready _, Activity.Deliverable _ -> "waiting";
            case Activity.Running r -> asked == null && !lost && r.over() == null ? "running" : "stopping";
            case Activity.Reading _, Activity.Telling _ -> "ending";
            case Activity.Delivering _ -> "delivering";
            case Activity.Cleaning _ -> "cleaning";
        };
    }

    private @Nullable Instant started() {
        return switch (activity) {
            case Activity.Waiting _, Activity.Preparing _, Activity.Ready _, Activity.Cleaning _ -> null;
            case Activity.Running r -> r.started();
            case Activity.Reading r -> r.ran().started();
            case Activity.Deliverable d -> d.ran().started();
            case Activity.Delivering d -> d.ran().started();
            case Activity.Telling t ->
                t.end().attempt() == null ? null : t.end().attempt().started();
        };
    }
}
