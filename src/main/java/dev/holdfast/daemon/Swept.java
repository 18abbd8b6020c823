package dev.holdfast.daemon;

import dev.holdfast.guard.Finding;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What came of looking at all zombies or orphans on request. One thread uses it. */
final class Swept {
    private final String rule;
    private final Map<Finding.Kind, Integer> times = new EnumMap<>(Finding.Kind.class);
    private int rehearsed;
    private int told;

    /** @param rule {@code zombies} or {@code orphans} */
    Swept(String rule) {
        this.rule = rule;
    }

    /** Findings of others are passed over. */
    void add(Finding f) {
        if (!f.rule().equals(rule)) {
            return;
        }
        if (f.kind() != Finding.Kind.FIRED) {
            times.merge(f.kind(), 1, Integer::sum);
        } else if (f.dry()) {
            rehearsed++;
        } else if (!f.deed().startsWith("kill")) {
            told++;
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
        part(parts, told, "told of");
        part(parts, rehearsed, "found, nothing done (dry run)");
        part(parts, of(Finding.Kind.SPARED), "left alone");
        if (of(Finding.Kind.HELD_BACK) > 0) { // said once, however many
            parts.add("the rest held back by at_most");
        }
        part(parts, of(Finding.Kind.REFUSED), "not ended, refused");
        part(parts, of(Finding.Kind.STAYS), "still there after SIGKILL");
        return rule + ": " + (parts.isEmpty() ? "nothing to do" : String.join(", ", parts));
    }

    private int of(Finding.Kind kind) {
        return times.getOrDefault(kind, 0);
    }

    private static void part(List<String> parts, int n, String what) {
        if (n > 0) {
            parts.add(n + " " + what);
        }
    }
}
