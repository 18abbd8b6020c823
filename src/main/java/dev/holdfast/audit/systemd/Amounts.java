package dev.holdfast.audit.systemd;

import dev.holdfast.audit.note.Notes;
import java.util.Locale;

/** Sizes and times as systemd writes them. */
final class Amounts {
    private Amounts() {}

    /** Bytes; {@link Long#MAX_VALUE} of {@code infinity}; -1: it is none, or a part of a memory that is not known. */
    static long bytes(String text, long memory) {
        if (text.equals("infinity")) {
            return Long.MAX_VALUE;
        }
        int end = 0;
        while (end < text.length() && (Character.isDigit(text.charAt(end)) || text.charAt(end) == '.')) {
            end++;
        }
        double number = number(text.substring(0, end));
        String unit = text.substring(end).strip().toUpperCase(Locale.ROOT);
        if (number < 0) {
            return -1;
        }
        if (unit.equals("%")) {
            return memory <= 0 ? -1 : (long) (memory / 100.0 * number);
        }
        int power = unit.isEmpty() || unit.equals("B") ? 0 : 1 + "KMGTPE".indexOf(unit.charAt(0));
        return (power == 0 && !unit.isEmpty() && !unit.equals("B")) || unit.length() > 1
                ? -1
                : (long) (number * Math.pow(1024, power));
    }

    /** Milliseconds of {@code 5}, {@code 100ms}, {@code 5min 20s}; {@link Long#MAX_VALUE} of {@code infinity}; -1: none. */
    static long millis(String text) {
        if (text.equals("infinity")) {
            return Long.MAX_VALUE;
        }
        long sum = 0;
        int at = 0;
        boolean any = false;
        while (at < text.length()) {
            int begun = at;
            while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            double number = number(text.substring(begun, at));
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
            int word = at;
            while (at < text.length() && Character.isLetter(text.charAt(at))) {
                at++;
            }
            double unit = unit(text.substring(word, at));
            if (number < 0 || unit < 0) {
                return -1;
            }
            sum = Notes.plus(sum, (long) (number * unit));
            any = true;
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
        }
        return any ? sum : -1;
    }

    private static double unit(String word) {
        return switch (word) {
            case "us", "usec", "µs" -> 0.001;
            case "ms", "msec" -> 1;
            case "", "s", "sec", "second", "seconds" -> 1_000;
            case "m", "min", "minute", "minutes" -> 60_000;
            case "h", "hr", "hour", "hours" -> 3_600_000;
            case "d", "day", "days" -> 86_400_000;
            case "w", "week", "weeks" -> 7 * 86_400_000.0;
            case "M", "month", "months" -> 30.44 * 86_400_000;
            case "y", "year", "years" -> 365.25 * 86_400_000;
            default -> -1;
        };
    }

    private static double number(String text) {
        return text.length() <= 18 && text.matches("\\d+(\\.\\d*)?") ? Double.parseDouble(text) : -1;
    }
}
