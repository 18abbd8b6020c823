package dev.holdfast.source;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words of a shell line, as sh splits them; what the shell would do more with them is only noticed, not done. */
public final class ShellWords {
    private static final String OPERATORS = "|&;()";
    private static final String EXPANDED = "$`*?[~{!#";

    /**
     * @param text without quotes and backslashes
     * @param start in the line
     * @param end in the line, exclusive
     * @param literal whether the shell would leave it as it is
     */
    public record Word(String text, int start, int end, boolean literal) {}

    private final String line;
    private final List<Word> words = new ArrayList<>();
    private int at;

    private ShellWords(String line) {
        this.line = line;
    }

    /**
     * Operators and redirections are words of their own, not literal.
     *
     * @return null when a quote is not closed
     */
    public static @Nullable List<Word> of(String line) {
        var split = new ShellWords(line);
        while (split.at < line.length()) {
            char c = line.charAt(split.at);
            if (Character.isWhitespace(c)) {
                split.at++;
            } else if (!(split.operator() || split.word())) {
                return null;
            }
        }
        return split.words;
    }

    /** Such as {@code &&}, {@code >>}, {@code 2>&1}. */
    private boolean operator() {
        int start = at;
        int p = at;
        while (p < line.length() && Character.isDigit(line.charAt(p))) {
            p++;
        }
        boolean redirection = p < line.length() && "<>".indexOf(line.charAt(p)) >= 0;
        if (!redirection && OPERATORS.indexOf(line.charAt(at)) < 0) {
            return line.startsWith("&>", at) && redirect(start, at);
        }
        if (redirection) {
            return redirect(start, p);
        }
        if (line.startsWith("&>", at)) {
            return redirect(start, at);
        }
        boolean twice = at + 1 < line.length() && line.charAt(at + 1) == line.charAt(at);
        at += twice ? 2 : 1;
        words.add(new Word(line.substring(start, at), start, at, false));
        return true;
    }

    private boolean redirect(int start, int sign) {
        int p = sign;
        while (p < line.length() && "<>&".indexOf(line.charAt(p)) >= 0) {
            p++;
        }
        if (line.charAt(p - 1) == '&') {
            while (p < line.length() && (Character.isDigit(line.charAt(p)) || line.charAt(p) == '-')) {
                p++;
            }
        }
        at = p;
        words.add(new Word(line.substring(start, at), start, at, false));
        return true;
    }

    private boolean word() {
        int start = at;
        var text = new StringBuilder();
        boolean literal = true;
        while (at < line.length()) {
            char c = line.charAt(at);
            if (Character.isWhitespace(c) || OPERATORS.indexOf(c) >= 0 || "<>".indexOf(c) >= 0) {
                break;
            }
            at++;
            if (c == '\'') {
                int end = line.indexOf('\'', at);
                if (end < 0) {
                    return false;
                }
                text.append(line, at, end);
                at = end + 1;
            } else if (c == '"') {
                int quoted = quoted(text);
                if (quoted < 0) {
                    return false;
                }
                literal &= quoted == 0;
            } else if (c == '\\') {
                if (at < line.length()) {
                    text.append(line.charAt(at++));
                }
            } else {
                boolean inside = text.length() > 0 && "~#!{".indexOf(c) >= 0;
                literal &= inside ? c != '{' : EXPANDED.indexOf(c) < 0;
                text.append(c);
                if (c == '$' && at < line.length() && line.charAt(at) == '(') {
                    substitution(text);
                }
            }
        }
        words.add(new Word(text.toString(), start, at, literal));
        return true;
    }

    /** {@code $(...)} is one word with whatever stands around it. */
    private void substitution(StringBuilder text) {
        int depth = 0;
        do {
            char c = line.charAt(at++);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            text.append(c);
        } while (depth > 0 && at < line.length());
    }

    /** Within double quotes: 0 when literal, 1 when the shell expands something, -1 when they are not closed. */
    private int quoted(StringBuilder text) {
        int expanded = 0;
        while (at < line.length()) {
            char c = line.charAt(at++);
            if (c == '"') {
                return expanded;
            }
            if (c == '\\' && at < line.length() && "\"\\$`".indexOf(line.charAt(at)) >= 0) {
                text.append(line.charAt(at++));
                continue;
            }
            if (c == '$' || c == '`') {
                expanded = 1;
            }
            text.append(c);
        }
        return -1;
    }
}
