package dev.holdfast.cli;

import java.util.Locale;

/** A page for man(1), written piece by piece: text is escaped here, so that no line of it can be a request. */
final class Roff {
    private final StringBuilder page = new StringBuilder();

    /** @param section of the manual: 1 for commands, 5 for files */
    Roff(String name, int section, String version) {
        page.append(".TH ")
                .append(quoted(name.toUpperCase(Locale.ROOT)))
                .append(' ')
                .append(section)
                .append(" \"\" ")
                .append(quoted("Holdfast " + version))
                .append(" \"Holdfast\"\n.nh\n.ad l\n");
    }

    Roff heading(String text) {
        page.append(".SH ").append(quoted(text.toUpperCase(Locale.ROOT))).append('\n');
        return this;
    }

    Roff subheading(String text) {
        page.append(".SS ").append(quoted(text)).append('\n');
        return this;
    }

    Roff paragraph(String text) {
        page.append(".PP\n");
        return line(text);
    }

    /** A term in bold, and what it means, indented. */
    Roff item(String term, String meaning) {
        page.append(".TP\n.B ").append(quoted(term)).append('\n');
        return line(meaning);
    }

    /** As it is, line by line, in a fixed pitch where there are several. */
    Roff verbatim(Iterable<String> lines) {
        page.append(".PP\n.RS 4\n.nf\n");
        lines.forEach(this::line);
        page.append(".fi\n.RE\n");
        return this;
    }

    /** Pages that say more. */
    Roff seeAlso(Iterable<String> pages) {
        heading("See also");
        return line(String.join(", ", pages));
    }

    private Roff line(String text) {
        page.append(escaped(text)).append('\n');
        return this;
    }

    static String escaped(String text) {
        String plain = text.replace("\\", "\\(rs")
                .replace("-", "\\-")
                .replace("'", "\\(aq")
                .replace("`", "\\(ga")
                .replace("^", "\\(ha")
                .replace("~", "\\(ti")
                .replace('\n', ' ');
        return plain.isEmpty() || plain.charAt(0) == '.' || plain.charAt(0) == ' ' ? "\\&" + plain : plain;
    }

    private static String quoted(String text) {
        return '"' + escaped(text).replace("\"", "\\(dq") + '"';
    }

    @Override
    public String toString() {
        return page.toString();
    }
}
