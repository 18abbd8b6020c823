package dev.holdfast.audit.compose;

import dev.holdfast.audit.note.Notes;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fills in {@code $NAME}, {@code ${NAME}}, {@code ${NAME:-default}} as Compose does, by what {@code .env} says. What the
 * shell has that calls Compose goes before and is not known: a default counts, and what has none is not known.
 */
final class Variables {
    private static final Pattern LINE = Pattern.compile("(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*+[=:](.*)");
    private static final Pattern COMMENT = Pattern.compile("(?:^|\\s)#.*");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final int DEEPEST = 8;

    private final Notes notes;
    private final String file;
    private @Nullable Map<String, String> known;

    /** @param compose the file beside which {@code .env} lies; that is read only when a value asks for it */
    Variables(Notes notes, String compose) {
        this.notes = notes;
        this.file = compose.substring(0, compose.lastIndexOf('/') + 1) + ".env";
    }

    /** Null: it depends on what is not known. */
    @Nullable
    String filled(String text) {
        return filled(text, 0);
    }

    private @Nullable String filled(String text, int depth) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            if (text.charAt(i) != '$') {
                out.append(text.charAt(i++));
                continue;
            }
            if (text.startsWith("$$", i)) {
                out.append('$');
                i += 2;
                continue;
            }
            boolean braced = text.startsWith("${", i);
            Matcher name = NAME.matcher(text).region(i + (braced ? 2 : 1), text.length());
            if (!name.lookingAt() || depth >= DEEPEST) {
                return null; // what Compose refuses
            }
            int end = braced ? closed(text, name.end()) : name.end();
            String value = end < 0 ? null : value(name.group(), braced ? text.substring(name.end(), end) : "", depth);
            if (value == null) {
                return null;
            }
            out.append(value);
            i = end + (braced ? 1 : 0);
        }
        return out.toString();
    }

    /** Where the brace closes that is open at {@code from}; -1: nowhere. */
    private static int closed(String text, int from) {
        int open = 1;
        for (int i = from; i < text.length(); i++) {
            open += text.startsWith("${", i) ? 1 : text.charAt(i) == '}' ? -1 : 0;
            if (open == 0) {
                return i;
            }
        }
        return -1;
    }

    /** @param more what stands between the name and the brace */
    private @Nullable String value(String name, String more, int depth) {
        String set = known().get(name);
        boolean colon = more.startsWith(":");
        boolean has = set != null && !(colon && set.isEmpty());
        String sign = colon ? more.substring(1) : more;
        if (more.isEmpty() || sign.startsWith("?")) {
            return has ? set : null;
        }
        if (sign.startsWith("-")) {
            return has ? set : filled(sign.substring(1), depth + 1);
        }
        return has && sign.startsWith("+") ? filled(sign.substring(1), depth + 1) : null;
    }

    private Map<String, String> known() {
        Map<String, String> all = known;
        if (all == null) {
            all = new HashMap<>();
            for (String line : notes.isFile(file) ? notes.lines(file) : java.util.List.<String>of()) {
                Matcher m = LINE.matcher(line.strip());
                if (m.matches()) {
                    all.put(m.group(1), unquoted(m.group(2).strip()));
                }
            }
            known = all;
        }
        return all;
    }

    /** Without its quotes; without them a comment begins at a blank and #. */
    private static String unquoted(String text) {
        char first = text.isEmpty() ? ' ' : text.charAt(0);
        int close = first == '"' || first == '\'' ? text.indexOf(first, 1) : -1;
        return close > 0
                ? text.substring(1, close)
                : COMMENT.matcher(text).replaceFirst("").strip();
    }
}
