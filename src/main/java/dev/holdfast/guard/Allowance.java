package dev.holdfast.guard;

import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Rate;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** At most so often in any window of so long. */
final class Allowance {
    private final @Nullable Rate rate;
    private boolean told;
    private final ArrayDeque<MonoTime> used = new ArrayDeque<>();

    Allowance(@Nullable Rate rate) {
        this.rate = rate;
    }

    /** Takes one, if there is one left. */
    boolean take(MonoTime now) {
        Rate r = rate;
        if (r == null) {
            return true;
        }
        while (!used.isEmpty() && !now.isBefore(used.getFirst().plus(r.window()))) {
            used.removeFirst();
        }
        if (used.size() >= r.times()) {
            return false;
        }
        used.addLast(now);
        told = false;
        return true;
    }

    /** Nothing came of the last one taken. */
    void giveBack() {
        used.pollLast();
    }

    /** Nothing came of any. */
    void restore() {
        used.clear();
    }

    /** Once, until one is left again. */
    boolean tellsRefusal() {
        boolean tells = !told;
        told = true;
        return tells;
    }
}
