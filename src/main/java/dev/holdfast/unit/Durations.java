package dev.holdfast.unit;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as people write them. */
public final class Durations {
    private static final Pattern WHOLE = Pattern.compile("(?:\\d+(?:ms|us|w|d|h|m|s))+");
    private static final Pattern PART = Pattern.compile("(\\d+)(ms|us|w|d|h|m|s)");

    /** Whose sum stays within a long of seconds, whatever the units. */
    private static final int DIGITS = 12;

    private static final Duration LONGEST = Duration.ofDays(36_500);
    private static final String TOO_LARGE = "this is too large: a duration is at most 36500d, a hundred years";

    private Durations() {}

    /**
     * Reads {@code 250ms}, {@code 30s}, {@code 1h30m}, {@code 2d}, {@code 1w} and the plain {@code 0}; a bare number
     * otherwise has no unit and is refused.
     *
     * @throws IllegalArgumentException whose message says what is allowed
     */
    public static Duration parse(String text) {
        String stripped = text.strip();
        if (stripped.equals("0")) {
            return Duration.ZERO;
        }
        if (!WHOLE.matcher(stripped).matches()) {
            throw new IllegalArgumentException(
                    "a duration is numbers with us, ms, s, m, h, d or w, such as 250ms, 30s or 1h30m");
        }
        Duration sum = Duration.ZERO;
        Matcher part = PART.matcher(stripped);
        while (part.find()) {
            if (part.group(1).length() > DIGITS) {
                throw new IllegalArgumentException(TOO_LARGE);
            }
            long n = Long.parseLong(part.group(1));
            sum = sum.plus(
                    switch (part.group(2)) {
                        case "us" -> Duration.ofNanos(n * 1000);
                        case "ms" -> Duration.ofMillis(n);
                        case "s" -> Duration.ofSeconds(n);
                        case "m" -> Duration.ofMinutes(n);
                        case "h" -> Duration.ofHours(n);
                        case "d" -> Duration.ofDays(n);
                        default -> Duration.ofDays(7 * n); // w: the pattern allows no other
                    });
        }
        if (sum.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(TOO_LARGE);
        }
        return sum;
    }

    /** The form {@link #parse} reads back, to the microsecond. */
    public static String format(Duration d) {
        if (d.isZero()) {
            return "0s";
        }
        var text = new StringBuilder();
        append(text, d.toDays(), "d");
        append(text, d.toHoursPart(), "h");
        append(text, d.toMinutesPart(), "m");
        append(text, d.toSecondsPart(), "s");
        append(text, d.toMillisPart(), "ms");
        append(text, d.toNanosPart() / 1000 % 1000, "us");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static void append(StringBuilder text, long n, String unit) {
        if (n != 0) {
            text.append(n).append(unit);
        }
    }
}
