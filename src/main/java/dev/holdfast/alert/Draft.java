package dev.holdfast.alert;

import dev.holdfast.unit.Level;
import java.util.ArrayList;
import java.util.List;

/** One decision while it is made: what it changes holds at once for whatever is decided after it. One thread's own. */
final class Draft {
    final Kept kept;
    private final List<Change> changes = new ArrayList<>();
    private final List<Action> actions = new ArrayList<>();

    Draft(Kept kept) {
        this.kept = kept;
    }

    void change(Change c) {
        kept.apply(c);
        changes.add(c);
    }

    void act(Action a) {
        actions.add(a);
    }

    void say(Level level, String words) {
        act(new Action.Say(level, words));
    }

    boolean changed() {
        return !changes.isEmpty();
    }

    /** The next one begins. */
    Decision done() {
        var decision = new Decision(List.copyOf(changes), List.copyOf(actions));
        changes.clear();
        actions.clear();
        return decision;
    }
}
