package dev.holdfast.alert;

import dev.holdfast.unit.Durations;
import java.util.List;

/**
 * A letter as HTML, for mail readers: tables and inline styles only, since they keep nothing else. The chart is a table of
 * coloured cells: mail readers show no SVG, and many no picture until they are asked; this needs neither, and no
 * attachment.
 */
public record Page(Wording wording) {
    private static final int HEIGHT = 48;
    private static final int BARS = 60;

    public String html(Letter l) {
        Enclosure report = l.enclosure();
        if (report != null) {
            return report.html();
        }
        var b = new StringBuilder(2_048);
        b.append("<!DOCTYPE html><html><head><meta charset=\"utf-8\"></head>")
                .append("<body style=\"font-family:sans-serif;font-size:14px;color:#222\">");
        l.items().forEach(i -> item(b, i));
        b.append("<p style=\"color:#777;font-size:12px\">Holdfast on ")
                .append(escaped(wording.host()))
                .append(", message ")
                .append(escaped(l.id()))
                .append("</p></body></html>\n");
        return b.toString();
    }

    private void item(StringBuilder b, Item i) {
        Occasion o = i.occasion();
        String colour = switch (Wording.mark(i)) {
            case "OK" -> "#2e7d32";
            case "CRITICAL" -> "#c62828";
            default -> "#ef6c00";
        };
        b.append("<div style=\"border-left:4px solid ").append(colour).append(";padding:2px 12px;margin:0 0 18px\">");
        b.append("<div style=\"font-size:16px\"><b style=\"color:")
                .append(colour)
                .append("\">")
                .append(Wording.mark(i))
                .append("</b> ")
                .append(escaped(o.title()))
                .append("</div>");
        b.append("<div style=\"color:#555\">").append(escaped(wording.state(i))).append("</div>");
        if (!o.text().isEmpty()) {
            b.append("<p>").append(escaped(o.text()).replace("\n", "<br>")).append("</p>");
        }
        facts(b, o.facts());
        o.done().forEach(d -> b.append("<div>Done: ").append(escaped(d)).append("</div>"));
        Series s = o.series();
        if (s != null && !s.values().isEmpty()) {
            chart(b, s);
        }
        if (!o.output().isEmpty()) {
            b.append("<div style=\"margin-top:8px\">The last it printed:</div>")
                    .append("<pre style=\"background:#f4f4f4;padding:8px;white-space:pre-wrap\">");
            o.output().forEach(x -> b.append(escaped(Wording.line(x))).append('\n'));
            b.append("</pre>");
        }
        if (o.look() != null) {
            b.append("<div>Look further: <code>").append(escaped(o.look())).append("</code></div>");
        }
        b.append("<div style=\"color:#999;font-size:12px\">")
                .append(escaped(o.key()))
                .append("</div></div>\n");
    }

    private static void facts(StringBuilder b, List<Fact> facts) {
        if (facts.isEmpty()) {
            return;
        }
        b.append("<table cellpadding=\"3\" style=\"border-collapse:collapse\">");
        for (Fact f : facts) {
            b.append("<tr><td style=\"color:#555\">")
                    .append(escaped(f.name()))
                    .append("</td><td><b>")
                    .append(escaped(f.value()))
                    .append("</b></td><td style=\"color:#777\">")
                    .append(escaped(f.limit() == null ? "" : f.limit()))
                    .append("</td></tr>");
        }
        b.append("</table>");
    }

    /** A cell a bar, as high as its value; above the limit it is red. */
    private static void chart(StringBuilder b, Series s) {
        double least = Wording.least(s);
        double most = Wording.most(s);
        List<Double> values = s.values()
                .subList(Math.max(0, s.values().size() - BARS), s.values().size());
        b.append("<table cellpadding=\"0\" cellspacing=\"1\" style=\"margin-top:8px\"><tr>");
        for (double v : values) {
            int high = Double.isNaN(v) ? 0 : (int) Math.round(HEIGHT * Wording.share(v, least, most));
            boolean above = s.limit() != null && v > s.limit();
            b.append("<td valign=\"bottom\" height=\"").append(HEIGHT).append("\" width=\"5\">");
            if (high > 0) {
                b.append("<div style=\"width:5px;height:")
                        .append(high)
                        .append("px;background:")
                        .append(above ? "#c62828" : "#90a4ae")
                        .append("\"></div>");
            }
            b.append("</td>");
        }
        b.append("</tr></table><div style=\"color:#777;font-size:12px\">")
                .append(escaped(s.name()))
                .append(": ")
                .append(Wording.number(least))
                .append(" to ")
                .append(Wording.number(most))
                .append(' ')
                .append(escaped(s.unit()))
                .append(s.limit() == null ? "" : ", red above " + Wording.number(s.limit()))
                .append(", one each ")
                .append(Durations.format(s.step()))
                .append("</div>");
    }

    private static String escaped(String s) {
        var b = new StringBuilder(s.length() + 16);
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '<' -> b.append("&lt;");
                case '>' -> b.append("&gt;");
                case '&' -> b.append("&amp;");
                case '"' -> b.append("&quot;");
                case '\'' -> b.append("&#39;");
                case '\n', '\t' -> b.append(c);
                default ->
                    b.append(Character.isISOControl(c) || (Character.isSurrogate(c) && !paired(s, i)) ? '\ufffd' : c);
            }
        }
        return b.toString();
    }

    private static boolean paired(String s, int i) {
        return Character.isHighSurrogate(s.charAt(i))
                ? i + 1 < s.length() && Character.isLowSurrogate(s.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(s.charAt(i - 1));
    }
}
