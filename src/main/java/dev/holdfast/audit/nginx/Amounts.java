package dev.holdfast.audit.nginx;

import dev.holdfast.audit.note.Notes;

/** Sizes and times as nginx writes them. */
final class Amounts {
    private Amounts() {}

    /** {@code 8k}, {@code 1m}, {@code 1g}; -1: it is none. */
    static long bytes(String text) {
        int digits = digits(text, 0);
        if (digits == 0 || digits > 18) {
            return -1;
        }
        long number = Long.parseLong(text.substring(0, digits));
        return switch (text.substring(digits)) {
            case "" -> number;
            case "k", "K" -> Notes.times(number, 1L << 10);
            case "m", "M" -> Notes.times(number, 1L << 20);
            case "g", "G" -> Notes.times(number, 1L << 30);
            default -> -1;
        };
    }

    /** Milliseconds of {@code 60}, {@code 90s}, {@code 1h30m}; -1: it is none. */
    static long millis(String text) {
        long sum = 0;
        int at = 0;
        while (at < text.length()) {
            int digits = digits(text, at);
            if (digits == 0 || digits > 12) {
                return -1;
            }
            long number = Long.parseLong(text.substring(at, at + digits));
            at += digits;
            int begun = at;
            while (at < text.length() && Character.isLetter(text.charAt(at))) {
                at++;
            }
            long unit = switch (text.substring(begun, at)) {
                case "ms" -> 1;
                case "", "s" -> 1_000;
                case "m" -> 60_000;
                case "h" -> 3_600_000;
                case "d" -> 86_400_000;
                case "w" -> 7 * 86_400_000L;
                case "M" -> 30 * 86_400_000L;
                case "y" -> 365 * 86_400_000L;
                default -> -1;
            };
            if (unit < 0) {
                return -1;
            }
            sum = Notes.plus(sum, Notes.times(number, unit));
        }
        return text.isEmpty() ? -1 : sum;
    }

    private static int digits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at - from;
    }
}
