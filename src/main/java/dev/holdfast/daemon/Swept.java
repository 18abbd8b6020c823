package dev.holdfast.daemon;

import dev.holdfast.guard.Finding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What came of looking at all zombies or orphans on request. One thread uses it. */
final class Swept {
    private final String rule;
    /** Of each matter what has become of it. */
    private final Map<String, Finding> last = new HashMap<>();

    /** @param rule {@code zombies} or {@code orphans} */
    Swept(String rule) {
        this.rule = rule;
    }

    /** Findings of others are passed over. */
    void add(Finding f) {
        if (f.rule().equals(rule)) {
            last.put(f.key(), f);
        }
    }

    /** Nobody that was to be ended is still there. */
    boolean good() {
        return of(Finding.Kind.REFUSED) == 0 && of(Finding.Kind.STAYS) == 0;
    }

    /** Such as {@code orphans: 2 ended, 1 left alone}; of zombies it is their parents that are counted. */
    String words() {
        List<String> parts = new ArrayList<>();
        part(parts, of(Finding.Kind.ENDED), "ended");
        part(parts, fired(f -> !f.dry() && !f.deed().startsWith("kill")), "told of");
        part(parts, fired(Finding::dry), "found, nothing done (dry run)");
        part(parts, of(Finding.Kind.SPARED), "left alone");
        if (of(Finding.Kind.HELD_BACK) > 0) { // said once, however many
            parts.add("the rest held back by at_most");
        }
        part(parts, of(Finding.Kind.REFUSED), "not ended, refused");
        part(parts, of(Finding.Kind.STAYS), "still there after SIGKILL");
        return rule + ": " + (parts.isEmpty() ? "nothing to do" : String.join(", ", parts));
    }

    private long of(Finding.Kind kind) {
        return last.values().stream().filter(f -> f.kind() == kind).count();
    }

    private long fired(Predicate<Finding> which) {
        return last.values().stream()
                .filter(f -> f.kind() == Finding.Kind.FIRED)
                .filter(which)
                .count();
    }

    private static void part(List<String> parts, long n, String what) {
        if (n > 0) {
            parts.add(n + " " + what);
        }
    }
}
