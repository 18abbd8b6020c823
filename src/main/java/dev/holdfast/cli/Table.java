package dev.holdfast.cli;

import dev.holdfast.cli.Style.Paint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Text in aligned columns; colours do not count as width. Not thread-safe. */
final class Table {
    private static final String GAP = "  ";

    private final Style style;
    private final List<List<Cell>> rows = new ArrayList<>();

    /** A cell's text and how it is painted. */
    record Cell(String text, Paint paint) {}

    Table(Style style) {
        this.style = style;
    }

    static Cell cell(String text) {
        return new Cell(text, Paint.PLAIN);
    }

    static Cell cell(String text, Paint paint) {
        return new Cell(text, paint);
    }

    Table head(String... titles) {
        rows.add(Arrays.stream(titles).map(t -> new Cell(t, Paint.BOLD)).toList());
        return this;
    }

    Table row(Cell... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /** The lines, without spaces at their ends. */
    List<String> lines() {
        var widths = new ArrayList<Integer>();
        for (List<Cell> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                int width = width(row.get(i).text());
                if (i == widths.size()) {
                    widths.add(width);
                } else {
                    widths.set(i, Math.max(widths.get(i), width));
                }
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private String line(List<Cell> row, List<Integer> widths) {
        var line = new StringBuilder();
        int owed = 0;
        for (int i = 0; i < row.size(); i++) {
            Cell cell = row.get(i);
            if (!cell.text().isEmpty()) {
                line.append(" ".repeat(owed)).append(style.paint(cell.paint(), printable(cell.text())));
                owed = 0;
            }
            owed += widths.get(i) - width(cell.text()) + GAP.length();
        }
        return line.toString();
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Details quote what programs did: nothing of it may drive the terminal. */
    static String printable(String text) {
        var safe = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == '\t' ? ' ' : Character.isISOControl(c) ? '\ufffd' : c)
                .forEach(safe::appendCodePoint);
        return safe.toString();
    }
}
