package dev.holdfast.imports;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Text with references to variables. On its way through the splitting of words a reference stands between two characters
 * of private use, which are in no configuration.
 */
final class References {
    private static final char BEGIN = '\uE000';
    private static final char END = '\uE001';
    /** A dollar that is one, whatever follows it. */
    private static final char DOLLAR = '\uE002';

    private static final Pattern COMPOSE =
            Pattern.compile("\\$(?:\\$|([A-Za-z_]\\w*)|\\{([A-Za-z_]\\w*)(?:(:?[-?+])" + "((?:[^{}$]|\\$\\$)*+))?\\})");
    private static final Pattern MARKED = Pattern.compile(BEGIN + "(\\w+)(?::-([^" + END + "]*))?" + END);

    private References() {}

    static String marked(String reference) {
        return BEGIN + reference + END;
    }

    /** As compose means it: what is not set is empty, unless there is a default, or the reference demands it. */
    static String ofCompose(String text) {
        Matcher m = COMPOSE.matcher(text);
        return m.replaceAll(r -> Matcher.quoteReplacement(ofCompose(m)));
    }

    private static String ofCompose(Matcher m) {
        if (m.group().equals("$$")) {
            return String.valueOf(DOLLAR);
        }
        String name = m.group(1) != null ? m.group(1) : m.group(2);
        String how = m.group(3) == null ? "" : m.group(3);
        String what = m.group(4) == null ? "" : m.group(4).replace("$$", "$");
        return switch (how.replace(":", "")) {
            case "?" -> marked(name);
            case "+" -> m.group(); // has no counterpart; stays, and is told
            default -> marked(name + ":-" + what);
        };
    }

    /** {@code ${NAME}} and {@code ${NAME:-text}} alone, empty when not set; other dollars are dollars. */
    static String ofBraces(String text) {
        Matcher m = Pattern.compile("\\$\\{([A-Za-z_]\\w*)(?::-([^{}$]*))?\\}").matcher(text);
        return m.replaceAll(
                r -> Matcher.quoteReplacement(marked(m.group(1) + ":-" + (m.group(2) == null ? "" : m.group(2)))));
    }

    /** Whether something is left that looks like a reference and is none here. */
    static boolean odd(String marked) {
        return marked.contains("${");
    }

    /** Whether a default would be several words. */
    static boolean torn(String marked) {
        return MARKED.matcher(marked)
                .results()
                .anyMatch(r -> r.group(2) != null && r.group(2).strip().matches("(?s).*\\s.*"));
    }

    /** Whether nothing is left of it where its variables are not set. */
    static boolean mayBeEmpty(String marked) {
        return MARKED.matcher(marked)
                .replaceAll(r -> Matcher.quoteReplacement(r.group(2) == null ? r.group(1) : r.group(2)))
                .isEmpty();
    }

    /** Behind a reference that begins here; the same when none does. */
    static int end(String marked, int at) {
        int end = marked.charAt(at) == BEGIN ? marked.indexOf(END, at) : -1;
        return end < 0 ? at : end + 1;
    }

    static boolean any(String marked) {
        return marked.indexOf(BEGIN) >= 0;
    }

    /** With the defaults in place of references; null: one has none. */
    static @Nullable String settled(String marked) {
        Matcher m = MARKED.matcher(marked);
        var out = new StringBuilder();
        while (m.find()) {
            if (m.group(2) == null || m.group(2).isEmpty()) {
                return null;
            }
            m.appendReplacement(out, Matcher.quoteReplacement(m.group(2)));
        }
        return m.appendTail(out).toString().replace(DOLLAR, '$');
    }

    static Object value(String marked) {
        return any(marked)
                ? new Expanded(Expanded.plain(marked.replace(DOLLAR, '$'))
                        .replace(String.valueOf(BEGIN), "${")
                        .replace(String.valueOf(END), "}"))
                : marked.replace(DOLLAR, '$');
    }

    static List<Object> values(List<String> marked) {
        return marked.stream().map(References::value).toList();
    }
}
