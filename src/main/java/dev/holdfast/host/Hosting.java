package dev.holdfast.host;

import dev.holdfast.config.HostSpec;
import dev.holdfast.config.RecoverSpec;
import dev.holdfast.heal.Ladder;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The host over time: looked at each interval, sooner where a threshold is about to be raised, where the kernel tells of
 * pressure, or where a step to recover wants to know whether it helped. Steps that wait for the same value are a ladder.
 * Pure; one thread owns it.
 */
public final class Hosting {
    private HostSpec spec;
    private final List<Vigil> vigils = new ArrayList<>();
    private final Map<String, Rungs> ladders = new LinkedHashMap<>();
    private MonoTime due;
    private boolean asked;
    private @Nullable Snapshot before;
    private MonoTime beforeAt = MonoTime.NEVER;

    private record Rungs(Ladder ladder, List<Integer> indexes) {}

    public Hosting(HostSpec spec, Now now) {
        this.spec = spec;
        this.due = now.mono();
        take();
    }

    /** From now on it is this. What did not change keeps what it knows. */
    public void configure(HostSpec fresh, Now now) {
        if (fresh.equals(spec)) {
            return;
        }
        spec = fresh;
        take();
        due = MonoTime.earliest(due, now.mono());
    }

    private void take() {
        List<Vigil> known = List.copyOf(vigils);
        vigils.clear();
        for (HostSpec.Watch w : spec.watches()) {
            vigils.add(
                    known.stream().filter(v -> v.watch().equals(w)).findFirst().orElseGet(() -> new Vigil(w)));
        }
        ladders.clear();
        var steps = new LinkedHashMap<String, List<Integer>>();
        for (int i = 0; i < spec.recover().size(); i++) {
            String subject = String.valueOf(spec.recover().get(i).when().subject());
            steps.computeIfAbsent(subject, s -> new ArrayList<>()).add(i);
        }
        steps.forEach((subject, indexes) -> ladders.put(
                subject,
                new Rungs(new Ladder(indexes.stream().map(spec.recover()::get).toList()), indexes)));
    }

    /** An earlier daemon did a step then. */
    public void remember(int index, MonoTime at) {
        for (Rungs r : ladders.values()) {
            if (r.indexes.contains(index)) {
                r.ladder.remember(r.indexes.indexOf(index), at);
            }
        }
    }

    public List<Action> tick(Now now) {
        if (asked || now.mono().isBefore(due)) {
            return List.of();
        }
        asked = true;
        due = now.mono().plus(spec.interval());
        return List.of(new Action.Look());
    }

    /** Something new is known: a look does not wait for the interval. */
    public List<Action> hurry(Now now) {
        due = now.mono();
        return tick(now);
    }

    /**
     * The kernel tells of a stall that is as long as a threshold says.
     *
     * @param watch name of the watch
     */
    public List<Action> stalled(String watch, Severity severity, Now now) {
        vigils.stream().filter(v -> v.watch().name().equals(watch)).forEach(v -> v.stalled(severity, now.mono()));
        return hurry(now);
    }

    /** @param triggered watches of pressure of which the kernel tells; others are measured by looking */
    public List<Action> looked(Snapshot snapshot, java.util.Set<String> triggered, Now now) {
        var actions = new ArrayList<Action>();
        asked = false;
        Duration since =
                beforeAt.equals(MonoTime.NEVER) ? Duration.ZERO : now.mono().since(beforeAt);
        for (Vigil v : vigils) {
            v.look(snapshot, before, since, triggered.contains(v.watch().name()), now, actions);
        }
        before = snapshot;
        beforeAt = now.mono();
        ladders.values().forEach(r -> heal(r, now, actions));
        sooner(now);
        return actions;
    }

    private void heal(Rungs r, Now now, List<Action> actions) {
        for (Ladder.Turn turn : r.ladder.looked(
                w -> vigils.stream().anyMatch(v -> v.holds(w, now.mono())),
                w -> vigils.stream().anyMatch(v -> v.unsure(w)),
                now.mono())) {
            switch (turn) {
                case Ladder.Turn.Act(int index, RecoverSpec step) ->
                    actions.add(new Action.Act(r.indexes.get(index), step));
                case Ladder.Turn.Helped(int _, RecoverSpec step) ->
                    actions.add(new Action.Tell(step, step.words() + " helped", true));
                case Ladder.Turn.DidNotHelp(int _, RecoverSpec step) ->
                    actions.add(new Action.Tell(step, step.words() + " did not help", false));
                case Ladder.Turn.TooOften(int _, RecoverSpec step) ->
                    actions.add(new Action.Tell(
                            step, step.words() + " is not done again: at most " + step.atMost(), false));
            }
        }
    }

    private void sooner(Now now) {
        for (Vigil v : vigils) {
            due = MonoTime.earliest(due, v.sooner());
        }
        for (Rungs r : ladders.values()) {
            due = MonoTime.earliest(due, r.ladder.deadline());
        }
        due = due.isBefore(now.mono()) ? now.mono() : due;
    }

    /** A step to recover has ended. */
    public List<Action> acted(int index, Now now) {
        for (Rungs r : ladders.values()) {
            if (r.indexes.contains(index)) {
                r.ladder.ended(r.indexes.indexOf(index), now.mono());
                due = MonoTime.earliest(due, r.ladder.deadline());
            }
        }
        return tick(now);
    }

    public MonoTime deadline() {
        return asked ? MonoTime.NEVER : due;
    }

    public HostSpec spec() {
        return spec;
    }

    /** In the order of the configuration. */
    public List<WatchView> views() {
        return vigils.stream().map(Vigil::view).toList();
    }

    /** Steps to recover that are under way. */
    public List<String> doing() {
        return ladders.values().stream()
                .flatMap(r -> r.ladder.doing().stream())
                .map(RecoverSpec::words)
                .toList();
    }
}
