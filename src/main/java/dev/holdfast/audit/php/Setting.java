package dev.holdfast.audit.php;

import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.util.Locale;

/**
 * One line {@code key = value}.
 *
 * @param key in lower case up to a bracket, as php-fpm compares it: {@code php_admin_value[memory_limit]}
 * @param value without quotes, $pool filled in; what stands for on is 1, what stands for off is empty
 * @param raw the whole line
 */
record Setting(String key, String value, Site site, String raw) {
    /** As evidence: where, and what stands there. */
    String evidence() {
        return site + ": " + (Notes.secret(key) ? key + " = " + Notes.shown(key, value) : Notes.shown(raw.strip()));
    }

    /** The line with another value; what stands before it stays. */
    String with(String other) {
        int equals = raw.indexOf('=');
        String before = raw.substring(0, equals + 1);
        boolean space = equals + 1 < raw.length() && Character.isWhitespace(raw.charAt(equals + 1));
        return before + (space ? " " : "") + other;
    }

    /** NAME of {@code php_admin_value[NAME]}; empty for other keys. */
    String inBrackets() {
        int open = key.indexOf('[');
        return open > 0 && key.endsWith("]") ? key.substring(open + 1, key.length() - 1) : "";
    }

    static String lower(String key) {
        int open = key.indexOf('[');
        return open < 0
                ? key.toLowerCase(Locale.ROOT)
                : key.substring(0, open).toLowerCase(Locale.ROOT) + key.substring(open);
    }
}
