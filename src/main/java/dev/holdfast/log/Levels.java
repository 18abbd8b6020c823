package dev.holdfast.log;

import dev.holdfast.unit.Level;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which level a line says it has, as the programs of a web host say it: a field of JSON; {@code level=warn}; nginx's
 * {@code [error]}; php-fpm's {@code NOTICE:} and PHP's {@code PHP Warning:}; python's {@code WARNING:root:}; log4j's
 * {@code ERROR} behind a time; glog's {@code E1121}; {@code <3>} of sd-daemon(3). Only the head of a line is looked at,
 * once and without going back, so that no line costs more than another.
 */
final class Levels {
    /** A field of JSON may stand behind a long message. */
    private static final int JSON_HEAD = 8 << 10;

    private static final int PAIR_HEAD = 512;
    private static final int WORD_HEAD = 160;
    private static final int LONGEST_WORD = 13;
    private static final int PHP = "PHP ".length();
    private static final int LOWER = 0x20;

    private static final byte[][] KEYS = Stream.of(
                    "level",
                    "lvl",
                    "severity",
                    "Level",
                    "LEVEL",
                    "loglevel",
                    "log_level",
                    "log.level",
                    "levelname",
                    "level_name",
                    "@level")
            .map(Levels::ascii)
            .toArray(byte[][]::new);

    /** By first letter, so that most words are none at once. */
    private static final byte[][][] WORDS = new byte['z' - 'a' + 1][][];

    private static final Level[][] MEANT = new Level[WORDS.length][];

    // What a byte is: asked so often that comparing would cost.
    private static final byte LETTER = 1;
    private static final byte UPPER = 2;
    /** A level's word begins so, or behind it. */
    private static final byte BEGINS = 4;
    /** One of {@link #KEYS} ends so. */
    private static final byte ENDS_KEY = 8;

    private static final byte[] KIND = new byte[256];

    static {
        for (int i = 0; i < WORDS.length; i++) {
            char letter = (char) ('a' + i);
            List<String> words = Level.words().stream()
                    .filter(word -> word.charAt(0) == letter)
                    .toList();
            WORDS[i] = words.stream().map(Levels::ascii).toArray(byte[][]::new);
            MEANT[i] =
                    words.stream().map(word -> Level.parse(word).orElseThrow()).toArray(Level[]::new);
            KIND[letter] |= (byte) (LETTER | (words.isEmpty() ? 0 : BEGINS));
            KIND[letter - LOWER] |= (byte) (KIND[letter] | UPPER);
        }
        KIND['_'] = LETTER;
        KIND['['] = BEGINS;
        KIND['<'] = BEGINS;
        for (byte[] key : KEYS) {
            KIND[key[key.length - 1]] |= ENDS_KEY;
        }
    }

    private Levels() {}

    /** Null when it says none. */
    static @Nullable Level of(byte[] text, int offset, int length) {
        int end = offset + length;
        int from = offset;
        while (from < end && from - offset < WORD_HEAD && text[from] == ' ') {
            from++;
        }
        if (from == end) {
            return null;
        }
        if (text[from] == '{') {
            return JsonLevel.of(text, from, Math.min(end, from + JSON_HEAD));
        }
        if (end - from > 2
                && text[from] == '<'
                && text[from + 2] == '>'
                && text[from + 1] >= '0'
                && text[from + 1] < '8') {
            return Level.ofSeverity(text[from + 1] - '0');
        }
        Level glog = glog(text, from, end);
        if (glog != null) {
            return glog;
        }
        return told(text, from, end);
    }

    private static @Nullable Level glog(byte[] text, int from, int end) {
        if (end - from < 6 || text[from + 5] != ' ') {
            return null;
        }
        for (int i = 1; i < 5; i++) {
            if (text[from + i] < '0' || text[from + i] > '9') {
                return null;
            }
        }
        return switch (text[from]) {
            case 'I' -> Level.INFO;
            case 'W' -> Level.WARNING;
            case 'E' -> Level.ERROR;
            case 'F' -> Level.CRITICAL;
            default -> null;
        };
    }

    /** In one pass: what begins a word for a level, or ends the name of one, is rare among other bytes. */
    private static @Nullable Level told(byte[] text, int from, int end) {
        int pairs = Math.min(end, from + PAIR_HEAD);
        int words = Math.min(end, from + WORD_HEAD);
        Level word = word(text, from, from, end);
        boolean named = false;
        int eight = Scan.eightWithCapital(text, from, pairs);
        while (eight < pairs) {
            for (long hits = Scan.capitals(text, eight, pairs); hits != 0; hits &= hits - 1) {
                int i = eight + Scan.first(hits);
                int kind = KIND[text[i] & 0xff];
                if ((kind & BEGINS) != 0) {
                    word = word != null || i >= words || isWithin(text, from, i, end)
                            ? word
                            : wordNear(text, from, i, words, end);
                } else if (text[i] == '='
                        && !named
                        && i > from
                        && is(text[i - 1], ENDS_KEY)
                        && isLevelName(text, from, i)) {
                    named = true; // the first such pair decides; when it is for no level, words do
                    int value = i + 1 < pairs && text[i + 1] == '"' ? i + 2 : i + 1;
                    Level pair = parse(text, value, wordEnd(text, value, pairs));
                    if (pair != null) {
                        return pair;
                    }
                }
            }
            eight = Scan.eightWithCapital(text, eight + Long.BYTES, pairs);
        }
        return word;
    }

