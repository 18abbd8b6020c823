package dev.holdfast.config;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Collects everything that is wrong in one run, once each, in the order of the file. */
final class Problems {
    /** Nobody reads more, and a file of nothing but mistakes must not fill the memory. */
    private static final int MOST = 1_000;

    private final TreeSet<Problem> found = new TreeSet<>();
    private int more;

    void add(Node at, String message) {
        add(at(at, message));
    }

    void add(Problem problem) {
        if (found.size() < MOST || found.contains(problem)) {
            found.add(problem);
        } else {
            more++;
        }
    }

    static Problem at(Node node, String message) {
        return node.getStartMark()
                .map(m -> new Problem(m.getName(), m.getLine() + 1, m.getColumn() + 1, message))
                .orElseGet(() -> new Problem("?", 1, 1, message));
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    List<Problem> list() {
        var all = new ArrayList<>(found);
        if (more > 0) {
            Problem last = found.last();
            all.add(new Problem(last.file(), last.line(), last.column(), "and " + more + " problems more"));
        }
        return List.copyOf(all);
    }

    /** As much of a URL as may be told: who knows all of it may be let in by it. */
    static String origin(URI url) {
        return "\"" + url.getScheme() + "://" + (url.getHost() == null ? "" : url.getHost()) + "/…\"";
    }

    /** {@code , did you mean x?} when one of {@code known} is near; else nothing. */
    static String hint(String given, Collection<String> known) {
        String nearest = nearest(given, known);
        return nearest == null ? "" : ", did you mean " + nearest + "?";
    }

    private static @Nullable String nearest(String given, Collection<String> known) {
        String best = null;
        // Of a name of one or two letters every other such name is near.
        int bestDistance = given.length() < 3 ? 1 : Math.max(1, given.length() / 3) + 1;
        for (String candidate : known) {
            int d = distance(given.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (d < bestDistance) {
                best = candidate;
                bestDistance = d;
            }
        }
        return best;
    }

    /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(replaced, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
