package dev.holdfast.protect;

import java.util.ArrayList;
import java.util.List;

/** Two short texts as the lines in which they differ, as diff -u has them (POSIX diff, unified format). */
public final class UnifiedDiff {
    private static final int CONTEXT = 3;

    /** One line of the comparison: ' ' in both, '-' in the old, '+' in the new. */
    private record Line(char mark, String text) {}

    private UnifiedDiff() {}

    /** @return lines without their ends; none when the texts are the same */
    public static List<String> of(String oldName, String before, String newName, String after) {
        List<Line> lines = compare(before.lines().toList(), after.lines().toList());
        if (lines.stream().allMatch(l -> l.mark() == ' ')) {
            return List.of();
        }
        var diff = new ArrayList<>(List.of("--- " + oldName, "+++ " + newName));
        int from = 0;
        while (true) {
            int first = next(lines, from);
            if (first < 0) {
                return diff;
            }
            int start = Math.max(from, first - CONTEXT);
            int last = first;
            for (int n = next(lines, last + 1); n >= 0 && n - last <= 2 * CONTEXT; n = next(lines, last + 1)) {
                last = n;
            }
            int end = Math.min(lines.size(), last + CONTEXT + 1);
            diff.add("@@ -" + range(lines, start, end, '-') + " +" + range(lines, start, end, '+') + " @@");
            lines.subList(start, end).forEach(l -> diff.add(l.mark() + l.text()));
            from = end;
        }
    }

    private static int next(List<Line> lines, int from) {
        for (int i = from; i < lines.size(); i++) {
            if (lines.get(i).mark() != ' ') {
                return i;
            }
        }
        return -1;
    }

    private static String range(List<Line> lines, int start, int end, char side) {
        long before = count(lines.subList(0, start), side);
        long n = count(lines.subList(start, end), side);
        return (n == 0 ? before : before + 1) + (n == 1 ? "" : "," + n);
    }

    private static long count(List<Line> lines, char side) {
        return lines.stream().filter(l -> l.mark() == ' ' || l.mark() == side).count();
    }

    /** By their longest common subsequence: a table, as the texts are short. */
    private static List<Line> compare(List<String> a, List<String> b) {
        int[][] common = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--) {
            for (int j = b.size() - 1; j >= 0; j--) {
                common[i][j] = a.get(i).equals(b.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        var lines = new ArrayList<Line>();
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            if (i < a.size() && j < b.size() && a.get(i).equals(b.get(j))) {
                lines.add(new Line(' ', a.get(i++)));
                j++;
            } else if (i < a.size() && (j == b.size() || common[i + 1][j] >= common[i][j + 1])) {
                lines.add(new Line('-', a.get(i++)));
            } else {
                lines.add(new Line('+', b.get(j++)));
            }
        }
        return lines;
    }
}
