package dev.holdfast.report;

import java.util.List;

/** HTML, of which every value is escaped. Not thread-safe. */
final class Html {
    private final StringBuilder b = new StringBuilder(16_384);
    private int tables;

    /** Our own. */
    Html raw(String markup) {
        b.append(markup);
        return this;
    }

    /** Anybody's. */
    Html text(String text) {
        b.append(escaped(text));
        return this;
    }

    Html element(String name, String text) {
        return raw("<" + name + ">").text(text).raw("</" + name + ">\n");
    }

    Html list(List<String> items) {
        raw("<ul>\n");
        items.forEach(i -> element("li", i));
        return raw("</ul>\n");
    }

    /** A cell of a table. */
    record Cell(String html, String kind) {
        static Cell text(String text) {
            return new Cell(escaped(text), "");
        }

        /** Sentences. */
        static Cell words(String text) {
            return new Cell(escaped(text), "t");
        }

        static Cell number(String text) {
            return new Cell(escaped(text), "n");
        }

        /** @param html our own */
        static Cell drawn(String html) {
            return new Cell(html, "");
        }
    }

    /**
     * A table that moves sideways where it is too wide.
     *
     * @param heads as many as cells of each row
     */
    Html table(String label, List<String> heads, List<List<Cell>> rows) {
        String id = "t" + ++tables;
        raw("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-labelledby=\"" + id
                + "\">\n<table>\n<caption id=\"" + id + "\">");
        text(label).raw("</caption>\n<thead><tr>");
        for (int i = 0; i < heads.size(); i++) {
            boolean number = !rows.isEmpty() && rows.getFirst().get(i).kind().equals("n");
            raw(number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">")
                    .text(heads.get(i))
                    .raw("</th>");
        }
        raw("</tr></thead>\n<tbody>\n");
        for (List<Cell> row : rows) {
            raw("<tr>");
            for (int i = 0; i < row.size(); i++) {
                Cell c = row.get(i);
                if (i == 0) {
                    raw("<th scope=\"row\">" + c.html() + "</th>");
                } else {
                    raw((c.kind().isEmpty() ? "<td>" : "<td class=\"" + c.kind() + "\">") + c.html() + "</td>");
                }
            }
            raw("</tr>\n");
        }
        return raw("</tbody>\n</table>\n</div>\n");
    }

    static String escaped(String s) {
        var b = new StringBuilder(s.length() + 16);
        s.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> b.append("&lt;");
                case '>' -> b.append("&gt;");
                case '&' -> b.append("&amp;");
                case '"' -> b.append("&quot;");
                case '\'' -> b.append("&#39;");
                case '\n', '\t' -> b.append(' ');
                default -> {
                    boolean harmful = Character.isISOControl(c)
                            || Character.getType(c) == Character.FORMAT
                            || Character.getType(c) == Character.SURROGATE;
                    b.appendCodePoint(harmful ? 0xfffd : c);
                }
            }
        });
        return b.toString();
    }

    @Override
    public String toString() {
        return b.toString();
    }
}
