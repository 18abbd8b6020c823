package dev.holdfast.heal;

import dev.holdfast.config.RecoverSpec;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Steps that may mend something, tried one after another, the first first: each when its time has come and no oftener than
 * it may, and none before it was looked whether the last one helped. When all were tried in vain there is a rest, and the
 * first one's turn again. One thread owns it.
 */
public final class Ladder {
    private static final Duration REST = Duration.ofMinutes(1);
    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final List<RecoverSpec> steps;
    private final List<Deque<MonoTime>> done = new ArrayList<>();
    private State state = new State.Ready(0);
    private final List<Boolean> refused = new ArrayList<>();

    private sealed interface State {
        /** @param from the first that may be tried */
        record Ready(int from) implements State {}

        record Acting(int step) implements State {}

        /** @param latest what is not known by then is no help */
        record Settling(int step, MonoTime until, MonoTime latest) implements State {}

        record Resting(MonoTime until) implements State {}
    }

    /** What comes of a look. */
    public sealed interface Turn {
        /** Do it, and say by {@link #ended} when it is done. */
        record Act(int index, RecoverSpec step) implements Turn {}

        /** The last step helped. */
        record Helped(int index, RecoverSpec step) implements Turn {}

        record DidNotHelp(int index, RecoverSpec step) implements Turn {}

        /** It would be its turn, but it was done as often as it may. Told once, until it may again. */
        record TooOften(int index, RecoverSpec step) implements Turn {}
    }

    public Ladder(List<RecoverSpec> steps) {
        this.steps = List.copyOf(steps);
        for (int i = 0; i < steps.size(); i++) {
            done.add(new ArrayDeque<>());
            refused.add(false);
        }
    }

    /** An earlier daemon did it then. */
    public void remember(int index, MonoTime at) {
        if (index >= 0 && index < done.size()) {
            done.get(index).add(at);
        }
    }

    /**
     * It was looked how things are.
     *
     * @param holds whether what a step waits for is so now
     * @param unsure whether it was so, and cannot be told any more
     */
    public List<Turn> looked(Predicate<RecoverSpec.When> holds, Predicate<RecoverSpec.When> unsure, MonoTime now) {
        var turns = new ArrayList<Turn>();
        switch (state) {
            case State.Acting _ -> {
                return turns;
            }
            case State.Settling(int step, MonoTime until, MonoTime latest) -> {
                if (now.isBefore(until)) {
                    return turns;
                }
                RecoverSpec spec = steps.get(step);
                boolean unknown = !holds.test(spec.when()) && unsure.test(spec.when());
                if (unknown && now.isBefore(latest)) {
                    state = new State.Settling(step, MonoTime.earliest(now.plus(AGAIN), latest), latest);
                    return turns;
                }
                boolean still = unknown || holds.test(spec.when());
                turns.add(still ? new Turn.DidNotHelp(step, spec) : new Turn.Helped(step, spec));
                state = new State.Ready(still ? step + 1 : 0);
            }
            case State.Resting(MonoTime until) -> {
                if (now.isBefore(until) && steps.stream().anyMatch(s -> holds.test(s.when()))) {
                    return turns;
                }
                state = new State.Ready(0);
            }
            case State.Ready _ -> {}
        }
        if (state instanceof State.Ready(int from)) {
            turn(from, holds, now, turns);
        }
        return turns;
    }

    private void turn(int from, Predicate<RecoverSpec.When> holds, MonoTime now, List<Turn> turns) {
        boolean any = false;
        boolean waits = false;
        for (int i = 0; i < steps.size(); i++) {
            RecoverSpec step = steps.get(i);
            if (!holds.test(step.when())) {
                refused.set(i, false);
                waits |= i >= from && holds.test(atOnce(step.when()));
                continue;
            }
            any = true;
            if (i < from) {
                continue;
            }
            if (may(i, now)) {
                done.get(i).add(now);
                refused.set(i, false);
                state = new State.Acting(i);
                turns.add(new Turn.Act(i, step));
                return;
            }
            if (!refused.get(i)) {
                refused.set(i, true);
                turns.add(new Turn.TooOften(i, step));
            }
        }
        if (!any) {
            state = new State.Ready(0);
        } else if (from > 0 && !waits) { // those before have their turn again, too
            state = new State.Resting(now.plus(REST));
        }
    }

    /** Without its time: one of which this holds only waits for that. */
    private static RecoverSpec.When atOnce(RecoverSpec.When when) {
        return new RecoverSpec.When(when.subject(), when.severity(), Duration.ZERO);
    }

    private boolean may(int index, MonoTime now) {
        Deque<MonoTime> times = done.get(index);
        RecoverSpec step = steps.get(index);
        while (!times.isEmpty()
                && now.since(times.peek()).compareTo(step.atMost().window()) >= 0) {
            times.remove();
        }
        return times.size() < step.atMost().times();
    }

    /** The step that was to be done has come to its end, whatever that was. */
    public void ended(int index, MonoTime now) {
        if (state instanceof State.Acting(int step) && step == index) {
            MonoTime until = now.plus(steps.get(index).settle());
            state = new State.Settling(index, until, until.plus(REST));
        }
    }

    /** When it wants to be looked again; {@link MonoTime#NEVER}: at the next look. */
    public MonoTime deadline() {
        return switch (state) {
            case State.Settling(int _, MonoTime until, MonoTime _) -> until;
            case State.Resting(MonoTime until) -> until;
            case State.Ready _, State.Acting _ -> MonoTime.NEVER;
        };
    }

    /** What is being done, or looked at whether it helped. */
    public Optional<RecoverSpec> doing() {
        @Nullable
        Integer step = switch (state) {
            case State.Acting(int s) -> (Integer) s;
            case State.Settling(int s, MonoTime _, MonoTime _) -> (Integer) s;
            case State.Ready _, State.Resting _ -> null;
        };
        return step == null ? Optional.empty() : Optional.of(steps.get(step));
    }
}
