package dev.holdfast.top;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.WCWidth;

/**
 * One line of the screen: exactly as many columns as it has, whatever is put into it. What programs print may be in it, so
 * nothing of it drives the terminal: control characters are shown as U+FFFD. Not thread-safe.
 */
final class Line {
    private static final int REPLACEMENT = 0xfffd;
    private static final char ELLIPSIS = '…';

    private final int width;
    private final List<Span> spans = new ArrayList<>();
    private int used;

    private record Span(String text, Paint paint) {}

    Line(int width) {
        this.width = width;
    }

    /** How many columns are left. */
    int room() {
        return width - used;
    }

    /** As much of it as there is room for. */
    Line add(String text, Paint paint) {
        return add(text, paint, room());
    }

    Line add(String text) {
        return add(text, Paint.PLAIN);
    }

    /** With a rule to the right edge. */
    Line rule(Paint paint) {
        return add("─".repeat(Math.max(0, room())), paint);
    }

    /** In a column of that many places: cut, or filled with spaces; and a space after it. */
    Line cell(String text, int columns, Paint paint) {
        int before = used;
        add(text, paint, Math.min(columns, room()));
        return gap(Math.min(columns - (used - before) + 1, room()));
    }

    /** As {@link #cell}, at the right of its column. */
    Line right(String text, int columns, Paint paint) {
        int columnsOfIt = columns(text);
        gap(Math.min(columns - columnsOfIt, room()));
        add(text, paint, Math.min(columns, room()));
        return gap(Math.min(1, room()));
    }

    private Line gap(int columns) {
        if (columns > 0) {
            spans.add(new Span(" ".repeat(columns), Paint.PLAIN));
            used += columns;
        }
        return this;
    }

    private Line add(String text, Paint paint, int most) {
        if (most <= 0) {
            return this;
        }
        boolean cut = columns(text) > most;
        int end = cut ? most - 1 : most;
        var shown = new StringBuilder();
        int columns = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            int printable = printable(c);
            int w = Math.max(0, WCWidth.wcwidth(printable));
            if (columns + w > end) {
                break;
            }
            shown.appendCodePoint(printable);
            columns += w;
        }
        if (cut) {
            shown.append(ELLIPSIS);
            columns++;
        }
        spans.add(new Span(shown.toString(), paint));
        used += columns;
        return this;
    }

    private static int printable(int c) {
        boolean drives =
                Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == 0x2028 || c == 0x2029;
        return c == '\t'
                ? ' '
                : drives || !Character.isDefined(c) || (c < 0x10000 && Character.isSurrogate((char) c))
                        ? REPLACEMENT
                        : c;
    }

    static int columns(String text) {
        return text.codePoints()
                .map(c -> Math.max(0, WCWidth.wcwidth(printable(c))))
                .sum();
    }

    /** The characters alone, with spaces to the end. */
    String text() {
        var text = new StringBuilder();
        spans.forEach(s -> text.append(s.text));
        return text.append(" ".repeat(room())).toString();
    }

    /** With SGR sequences; {@code selected}: reversed as a whole. */
    String painted(boolean colours, boolean selected) {
        var out = new StringBuilder();
        for (Span s : spans) {
            String sgr = selected ? "7" : s.paint.sgr(colours);
            if (sgr.isEmpty()) {
                out.append(s.text);
            } else {
                out.append("\u001b[").append(sgr).append('m').append(s.text).append("\u001b[m");
            }
        }
        String rest = " ".repeat(room());
        return selected && !rest.isEmpty()
                ? out.append("\u001b[7m").append(rest).append("\u001b[m").toString()
                : out.append(rest).toString();
    }
}
