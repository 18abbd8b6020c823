package dev.holdfast.audit.php;

import dev.holdfast.audit.note.Notes;
import java.util.Locale;
import java.util.OptionalLong;

/** Numbers as php and php-fpm take them. */
final class Quantity {
    private static final int MOST_DIGITS = 15;

    private Quantity() {}

    /**
     * Bytes as php takes them: leading digits, times what the last letter stands for (Zend/zend_ini.c); anything else in
     * between counts nothing. So {@code 128MB} is 128 bytes.
     *
     * @return negative: no limit
     */
    static long bytes(String value) {
        String text = value.strip();
        boolean negative = text.startsWith("-");
        int end = negative ? 1 : 0;
        while (end < text.length() && Character.digit(text.charAt(end), 10) >= 0 && end < MOST_DIGITS) {
            end++;
        }
        String digits = text.substring(negative ? 1 : 0, end);
        long n = digits.isEmpty() ? 0 : Long.parseLong(digits);
        char last = text.isEmpty() ? ' ' : Character.toLowerCase(text.charAt(text.length() - 1));
        int shift = switch (last) {
            case 'k' -> 10;
            case 'm' -> 20;
            case 'g' -> 30;
            default -> 0;
        };
        long all = n > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : n << shift;
        return negative ? -all : all;
    }

    /** Bytes of mebibytes as opcache takes them: leading digits, and nothing else; at most {@link Long#MAX_VALUE}. */
    static long mebibytes(String value) {
        String digits = value.strip().replaceFirst("^(\\d{0," + MOST_DIGITS + "}).*", "$1");
        return Notes.times(digits.isEmpty() ? 0 : Long.parseLong(digits), 1L << 20);
    }

    /** Whether {@link #bytes} is what a reader takes it for. */
    static boolean plain(String value) {
        return value.strip().matches("-1|\\d{1,15}[KMGkmg]?");
    }

    /** Bytes as short as ini files have them: {@code 704M}. */
    static String written(long bytes) {
        if (bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "G";
        }
        return bytes % (1L << 20) == 0 ? (bytes >> 20) + "M" : Long.toString(bytes);
    }

    /** Seconds of php-fpm's {@code 30}, {@code 30s}, {@code 5m}, {@code 1h}, {@code 1d}; empty: it refuses that. */
    static OptionalLong seconds(String value) {
        String text = value.strip().toLowerCase(Locale.ROOT);
        if (!text.matches("\\d{1,9}[smhd]?")) {
            return OptionalLong.empty();
        }
        char unit = text.charAt(text.length() - 1);
        long n = Long.parseLong(Character.isDigit(unit) ? text : text.substring(0, text.length() - 1));
        return OptionalLong.of(
                switch (unit) {
                    case 'm' -> n * 60;
                    case 'h' -> n * 3600;
                    case 'd' -> n * 86_400;
                    default -> n;
                });
    }

    /** A whole number that php-fpm takes; empty: it refuses that. */
    static OptionalLong whole(String value) {
        return value.strip().matches("\\d{1,9}")
                ? OptionalLong.of(Long.parseLong(value.strip()))
                : OptionalLong.empty();
    }
}
