package dev.holdfast.patrol;

import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.GuardSpec.ConditionSpec;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.config.GuardSpec.MatchSpec;
import dev.holdfast.config.GuardSpec.Measure;
import dev.holdfast.config.GuardSpec.RuleSpec;
import dev.holdfast.guard.Finding;
import dev.holdfast.guard.Guard;
import dev.holdfast.guard.Sight;
import dev.holdfast.guard.Stimulus;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What is done under pressure would be done for the first time then, with classes to be read from a disk that is busy. So
 * a rule that nobody wrote, about everybody and always due, is judged by a guard of its own; its blow is withheld at the
 * last step, and nobody hears of it.
 */
final class Rehearsal {
    private static final GuardSpec SPEC = spec();

    /** Nobody hears of anything. */
    static final Effects NONE = new Effects() {
        @Override
        public void tell(Finding finding) {}

        @Override
        public void supervise(boolean restart, List<String> names, Finding finding) {}

        @Override
        public void exec(Deed.Exec exec, Finding finding) {}

        @Override
        public void warn(String what) {}
    };

    private final int self;
    private final Sight sight;
    private final Hands hands;
    private final Supplier<Now> clock;

    /** @param sight that has looked, whenever it is run */
    Rehearsal(int self, Sight sight, Hands hands, Supplier<Now> clock) {
        this.self = self;
        this.sight = sight;
        this.hands = hands;
        this.clock = clock;
    }

    private static GuardSpec spec() {
        var always = new ConditionSpec(
                Measure.AVAILABLE.written(), Measure.AVAILABLE, Threshold.parse("<= 100%"), Duration.ZERO);
        var rules = new TreeMap<String, RuleSpec>();
        rules.put(
                "rehearsal",
                new RuleSpec(
                        "rehearsal",
                        new MatchSpec(".", null, null, null, null, null, null),
                        List.of(),
                        List.of(),
                        List.of(always),
                        new Deed.Kill(Signal.TERM, Duration.ZERO, true),
                        null,
                        null,
                        Set.of(),
                        false,
                        List.of()));
        return new GuardSpec(Duration.ofSeconds(5), false, List.of(), rules, null, null);
    }

    void run(int times) {
        for (int i = 0; i < times; i++) {
            Now at = clock.get();
            var guard = new Guard(SPEC, self, at.mono());
            new Acts(guard, hands, clock, NONE, true).all(guard.apply(new Stimulus.Looked(sight), at));
        }
    }
}
