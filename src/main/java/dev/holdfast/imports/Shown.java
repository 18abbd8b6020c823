package dev.holdfast.imports;

import dev.holdfast.source.Tree;
import java.util.Iterator;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the source says, in a comment: one line, cut, without secrets and without what variables hold. */
final class Shown {
    private static final int LONGEST = 160;

    /** So much is looked at of a text: what is cut from it, and blanks that become one. */
    private static final int MOST = 4 * LONGEST;

    private static final Pattern CREDENTIALS = Pattern.compile("(\\w{1,20}://[^/\\s:@]{0,80}:)[^@/\\s]+@");
    private static final Pattern ASSIGNED = Pattern.compile(
            "(?<![\\w$.-])([\\w$.-]{1,80})([\"']?\\s?[:=]\\s?)(\"[^\"]+\"?|'[^']+'?|`[^`]+`?|[^\\s,;'\"`})\\]]+)");
    private static final Pattern HIDDEN =
            Pattern.compile("(?:.*[.\\s])?(?:env(?:_(?!file$).*)?|environment|args|labels)");
    private static final Pattern ITEM = Pattern.compile("(?s)([A-Za-z_][\\w.-]*=).+");

    private Shown() {}

    static String line(String text) {
        String plain = text.substring(0, Math.min(MOST, text.length()))
                .replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]+", " ")
                .strip();
        plain = CREDENTIALS.matcher(plain).replaceAll("$1…@");
        Matcher m = ASSIGNED.matcher(plain);
        plain = m.replaceAll(r -> Matcher.quoteReplacement(
                Sheet.secret(m.group(1)) && !m.group(3).startsWith("process.env")
                        ? m.group(1) + m.group(2) + "…"
                        : m.group()));
        return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST) + "…";
    }

    /** Whether a text has a password in a URL. */
    static boolean credentials(String text) {
        return CREDENTIALS.matcher(text).find();
    }

    /** Whether the values below a key are not shown: variables, arguments. */
    static boolean hidden(String key) {
        return HIDDEN.matcher(key).matches();
    }

    /** Such as {@code logging: {driver: none}}; of what is named as a secret, or holds variables, the names alone. */
    static String of(String key, Tree value) {
        var out = new StringBuilder();
        if (!Sheet.secret(key)) {
            value(value, hidden(key), out);
        }
        return line(out.isEmpty() ? key : key + ": " + out);
    }

    /** Only as far as a line goes: shared parts of a tree may multiply. */
    private static void value(Tree value, boolean hidden, StringBuilder out) {
        switch (value) {
            case Tree.Text t -> out.append(hidden ? "" : t.value(), 0, hidden ? 0 : least(t.value()));
            case Tree.Code c -> out.append(hidden ? "" : c.text(), 0, hidden ? 0 : least(c.text()));
            case Tree.Items i -> items(i, hidden, out);
            case Tree.Table t -> {
                out.append('{');
                for (Iterator<Map.Entry<String, Tree>> all =
                                t.values().entrySet().iterator();
                        all.hasNext() && out.length() < MOST; ) {
                    Map.Entry<String, Tree> e = all.next();
                    out.append(e.getKey());
                    if (!hidden && !Sheet.secret(e.getKey())) {
                        boolean below = hidden(e.getKey());
                        out.append(below && !(e.getValue() instanceof Tree.Table) ? "" : ": ");
                        value(e.getValue(), below, out);
                    }
                    out.append(all.hasNext() ? ", " : "");
                }
                out.append('}');
            }
        }
    }

    private static void items(Tree.Items items, boolean hidden, StringBuilder out) {
        out.append('[');
        for (Iterator<Tree> all = items.items().iterator(); all.hasNext() && out.length() < MOST; ) {
            Tree one = all.next();
            Matcher assigned = ITEM.matcher(one instanceof Tree.Text t ? t.value() : "");
            if (assigned.matches()) {
                out.append(assigned.group(1)).append('…');
            } else {
                value(one, hidden, out);
            }
            out.append(all.hasNext() ? ", " : "");
        }
        out.append(']');
    }

    private static int least(String text) {
        return Math.min(MOST, text.length());
    }
}
