package dev.holdfast.supervise;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A supervision that a test tells what happens, step by step; instances are numbered in the order of their launches. */
abstract class Told {
    /** All that it wanted done so far. */
    final List<Action> actions = new ArrayList<>();

    private long nextId;
    private long millis;
    private @Nullable Supervision supervision;

    void begin(ExitPolicy policy, SpecOf... specs) {
        create(policy, specs);
        tell(new Stimulus.Begin(Set.of(), Set.of(), Set.of()));
    }

    /** Not begun: there is something to adopt first. */
    void create(ExitPolicy policy, SpecOf... specs) {
        var map = new TreeMap<String, dev.holdfast.config.ProcessSpec>();
        for (SpecOf s : specs) {
            map.put(s.spec().name(), s.spec());
        }
        supervision = new Supervision(map, Duration.ofSeconds(30), policy, () -> id(nextId++), 1);
    }

    Supervision supervision() {
        return Objects.requireNonNull(supervision);
    }

    /** @return what it wants done now */
    List<Action> tell(Stimulus s) {
        List<Action> now = supervision().apply(s, now());
        actions.addAll(now);
        return now;
    }

    /** Time passes, and nothing else happens. */
    List<Action> pass(Duration time) {
        millis += time.toMillis();
        return tell(new Stimulus.Tick());
    }

    Now now() {
        return new Now(Instant.ofEpochMilli(millis), new MonoTime(millis * 1_000_000));
    }

    List<Action> started(long instance) {
        return tell(new Stimulus.FromProcess(
                new ProcessEvent.Started(id(instance), new ProcessRef((int) instance + 10, instance))));
    }

    List<Action> ended(long instance, Outcome outcome) {
        tell(new Stimulus.FromProcess(new ProcessEvent.Exited(id(instance), outcome, null)));
        return tell(new Stimulus.FromProcess(new ProcessEvent.Emptied(id(instance), List.of())));
    }

    ReplicaView view(String process) {
        return supervision().views().stream()
                .filter(v -> v.id().process().equals(process))
                .findFirst()
                .orElseThrow();
    }

    String state(String process) {
        return view(process).state();
    }

    long launched() {
        return actions.stream().filter(Action.Launch.class::isInstance).count();
    }

    static InstanceId id(long n) {
        return new InstanceId("%032d".formatted(n));
    }
}
