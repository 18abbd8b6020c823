package dev.holdfast.alert;

import dev.holdfast.unit.Severity;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that somebody should know, as it is now. Made by {@link #lasting} or {@link #event}, completed by the other
 * methods, each of which returns another one. All text may come from programs and be anything: it is bounded here, and
 * made harmless where it is written.
 *
 * @param key what is one matter, such as {@code guard/mautic-runaway/4711}: parts by {@code /}, the first one says whose.
 *     Silences match it
 * @param severity how bad it is now
 * @param title one line, such as {@code queue downloads: 240 jobs wait (> 200)}
 * @param text sentences more; may be empty
 * @param facts values and limits
 * @param done what was done about it, such as {@code killed with TERM}
 * @param output the last lines that were printed
 * @param look the command to look further, such as {@code holdfast why web}; null: none
 * @param channels that are to be told; empty: those of the routes
 * @param series for the chart; null: none
 * @param lasts true: it is so until it is cleared, and to raise it again only says how it is now; false: it happened, and
 *     each time counts
 */
public record Occasion(
        String key,
        Severity severity,
        String title,
        String text,
        List<Fact> facts,
        List<String> done,
        List<String> output,
        @Nullable String look,
        List<String> channels,
        @Nullable Series series,
        boolean lasts) {
    static final int LONGEST_KEY = 200;
    static final int LINE = 500;
    static final int TEXT = 4_000;
    static final int MOST = 50;

    public Occasion {
        key = key(key);
        title = cut(title.replaceAll("\\R", " "), LINE);
        text = cut(text, TEXT);
        facts = facts.stream()
                .limit(MOST)
                .map(f -> new Fact(
                        cut(f.name(), 100), cut(f.value(), LINE), f.limit() == null ? null : cut(f.limit(), LINE)))
                .toList();
        done = lines(done);
        output = lines(output);
        look = look == null ? null : cut(look, LINE);
        channels = List.copyOf(channels);
    }

    /** A key as it is kept: a long one is cut, and stays another's than one that begins like it. */
    static String key(String whole) {
        return whole.length() <= LONGEST_KEY
                ? whole
                : cut(whole, LONGEST_KEY - 8) + HexFormat.of().toHexDigits(whole.hashCode());
    }

    /** It is so until {@code clear} is called with its key. */
    public static Occasion lasting(String key, Severity severity, String title) {
        return new Occasion(key, severity, title, "", List.of(), List.of(), List.of(), null, List.of(), null, true);
    }

    /** It happened, and is over: nothing to be cleared. */
    public static Occasion event(String key, Severity severity, String title) {
        return new Occasion(key, severity, title, "", List.of(), List.of(), List.of(), null, List.of(), null, false);
    }

    public Occasion withText(String sentences) {
        return new Occasion(key, severity, title, sentences, facts, done, output, look, channels, series, lasts);
    }

    /** @param limit null: none */
    public Occasion withFact(String name, String value, @Nullable String limit) {
        var more = new ArrayList<>(facts);
        more.add(new Fact(name, value, limit));
        return new Occasion(key, severity, title, text, more, done, output, look, channels, series, lasts);
    }

    public Occasion withDone(String what) {
        var more = new ArrayList<>(done);
        more.add(what);
        return new Occasion(key, severity, title, text, facts, more, output, look, channels, series, lasts);
    }

    public Occasion withOutput(List<String> lines) {
        return new Occasion(key, severity, title, text, facts, done, lines, look, channels, series, lasts);
    }

    public Occasion withLook(@Nullable String command) {
        return new Occasion(key, severity, title, text, facts, done, output, command, channels, series, lasts);
    }

    /** @param names of the rule's own {@code alert:}; empty: the routes' */
    public Occasion to(List<String> names) {
        return new Occasion(key, severity, title, text, facts, done, output, look, names, series, lasts);
    }

    public Occasion withSeries(@Nullable Series s) {
        return new Occasion(key, severity, title, text, facts, done, output, look, channels, s, lasts);
    }

    /** The last ones count: they say how it ended. */
    private static List<String> lines(List<String> all) {
        return all.subList(Math.max(0, all.size() - MOST), all.size()).stream()
                .map(l -> cut(l, LINE))
                .toList();
    }

    private static String cut(String s, int most) {
        if (s.length() <= most) {
            return s;
        }
        int end = Character.isHighSurrogate(s.charAt(most - 2)) ? most - 2 : most - 1;
        return s.substring(0, end) + "…";
    }
}
