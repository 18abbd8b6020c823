package dev.holdfast.unit;

import java.math.BigDecimal;

/**
 * A share of a whole.
 *
 * @param percent 0 or more, 100 being the whole
 */
public record Percent(BigDecimal percent) {
    /**
     * Reads {@code 90%} or {@code 12.5%}.
     *
     * @throws IllegalArgumentException whose message says what is allowed
     */
    public static Percent parse(String text) {
        String t = text.strip();
        if (!t.matches("\\d{1,6}(\\.\\d{1,3})?%")) {
            throw new IllegalArgumentException("a percentage is a number and %, such as 90%");
        }
        return new Percent(new BigDecimal(t.substring(0, t.length() - 1)));
    }

    /** 1 for the whole. */
    public double share() {
        return percent.doubleValue() / 100;
    }

    @Override
    public String toString() {
        return percent.toPlainString() + "%";
    }
}
