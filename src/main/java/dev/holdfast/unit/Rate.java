package dev.holdfast.unit;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * So often in so much time.
 *
 * @param times 1 or more
 * @param window above zero
 */
public record Rate(int times, Duration window) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}) +per +(\\S+)");

    /**
     * Reads {@code 5 per 1h}.
     *
     * @throws IllegalArgumentException whose message says what is allowed
     */
    public static Rate parse(String text) {
        Matcher m = FORM.matcher(text.strip());
        if (!m.matches() || Integer.parseInt(m.group(1)) == 0) {
            throw new IllegalArgumentException("a rate is a number per duration, such as 5 per 1h");
        }
        Duration window = Durations.parse(m.group(2));
        if (window.isZero()) {
            throw new IllegalArgumentException("a rate's duration is above zero");
        }
        return new Rate(Integer.parseInt(m.group(1)), window);
    }

    @Override
    public String toString() {
        return times + " per " + Durations.format(window);
    }
}
