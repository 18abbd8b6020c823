package dev.holdfast.log;

import dev.holdfast.unit.Level;
import org.jspecify.annotations.Nullable;

/** The level of a line that is a JSON object: a field of it named so, and none of what lies within it. */
final class JsonLevel {
    private JsonLevel() {}

    static @Nullable Level of(byte[] text, int from, int end) {
        int depth = 0;
        int key = -1;
        int keyEnd = -1;
        Level numbered = null; // Monolog has both a number and a name: the name wins
        int i = from;
        while (i < end) {
            byte b = text[i];
            if (b == '"') {
                int close = stringEnd(text, i + 1, end);
                if (depth == 1 && key < 0) {
                    key = i + 1;
                    keyEnd = close;
                } else if (depth == 1 && Levels.isLevelKey(text, key, keyEnd)) {
                    return Levels.parse(text, i + 1, close);
                }
                i = close + 1;
                continue;
            }
            if (b == '{' || b == '[') {
                depth++;
            } else if (b == '}' || b == ']') {
                depth--;
            } else if (b == ',' && depth == 1) {
                key = -1;
            } else if (b >= '0' && b <= '9' && depth == 1 && key >= 0 && Levels.isLevelKey(text, key, keyEnd)) {
                numbered = number(text, i, end);
                key = -2; // the rest of the number is none
            }
            i++;
            if (depth == 0) {
                break;
            }
        }
        return numbered;
    }

    private static int stringEnd(byte[] text, int from, int end) {
        int i = Scan.unplain(text, from, end);
        while (i < end && text[i] != '"') {
            i = text[i] == '\\' ? i + 2 : i + 1;
            i = i < end && text[i] >= 0 ? Scan.unplain(text, i, end) : i;
        }
        return Math.min(i, end);
    }

    /** Bunyan and pino count 10 to 60, Monolog 100 to 600, syslog 0 to 7. */
    private static @Nullable Level number(byte[] text, int from, int end) {
        int n = 0;
        for (int i = from; i < end && i < from + 4 && text[i] >= '0' && text[i] <= '9'; i++) {
            n = 10 * n + text[i] - '0';
        }
        return switch (n) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> Level.ofSeverity(n);
            case 10 -> Level.TRACE;
            case 20, 100 -> Level.DEBUG;
            case 30, 200 -> Level.INFO;
            case 250 -> Level.NOTICE;
            case 40, 300 -> Level.WARNING;
            case 50, 400 -> Level.ERROR;
            case 60, 500, 550, 600 -> Level.CRITICAL;
            default -> null;
        };
    }
}
