package dev.holdfast.audit.php;

import java.util.Locale;

/** A line of an ini file as PHP's scanner takes it (Zend/zend_ini_scanner.l, the normal mode). */
sealed interface IniLine {
    /** Empty, or a comment. */
    record Nothing() implements IniLine {}

    record Section(String name) implements IniLine {}

    record Entry(String key, String value) implements IniLine {}

    /** php-fpm refuses the whole file for it; php.ini may have it. */
    record Broken(String why) implements IniLine {}

    static IniLine of(String line) {
        String text = line.strip();
        if (text.isEmpty() || text.startsWith(";")) {
            return new Nothing();
        }
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            return close < 0
                    ? new Broken("the section's ] is missing")
                    : new Section(text.substring(1, close).strip());
        }
        int equals = text.indexOf('=');
        if (equals < 0) {
            return new Broken(
                    text.startsWith("#") ? "a comment begins with ;, not with #" : "there is no = and so no value");
        }
        String key = text.substring(0, equals).strip();
        if (key.isEmpty()) {
            return new Broken("there is no key before =");
        }
        return value(key, text.substring(equals + 1).strip());
    }

    private static IniLine value(String key, String text) {
        char first = text.isEmpty() ? ' ' : text.charAt(0);
        if (first == '"' || first == '\'') {
            int close = closing(text, first);
            return close < 0
                    ? new Broken("the quote is not closed")
                    : new Entry(key, text.substring(1, close).replace("\\\"", "\""));
        }
        int comment = text.indexOf(';');
        String bare = (comment < 0 ? text : text.substring(0, comment)).strip();
        return new Entry(
                key,
                switch (bare.toLowerCase(Locale.ROOT)) {
                    case "on", "yes", "true" -> "1";
                    case "off", "no", "false", "none", "null" -> "";
                    default -> bare;
                });
    }

    private static int closing(String text, char quote) {
        for (int i = 1; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && quote == '"') {
                i++;
            } else if (text.charAt(i) == quote) {
                return i;
            }
        }
        return -1;
    }
}
