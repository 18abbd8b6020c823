package dev.holdfast.alert;

import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * A letter in words. What programs printed is made visible: no control character of it reaches a reader's terminal.
 *
 * @param host whose alerts they are
 * @param zone in which times are told
 */
public record Wording(String host, ZoneId zone) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss xxx", Locale.ROOT);
    private static final String BARS = "▁▂▃▄▅▆▇█";
    private static final int NAME = 18;

    /** One line. */
    public String subject(Letter l) {
        Item first = l.items().getFirst();
        String more = l.items().size() == 1 ? "" : " (and " + (l.items().size() - 1) + " more)";
        return line("[" + mark(l, first) + "] " + host + ": " + first.occasion().title() + more);
    }

    /** OK for what is over, else the severity. */
    static String mark(Item i) {
        return i.kind() == Item.Kind.CLEARED ? "OK" : i.severity().name();
    }

    /** As {@link #mark(Item)}; of a report that it is one. */
    static String mark(Letter l, Item i) {
        return l.enclosure() == null ? mark(i) : "REPORT";
    }

    /** Plain text, lines ended by a line feed. */
    public String text(Letter l) {
        var b = new StringBuilder();
        Enclosure report = l.enclosure();
        if (report != null) {
            return b.append(report.text()).append(footer(l)).toString();
        }
        for (Item i : l.items()) {
            if (!b.isEmpty()) {
                b.append('\n');
            }
            item(b, i);
        }
        return b.append(footer(l)).toString();
    }

    private String footer(Letter l) {
        return "\n-- \nHoldfast on " + line(host) + ", message " + l.id() + "\n";
    }

    private void item(StringBuilder b, Item i) {
        Occasion o = i.occasion();
        b.append(mark(i)).append("  ").append(line(o.title())).append('\n');
        b.append(state(i)).append('\n');
        if (!o.text().isEmpty()) {
            b.append(visible(o.text())).append('\n');
        }
        for (Fact f : o.facts()) {
            String name = line(f.name());
            b.append("  ").append(name).append(" ".repeat(Math.max(1, NAME - name.length())));
            b.append(line(f.value()));
            b.append(f.limit() == null ? "" : "   (" + line(f.limit()) + ")").append('\n');
        }
        for (String done : o.done()) {
            b.append("Done: ").append(line(done)).append('\n');
        }
        Series s = o.series();
        if (s != null && !s.values().isEmpty()) {
            b.append(spark(s)).append('\n');
        }
        if (!o.output().isEmpty()) {
            b.append("The last it printed:\n");
            o.output().forEach(x -> b.append("  | ").append(line(x)).append('\n'));
        }
        if (o.look() != null) {
            b.append("Look further: ").append(line(o.look())).append('\n');
        }
        b.append("Key: ").append(line(o.key())).append('\n');
    }

    /** Since when, how often, and how it ended. */
    String state(Item i) {
        String often = i.untold() > 1 ? ", " + i.untold() + " times since it was told last" : "";
        String how = i.how().isEmpty() ? "" : ": " + line(i.how());
        Instant ended = i.ended();
        return switch (i.kind()) {
            case RAISED -> (i.occasion().lasts() ? "since " : "at ") + time(i.began()) + often;
            case CHANGED -> "now " + i.severity().written() + ", since " + time(i.began());
            case PASSED -> "began at " + time(i.began()) + often + ", is over" + after(i, ended) + how;
            case CLEARED -> "is over" + after(i, ended) + how;
        };
    }

    private static String after(Item i, @org.jspecify.annotations.Nullable Instant ended) {
        if (ended == null || !ended.isAfter(i.began())) {
            return "";
        }
        Duration lasted = Duration.between(i.began(), ended);
        Duration rounded = lasted.truncatedTo(lasted.toSeconds() > 0 ? ChronoUnit.SECONDS : ChronoUnit.MILLIS);
        return " after " + Durations.format(rounded);
    }

    String time(Instant t) {
        return TIME.format(t.atZone(zone));
    }

    /** A line of bars, and what the lowest and the highest are. */
    static String spark(Series s) {
        double least = least(s);
        double most = most(s);
        var b = new StringBuilder(line(s.name()) + " ");
        for (double v : s.values()) {
            b.append(Double.isNaN(v) ? ' ' : BARS.charAt((int) Math.round(7 * share(v, least, most))));
        }
        return b + " " + number(least) + " to " + number(most) + line(s.unit().isEmpty() ? "" : " " + s.unit())
                + ", one each " + Durations.format(s.step());
    }

    /** Bars stand on 0 unless a value is below it. */
    static double least(Series s) {
        return known(s).stream().mapToDouble(v -> v).reduce(0, Math::min);
    }

    static double most(Series s) {
        double most = known(s).stream().mapToDouble(v -> v).reduce(0, Math::max);
        return s.limit() == null ? most : Math.max(most, s.limit());
    }

    static double share(double v, double least, double most) {
        return most > least ? Math.clamp((v - least) / (most - least), 0, 1) : 0;
    }

    private static List<Double> known(Series s) {
        return s.values().stream().filter(v -> Double.isFinite(v)).toList();
    }

    static String number(double v) {
        return v == Math.rint(v) && Math.abs(v) < 1e15
                ? Long.toString((long) v)
                : String.format(Locale.ROOT, "%.2f", v);
    }

    /** Without anything that moves a cursor, ends a line or a header. */
    static String line(String s) {
        return visible(s).replace('\n', ' ');
    }

    private static String visible(String s) {
        var b = new StringBuilder(s.length());
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            boolean harmful = c != '\n'
                    && (Character.isISOControl(c)
                            || Character.getType(c) == Character.FORMAT
                            || c == 0x2028
                            || c == 0x2029
                            || (c >= 0xd800 && c <= 0xdfff));
            if (c == '\t') {
                b.append("    ");
            } else if (harmful) {
                b.append('\ufffd');
            } else {
                b.appendCodePoint(c);
            }
        }
        return b.toString();
    }

    /** Of a whole letter. */
    static Severity worst(Letter l) {
        return l.items().stream().map(Item::severity).max(Severity::compareTo).orElse(Severity.WARNING);
    }
}
