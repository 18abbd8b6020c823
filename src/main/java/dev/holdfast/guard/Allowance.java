package dev.holdfast.guard;

import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Rate;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** At most so often in any window of so long. */
final class Allowance {
    /** Of what costs nothing. */
    static final Allowance FREE = new Allowance(null);

    private final @Nullable Rate rate;
    private boolean told;
    private final ArrayDeque<Taken> used = new ArrayDeque<>();

    /** One of it; a class, as each is another one. */
    final class Taken {
        private final MonoTime at;
        private final boolean dry;

        private Taken(MonoTime at, boolean dry) {
            this.at = at;
            this.dry = dry;
        }

        /** Nothing came of it. */
        void giveBack() {
            used.remove(this);
        }
    }

    Allowance(@Nullable Rate rate) {
        this.rate = rate;
    }

    /**
     * Takes one, if there is one left.
     *
     * @param dry nothing is done
     * @return null: there is none
     */
    @Nullable
    Taken take(MonoTime now, boolean dry) {
        var taken = new Taken(now, dry);
        Rate r = rate;
        if (r == null) {
            return taken;
        }
        while (!used.isEmpty() && !now.isBefore(used.getFirst().at.plus(r.window()))) {
            used.removeFirst();
        }
        if (used.size() >= r.times()) {
            return null;
        }
        used.addLast(taken);
        told = false;
        return taken;
    }

    /** What was only said took nothing. */
    void restore() {
        used.removeIf(t -> t.dry);
    }

    /** Once, until one is left again. */
    boolean tellsRefusal() {
        boolean tells = !told;
        told = true;
        return tells;
    }
}
