package dev.holdfast.daemon;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Those who wait until what was asked of some processes has come to its end. The loop's thread owns it. */
final class Waiters {
    private final Predicate<Set<String>> settled;
    private final List<Waiter> waiting = new ArrayList<>();

    private record Waiter(Set<String> names, Runnable told) {}

    /** @param settled whether nothing is under way any more for processes or replicas of these names */
    Waiters(Predicate<Set<String>> settled) {
        this.settled = settled;
    }

    /** Runs {@code told} once these are settled, at once if they are. */
    void add(Set<String> names, Runnable told) {
        if (settled.test(names)) {
            told.run();
        } else {
            waiting.add(new Waiter(names, told));
        }
    }

    /** Something may have come to its end. */
    void tell() {
        waiting.removeIf(w -> {
            boolean over = settled.test(w.names());
            if (over) {
                w.told().run();
            }
            return over;
        });
    }
}
