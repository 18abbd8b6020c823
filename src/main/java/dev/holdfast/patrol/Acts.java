package dev.holdfast.patrol;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.guard.Action;
import dev.holdfast.guard.Finding;
import dev.holdfast.guard.Guard;
import dev.holdfast.guard.Stimulus;
import dev.holdfast.guard.Stimulus.Blow;
import dev.holdfast.guard.Traits;
import dev.holdfast.unit.Now;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Does what a guard says, and tells it what came of it: blows first, then words. One thread uses it. */
final class Acts {
    private final Guard guard;
    private final Hands hands;
    private final Supplier<Now> clock;
    private final Effects effects;
    private final boolean withheld;

    /** @param withheld nobody is signalled: each blow stops at its last step, as if its target were another by now */
    Acts(Guard guard, Hands hands, Supplier<Now> clock, Effects effects, boolean withheld) {
        this.guard = guard;
        this.hands = hands;
        this.clock = clock;
        this.effects = effects;
        this.withheld = withheld;
    }

    void all(List<Action> actions) {
        var todo = new ArrayDeque<>(actions);
        var told = new ArrayList<Finding>();
        try {
            while (!todo.isEmpty()) {
                switch (todo.removeFirst()) {
                    case Action.Tell(var finding) -> told.add(finding);
                    case Action.Strike strike -> todo.addAll(strike(strike));
                    case Action.Nudge(ProcessRef parent) -> {
                        if (!withheld) {
                            hands.nudge(parent);
                        }
                    }
                    case Action.Supervise(boolean restart, var names, var finding) -> {
                        tell(told);
                        effects.supervise(restart, names, finding);
                    }
                    case Action.Exec(var exec, var finding) -> {
                        tell(told);
                        effects.exec(exec, finding);
                    }
                    case Action.Renice(ProcessRef process, int value, var still) ->
                        renice(process, value, asked(still));
                }
            }
        } finally {
            tell(told);
        }
    }

    private void tell(List<Finding> told) {
        told.forEach(effects::tell);
        told.clear();
    }

    private List<Action> strike(Action.Strike strike) {
        var answers = new ArrayList<Action>();
        Predicate<Traits> condition = strike.still();
        boolean decides = condition != null; // the first for all
        for (ProcessRef target : strike.targets()) {
            Predicate<Traits> still = withheld ? _ -> false : decides ? condition : null;
            Stimulus.Struck struck = hands.strike(target, strike.signal(), still);
            answers.addAll(guard.apply(struck, clock.get()));
            Blow blow = struck.blow();
            if (decides && (blow == Blow.CHANGED || blow == Blow.REFUSED || blow == Blow.FAILED)) {
                break; // nothing was done, so nothing is done to what descends from it
            }
            decides = false;
        }
        return answers;
    }

    private Predicate<Traits> asked(Predicate<Traits> still) {
        return withheld ? still.and(_ -> false) : still;
    }

    private void renice(ProcessRef process, int value, Predicate<Traits> still) {
        Stimulus.Struck struck = hands.renice(process, value, still);
        if (struck.blow() == Blow.REFUSED || struck.blow() == Blow.FAILED) {
            effects.warn("pid " + process.pid() + " cannot be given nice " + value + ": " + struck.why());
        }
    }
}
