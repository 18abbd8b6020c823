package dev.holdfast.source;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Text of JavaScript and where its reader stands: blanks, comments, strings, balanced brackets. */
final class JsText {
    private final String file;
    private final String text;
    private int at;

    /** Where each line begins. */
    private final int[] lines;

    JsText(String file, String text) {
        this.file = file;
        this.text = text.startsWith("\ufeff") ? text.substring(1) : text;
        this.lines = IntStream.concat(
                        IntStream.of(0),
                        IntStream.range(0, this.text.length())
                                .filter(i -> this.text.charAt(i) == '\n')
                                .map(i -> i + 1))
                .toArray();
    }

    int at() {
        return at;
    }

    void back(int to) {
        at = to;
    }

    void end() {
        at = text.length();
    }

    void next() {
        at++;
    }

    boolean over() {
        return at >= text.length();
    }

    boolean is(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    String since(int start) {
        return text.substring(start, at);
    }

    int line(int of) {
        int found = Arrays.binarySearch(lines, of);
        return found >= 0 ? found + 1 : -found - 1;
    }

    /** From 0. */
    int column(int of) {
        return of - lines[line(of) - 1];
    }

    Broken broken(String what) {
        int here = Math.min(at, text.length());
        return new Broken(new Origin(file, line(here)), column(here) + 1, what);
    }

    void blank() {
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at)) || is('\u00a0')) {
                at++;
            } else if (text.startsWith("//", at) || text.startsWith("#!", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at) && text.indexOf("*/", at + 2) >= 0) {
                at = text.indexOf("*/", at + 2) + 2;
            } else {
                return;
            }
        }
    }

    boolean skip(String regex) {
        Matcher m = Pattern.compile(regex).matcher(text).region(at, text.length());
        if (m.lookingAt()) {
            at = m.end();
            return true;
        }
        return false;
    }

    /** The first group of what stands here; null: something else does. */
    @Nullable
    String matched(String regex) {
        Matcher m =
                Pattern.compile(regex).matcher(text).region(at, text.length()).useTransparentBounds(true);
        if (!m.lookingAt()) {
            return null;
        }
        at = m.end();
        return m.group(1);
    }

    void inside(String end) throws Broken {
        if (over()) {
            throw broken("\"" + end + "\" is missing");
        }
    }

    void comma(String end) throws Broken {
        blank();
        if (is(',')) {
            next();
        } else if (!is(end.charAt(0))) {
            throw broken("\",\" or \"" + end + "\" is expected");
        }
    }

    /** Whether what was read is all of an expression; behind blanks then. */
    boolean ended(boolean statement) {
        int before = at;
        blank();
        if (over() || ",]});".indexOf(text.charAt(at)) >= 0) {
            return true;
        }
        boolean newLine = text.substring(before, at).indexOf('\n') >= 0;
        return statement && newLine && "+-*/%.?:|&=<>([`".indexOf(text.charAt(at)) < 0;
    }

    /** A string or template, escapes resolved; at its opening quote. */
    String string() throws Broken {
        char quote = text.charAt(at);
        int start = at++;
        var out = new StringBuilder();
        while (true) {
            if (over() || (quote != '`' && is('\n'))) {
                at = start;
                throw broken("a string is not closed");
            }
            char c = text.charAt(at++);
            if (c == quote) {
                return out.toString();
            }
            if (c == '\\' && !over()) {
                escape(out);
            } else {
                out.append(c);
            }
        }
    }

    private void escape(StringBuilder out) {
        char c = text.charAt(at++);
        Matcher hex = Pattern.compile("u\\{([0-9a-fA-F]{1,6})\\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})")
                .matcher(text)
                .region(at - 1, text.length());
        if ((c == 'u' || c == 'x') && hex.lookingAt()) {
            String digits = hex.group(1) != null ? hex.group(1) : hex.group(2) != null ? hex.group(2) : hex.group(3);
            int point = Integer.parseInt(digits, 16);
            out.appendCodePoint(Character.isValidCodePoint(point) ? point : 0xFFFD);
            at = hex.end();
            return;
        }
        switch (c) {
            case 'n' -> out.append('\n');
            case 't' -> out.append('\t');
            case 'r' -> out.append('\r');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case '0' -> out.append('\0');
            case '\n' -> {} // a line that goes on
            default -> out.append(c);
        }
    }

    /** Up to where it ends: a comma, a closing bracket, a semicolon; as a statement also a line's end. */
    String expression(boolean statement) throws Broken {
        int start = at;
        int depth = 0;
        int end = at;
        while (!over()) {
            char c = text.charAt(at);
            if (depth == 0 && ",;)]}".indexOf(c) >= 0) {
                break;
            }
            if (c == '"' || c == '\'' || c == '`') {
                string();
                end = at;
                continue;
            }
            int before = at;
            blank();
            if (at > before) {
                if (statement
                        && depth == 0
                        && end > start
                        && text.substring(before, at).indexOf('\n') >= 0
                        && (over() || "+-*/%.?:|&=<>([`{".indexOf(text.charAt(at)) < 0)
                        && "+-*/%.?:|&=<>(,".indexOf(text.charAt(end - 1)) < 0) {
                    break;
                }
                continue;
            }
            depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
            end = ++at;
        }
        if (depth > 0) {
            at = start;
            throw broken("brackets are not closed");
        }
        return text.substring(start, end).strip();
    }

    /** Past one statement; at least one character. */
    void statement() throws Broken {
        int start = at;
        expression(true);
        if (at == start) {
            at++;
        }
    }
}
