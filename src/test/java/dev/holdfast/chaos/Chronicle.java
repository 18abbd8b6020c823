package dev.holdfast.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What befell the daemon, and what was seen that must not be. Thread-safe. */
final class Chronicle {
    private static final int MOST_VIOLATIONS = 50;

    private final long seed;
    private final long began = System.nanoTime();
    private final List<String> lines = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();

    Chronicle(long seed) {
        this.seed = seed;
    }

    synchronized void befell(String what) {
        lines.add(time() + "  " + what);
    }

    /** Told at once, too: a run of an hour is not waited for. */
    @SuppressWarnings("SystemOut")
    synchronized void violated(String what) {
        befell("VIOLATED: " + what);
        if (violations.size() < MOST_VIOLATIONS) {
            violations.add(time() + "  " + what);
            System.out.println("chaos: seed " + seed + ", at" + time() + ": " + what);
        }
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /** For whoever wants to see the same again. */
    synchronized String told() {
        return "seed " + seed + ": -Dholdfast.chaos.seed=" + seed + "\nviolated:\n  " + String.join("\n  ", violations)
                + "\nwhat befell it:\n  " + String.join("\n  ", lines);
    }

    private String time() {
        return String.format(Locale.ROOT, "%9.3f s", (System.nanoTime() - began) / 1e9);
    }
}
