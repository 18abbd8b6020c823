package dev.holdfast.report;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Charts as SVG with attributes and classes alone, so that a policy may forbid styles of elements; each with its words for
 * who does not see it. Pure.
 */
final class Svg {
    private static final int WIDTH = 360;
    private static final int HEIGHT = 110;
    private static final int BOTTOM = 90;
    private static final int TOP = 14;

    private Svg() {}

    /**
     * A bar an hour.
     *
     * @param top as high as the chart; null: the highest bar
     * @param topText what stands there
     */
    static String hours(String title, List<@Nullable Double> values, @Nullable Double top, String topText) {
        var b = new StringBuilder(open(title, WIDTH, HEIGHT));
        double most = most(values, top);
        frame(b, topText);
        double wide = (double) WIDTH / values.size();
        for (int i = 0; i < values.size(); i++) {
            Double v = values.get(i);
            if (v != null && most > 0) {
                double high = Math.max(v > 0 ? 1 : 0, (BOTTOM - TOP) * Math.min(1, v / most));
                b.append("<rect class=\"bar\" x=\"")
                        .append(n(i * wide + 1))
                        .append("\" y=\"")
                        .append(n(BOTTOM - high))
                        .append("\" width=\"")
                        .append(n(wide - 2))
                        .append("\" height=\"")
                        .append(n(high))
                        .append("\"/>");
            }
        }
        for (int hour = 0; hour < 24; hour += 6) {
            text(b, hour * wide, BOTTOM + 14, String.format(Locale.ROOT, "%02d:00", hour));
        }
        return b.append("</svg>").toString();
    }

    /**
     * A line.
     *
     * @param top as high as the chart, drawn as a dashed line; null: none
     * @param begin what stands below its begin
     * @param end likewise
     */
    static String line(
            String title,
            List<@Nullable Double> values,
            @Nullable Double top,
            String topText,
            String begin,
            String end) {
        var b = new StringBuilder(open(title, WIDTH, HEIGHT));
        frame(b, topText);
        double most = most(values, top);
        path(b, values, most, WIDTH, TOP, BOTTOM);
        if (top != null && most > 0) {
            double y = BOTTOM - (BOTTOM - TOP) * top / most;
            b.append("<line class=\"limit\" x1=\"0\" x2=\"").append(WIDTH).append("\" y1=\"");
            b.append(n(y)).append("\" y2=\"").append(n(y)).append("\"/>");
        }
        text(b, 0, BOTTOM + 14, begin);
        b.append("<text class=\"end\" x=\"")
                .append(WIDTH)
                .append("\" y=\"")
                .append(BOTTOM + 14)
                .append("\">");
        b.append(Html.escaped(end)).append("</text>");
        return b.append("</svg>").toString();
    }

    /** A small line without words: what it shows stands beside it. */
    static String spark(List<@Nullable Double> values) {
        var b = new StringBuilder("<svg class=\"spark\" viewBox=\"0 0 84 20\" width=\"84\" height=\"20\""
                + " aria-hidden=\"true\" focusable=\"false\">");
        path(b, values, most(values, null), 84, 2, 19);
        return b.append("</svg>").toString();
    }

    private static String open(String title, int width, int height) {
        return "<svg class=\"chart\" role=\"img\" aria-label=\"" + Html.escaped(title) + "\" viewBox=\"0 0 " + width
                + " " + height + "\">";
    }

    private static void frame(StringBuilder b, String topText) {
        b.append("<line class=\"axis\" x1=\"0\" x2=\"")
                .append(WIDTH)
                .append("\" y1=\"")
                .append(BOTTOM);
        b.append("\" y2=\"").append(BOTTOM).append("\"/>");
        text(b, 0, 10, topText);
    }

    private static void path(
            StringBuilder b, List<@Nullable Double> values, double most, int width, int top, int bottom) {
        if (most <= 0 || values.size() < 2) {
            return;
        }
        b.append("<path class=\"line\" d=\"");
        boolean on = false;
        for (int i = 0; i < values.size(); i++) {
            Double v = values.get(i);
            if (v != null) {
                b.append(on ? 'L' : 'M').append(n((double) i * width / (values.size() - 1)));
                b.append(' ').append(n(bottom - (bottom - top) * v / most));
            }
            on = v != null;
        }
        b.append("\"/>");
    }

    private static double most(List<@Nullable Double> values, @Nullable Double top) {
        double most = top == null ? 0 : top;
        for (Double v : values) {
            most = v == null ? most : Math.max(most, v);
        }
        return most;
    }

    private static void text(StringBuilder b, double x, int y, String words) {
        b.append("<text x=\"").append(n(x)).append("\" y=\"").append(y).append("\">");
        b.append(Html.escaped(words)).append("</text>");
    }

    private static String n(double v) {
        String s = String.format(Locale.ROOT, "%.1f", v);
        return s.endsWith(".0") ? s.substring(0, s.length() - 2) : s;
    }
}
