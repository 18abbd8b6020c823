package dev.holdfast.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A command of a console block, and what is shown below it.
 *
 * @param line of the page
 * @param shown empty: nothing is said of its output
 */
record Turn(int line, String command, List<String> shown) {
    private static final Pattern NUMBER = Pattern.compile("(?<![\\w.])\\d[\\w.,:%+/-]*");
    private static final Pattern GAP = Pattern.compile("\\.\\.\\.|…");

    /** @param first the page's line of the block's first line */
    static List<Turn> of(List<String> lines, int first) {
        var turns = new ArrayList<Turn>();
        for (int i = 0; i < lines.size(); ) {
            if (!lines.get(i).startsWith("$ ")) {
                throw new IllegalArgumentException("line " + (first + i) + ": output before a command");
            }
            int at = first + i;
            var command = new StringBuilder(lines.get(i++).substring(2));
            while (i < lines.size() && command.toString().endsWith("\\")) {
                command.append('\n').append(lines.get(i++));
            }
            var shown = new ArrayList<String>();
            while (i < lines.size() && !lines.get(i).startsWith("$ ")) {
                shown.add(lines.get(i++));
            }
            turns.add(new Turn(at, command.toString(), List.copyOf(shown)));
        }
        return turns;
    }

    /** Whether any output would do: then at least the exit code is to be 0. */
    boolean saysNothing() {
        return shown.stream().allMatch(l -> GAP.matcher(l.strip()).matches());
    }

    /**
     * Whether the output is what is shown. A line of three dots stands for any number of lines, three dots within a line
     * for any text there; blanks at the end of a line count for nothing.
     *
     * @param numbersVary words that begin with a digit stand for any such, and blanks for any number of blanks; a line
     *     that is a number alone, as of {@code echo $?}, stays one
     */
    boolean matches(List<String> output, boolean numbersVary) {
        return shown.isEmpty() || matches(0, output, 0, numbersVary);
    }

    private boolean matches(int from, List<String> output, int at, boolean numbersVary) {
        if (from == shown.size()) {
            return at == output.size();
        }
        String line = shown.get(from).strip();
        if (GAP.matcher(line).matches()) {
            for (int next = at; next <= output.size(); next++) {
                if (matches(from + 1, output, next, numbersVary)) {
                    return true;
                }
            }
            return false;
        }
        return at < output.size()
                && pattern(shown.get(from).stripTrailing(), numbersVary)
                        .matcher(output.get(at).stripTrailing())
                        .matches()
                && matches(from + 1, output, at + 1, numbersVary);
    }

    private static Pattern pattern(String line, boolean numbersVary) {
        boolean vary = numbersVary && !line.strip().matches("\\d+");
        var pattern = new StringBuilder();
        String[] pieces = GAP.split(line, -1);
        for (int i = 0; i < pieces.length; i++) {
            pattern.append(i == 0 ? "" : ".*").append(vary ? varying(pieces[i]) : Pattern.quote(pieces[i]));
        }
        return Pattern.compile(pattern.toString());
    }

    private static String varying(String text) {
        var pattern = new StringBuilder();
        var number = NUMBER.matcher(text);
        int from = 0;
        while (number.find()) {
            pattern.append(spaced(text.substring(from, number.start()))).append("\\d[\\w.,:%+/-]*");
            from = number.end();
        }
        return pattern.append(spaced(text.substring(from))).toString();
    }

    private static String spaced(String text) {
        var pattern = new StringBuilder();
        var parts = text.split("(?<= )(?! )|(?<! )(?= )", -1);
        for (String part : parts) {
            pattern.append(part.isBlank() && !part.isEmpty() ? " +" : Pattern.quote(part));
        }
        return pattern.toString();
    }
}
