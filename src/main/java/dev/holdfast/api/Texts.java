package dev.holdfast.api;

import java.util.regex.Pattern;

/** Texts that JSON can have: a half of a surrogate pair (Unicode, 3.8) is none, though Java and JSON's escapes know it. */
final class Texts {
    private static final Pattern HALF =
            Pattern.compile("[\\uD800-\\uDBFF](?![\\uDC00-\\uDFFF])|(?<![\\uD800-\\uDBFF])[\\uDC00-\\uDFFF]");

    private static final int ESCAPE = 6;

    private Texts() {}

    /** With U+FFFD for each half. */
    static String whole(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return HALF.matcher(text).replaceAll("\uFFFD");
            }
        }
        return text;
    }

    /** At most so many characters, and a sign where some are left out. */
    static String cut(String text, int most) {
        return text.length() <= most ? text : whole(text.substring(0, most)) + "…";
    }

    /** Whether a text in it, as JSON escapes it, has a half. */
    static boolean escapesHalves(String json) {
        boolean high = false;
        for (int i = json.indexOf('\\'); i >= 0 && i < json.length(); ) {
            boolean escape = json.charAt(i) == '\\';
            char c = escape ? unit(json, i) : json.charAt(i);
            if (high != Character.isLowSurrogate(c)) {
                return true;
            }
            high = Character.isHighSurrogate(c);
            i += !escape ? 1 : json.startsWith("u", i + 1) ? ESCAPE : 2;
        }
        return high;
    }

    /** What the escape there stands for, where that is given by its number; else something plain. */
    private static char unit(String json, int at) {
        String hex = json.length() < at + ESCAPE ? "" : json.substring(at + 1, at + ESCAPE);
        return hex.matches("u[0-9a-fA-F]{4}") ? (char) Integer.parseInt(hex.substring(1), 16) : ' ';
    }
}
