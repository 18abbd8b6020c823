package dev.holdfast.queue;

/** What somebody sent, in a message: short, and unable to drive a terminal. */
final class Shown {
    private static final int LONGEST = 60;

    private Shown() {}

    static String quoted(String text) {
        return "\"" + of(text, LONGEST) + "\"";
    }

    /** @param most characters */
    static String of(String text, int most) {
        var shown = new StringBuilder();
        text.codePoints()
                .limit(most)
                .map(c -> Character.isISOControl(c) || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                        ? '\ufffd'
                        : c)
                .forEach(shown::appendCodePoint);
        return text.length() > most && text.codePointCount(0, text.length()) > most
                ? shown.append('…').toString()
                : shown.toString();
    }
}
