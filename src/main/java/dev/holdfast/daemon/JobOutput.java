package dev.holdfast.daemon;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.job.Hold;
import dev.holdfast.log.Tap;
import dev.holdfast.loop.Loop;
import dev.holdfast.queue.QueueView;
import dev.holdfast.queue.Stimulus;
import dev.holdfast.store.Jobs;
import dev.holdfast.unit.MonoTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What attempts at jobs print: how far they say they are, when they printed last, what their last was. The loop's thread's own. */
final class JobOutput {
    private final Outputs outputs;
    private final Jobs jobs;
    private final Supplier<SortedMap<String, QueueSpec>> specs;
    private final Consumer<Runnable> soon;
    private final Consumer<Stimulus> answers;
    private final Map<InstanceId, MonoTime> begunAt = new HashMap<>();
    /** What those printed last whose end is being told. */
    private final Map<InstanceId, Stimulus.Output> printed = new HashMap<>();
    /** As it was told last. */
    private final Map<InstanceId, Double> progress = new HashMap<>();

    /**
     * @param soon has a task done on the loop's thread
     * @param answers on the loop's thread
     */
    JobOutput(
            Outputs outputs,
            Jobs jobs,
            Supplier<SortedMap<String, QueueSpec>> specs,
            Consumer<Runnable> soon,
            Consumer<Stimulus> answers) {
        this.outputs = outputs;
        this.jobs = jobs;
        this.specs = specs;
        this.soon = soon;
        this.answers = answers;
        outputs.tapping(this::tap);
    }

    private Optional<Tap> tap(Map<String, String> attributes) {
        if (!attributes.getOrDefault(Launches.PURPOSE, "").equals(Workshop.JOB)) {
            return Optional.empty();
        }
        QueueSpec spec = specs.get().get(attributes.getOrDefault(Launches.PROCESS, ""));
        return Optional.of(new Tap(spec == null ? null : spec.progress()));
    }

    void begins(InstanceId id) {
        begunAt.put(id, Loop.now().mono());
    }

    /** Nothing of it is left: what it printed is read whole before anybody judges it. */
    void emptied(InstanceId id) {
        Optional<Tap> tap = outputs.tap(id);
        outputs.keepNow(id, () -> {
            Stimulus.Output last = tap.map(t -> new Stimulus.Output(id, t.tail(), t.stderrTail()))
                    .orElse(new Stimulus.Output(id, null, ""));
            soon.accept(() -> {
                printed.put(id, last);
                answers.accept(new Stimulus.Emptied(id));
            });
        });
    }

    /** Answers when it printed last, or began. */
    void tellWhen(InstanceId id) {
        MonoTime begun = begunAt.getOrDefault(id, Loop.now().mono());
        MonoTime at = outputs.tap(id).map(Tap::last).orElse(begun);
        soon.accept(() -> answers.accept(new Stimulus.LastOutput(id, at)));
    }

    /** Answers what it printed last. */
    void tellLast(InstanceId id) {
        Stimulus.Output last = printed.get(id);
        soon.accept(() -> answers.accept(last == null ? new Stimulus.Output(id, null, "") : last));
    }

    /** As often as holds are renewed: people look seldom. */
    void keepProgress(Collection<QueueView> views, Set<Hold> holds) {
        views.stream().flatMap(v -> v.works().stream()).forEach(w -> {
            OptionalDouble percent = outputs.tap(w.instance())
                    .map(t -> t.progress(Loop.now().mono()))
                    .orElse(OptionalDouble.empty());
            if (percent.isPresent()
                    && holds.contains(w.job().hold())
                    && !Objects.equals(progress.put(w.instance(), percent.getAsDouble()), percent.getAsDouble())) {
                var _ = jobs.progress(w.job().hold(), percent.getAsDouble());
            }
        });
    }

    void forget(InstanceId id) {
        progress.remove(id);
        printed.remove(id);
        begunAt.remove(id);
    }
}