    /** Whether it is a letter behind another, within a word; but at a P {@code PHP} may begin. */
    private static boolean isWithin(byte[] text, int from, int at, int end) {
        return at > from
                && is(text[at - 1], LETTER)
                && is(text[at], LETTER)
                && (text[at] != 'P' || !behindPhp(text, from, at + PHP, end));
    }

    /** Whether {@code level}, {@code lvl} or {@code severity} ends here, and begins a word. */
    private static boolean isLevelName(byte[] text, int from, int end) {
        int name = end;
        while (name > from && end - name < LONGEST_WORD && isLetter(text[name - 1])) {
            name--;
        }
        boolean begins = name == from || text[name - 1] == ' ' || text[name - 1] == '\t' || text[name - 1] == ',';
        return begins && isLevelKey(text, name, end);
    }

    static boolean isLevelKey(byte[] text, int from, int end) {
        for (byte[] key : KEYS) {
            if (key.length == end - from && Arrays.equals(key, 0, key.length, text, from, end)) {
                return true;
            }
        }
        return false;
    }

    /** The word for a level that begins at a capital letter, or behind a bracket or {@code PHP} here. */
    private static @Nullable Level wordNear(byte[] text, int from, int at, int words, int end) {
        byte b = text[at];
        int begin = at;
        if (b == '[' || b == '<') {
            begin = at + 1;
        } else if (b == 'P' && behindPhp(text, from, at + PHP, end)) {
            begin = at + PHP;
        }
        return begin < words ? word(text, from, begin, end) : null;
    }

    /**
     * A word that is a level: in capitals, or in brackets, or before a colon at the beginning, or behind {@code PHP}. What
     * stands before it is a time and names, so it must not be part of a path or an expression.
     */
    private static @Nullable Level word(byte[] text, int from, int i, int end) {
        if (i >= end || !is(text[i], BEGINS)) {
            return null;
        }
        int stop = wordEnd(text, i, Math.min(end, i + LONGEST_WORD + 1));
        if (stop == i || stop - i > LONGEST_WORD) {
            return null;
        }
        byte before = i == from ? (byte) ' ' : text[i - 1];
        byte after = stop == end ? (byte) ' ' : text[stop];
        if (!opens(before) || !closes(after)) {
            return null;
        }
        boolean php = behindPhp(text, from, i, end);
        boolean marked = php
                || (before == '[' && after == ']')
                || (before == '<' && after == '>')
                || (i == from && after == ':');
        if (!marked && !isUpper(text, i, stop)) {
            return null;
        }
        Level level = parse(text, i, stop);
        return php && level == Level.CRITICAL ? Level.ERROR : level;
    }

    private static boolean behindPhp(byte[] text, int from, int at, int end) {
        return at - from >= PHP
                && at <= end
                && text[at - 4] == 'P'
                && text[at - 3] == 'H'
                && text[at - 2] == 'P'
                && text[at - 1] == ' ';
    }

    private static boolean opens(byte b) {
        return switch (b) {
            case ' ', '\t', '[', '(', '<', '|', '-', ':', ']', '"', '.' -> true;
            default -> false;
        };
    }

    private static boolean closes(byte b) {
        return switch (b) {
            case ' ', '\t', ']', ')', '>', '|', '-', ':', ',', '[', '"' -> true;
            default -> false;
        };
    }

    static @Nullable Level parse(byte[] text, int from, int end) {
        int length = end - from;
        int letter = length <= 0 ? -1 : (text[from] | LOWER) - 'a';
        if (letter < 0 || letter >= WORDS.length) {
            return null;
        }
        for (int i = 0; i < WORDS[letter].length; i++) {
            if (WORDS[letter][i].length == length && isWord(WORDS[letter][i], text, from)) {
                return MEANT[letter][i];
            }
        }
        return null;
    }

    private static boolean isWord(byte[] lower, byte[] text, int from) {
        for (int i = 0; i < lower.length; i++) {
            if ((text[from + i] | LOWER) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    private static int wordEnd(byte[] text, int from, int end) {
        int i = from;
        while (i < end && isLetter(text[i])) {
            i++;
        }
        return i;
    }

    private static boolean isUpper(byte[] text, int from, int end) {
        for (int i = from; i < end; i++) {
            if (!is(text[i], UPPER)) {
                return false;
            }
        }
        return true;
    }

    private static boolean is(byte b, byte kind) {
        return (KIND[b & 0xff] & kind) != 0;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean isLetter(byte b) {
        return is(b, LETTER);
    }
}
