package dev.holdfast.log;

import dev.holdfast.unit.Level;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What {@link Levels} finds, found plainly: byte by byte, one form after the other. */
final class LevelsModel {
    private static final int JSON_HEAD = 8 << 10;
    private static final int PAIR_HEAD = 512;
    private static final int WORD_HEAD = 160;
    private static final int LONGEST_WORD = 13;

    private LevelsModel() {}

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
        Level pair = pair(text, from, Math.min(end, from + PAIR_HEAD));
        return pair != null ? pair : word(text, from, Math.min(end, from + WORD_HEAD), end);
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

    /** {@code level=}, {@code lvl=} or {@code severity=}, at the beginning of a word. */
    private static @Nullable Level pair(byte[] text, int from, int end) {
        for (int i = from; i < end; i++) {
            if (text[i] != '=' || i == from) {
                continue;
            }
            int name = i;
            while (name > from && i - name < LONGEST_WORD && isLetter(text[name - 1])) {
                name--;
            }
            if (name > from && text[name - 1] != ' ' && text[name - 1] != '\t' && text[name - 1] != ',') {
                continue;
            }
            if (Levels.isLevelKey(text, name, i)) {
                int value = i + 1 < end && text[i + 1] == '"' ? i + 2 : i + 1;
                return parse(text, value, wordEnd(text, value, end));
            }
        }
        return null;
    }

    /**
     * The first word that is a level: in capitals, or in brackets, or before a colon at the beginning, or behind
     * {@code PHP}. What stands before it is a time and names, so it must not be part of a path or an expression.
     */
    private static @Nullable Level word(byte[] text, int from, int head, int end) {
        int i = from;
        while (i < head) {
            if (!isLetter(text[i])) {
                i++;
                continue;
            }
            int stop = wordEnd(text, i, end);
            byte before = i == from ? (byte) ' ' : text[i - 1];
            byte after = stop == end ? (byte) ' ' : text[stop];
            if (stop - i <= LONGEST_WORD && opens(before) && closes(after)) {
                boolean marked = (before == '[' && after == ']')
                        || (before == '<' && after == '>')
                        || (i == from && after == ':')
                        || behindPhp(text, from, i);
                if (marked || isUpper(text, i, stop)) {
                    Level level = parse(text, i, stop);
                    if (level != null) {
                        return behindPhp(text, from, i) && level == Level.CRITICAL ? Level.ERROR : level;
                    }
                }
            }
            i = stop;
        }
        return null;
    }

    private static boolean behindPhp(byte[] text, int from, int at) {
        return at - from >= 4
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
        if (end <= from || end - from > LONGEST_WORD) {
            return null;
        }
        return Level.parse(new String(text, from, end - from, StandardCharsets.ISO_8859_1))
                .orElse(null);
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
            if (text[i] < 'A' || text[i] > 'Z') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '_';
    }
}
