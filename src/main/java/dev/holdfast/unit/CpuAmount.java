package dev.holdfast.unit;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * A share of processors: 1 is one core's whole time.
 *
 * @param millicores thousandths of a core, above 0
 */
public record CpuAmount(int millicores) implements Comparable<CpuAmount> {
    private static final Pattern CORES = Pattern.compile("\\d{1,5}(?:\\.\\d{1,3})?");
    private static final Pattern MILLICORES = Pattern.compile("\\d{1,8}m");

    public CpuAmount {
        if (millicores <= 0) {
            throw new IllegalArgumentException("a CPU amount is above 0");
        }
    }

    /**
     * Reads {@code 0.5}, {@code 2} or {@code 500m}.
     *
     * @throws IllegalArgumentException whose message says what is allowed
     */
    public static CpuAmount parse(String text) {
        String t = text.strip();
        if (MILLICORES.matcher(t).matches()) {
            return new CpuAmount(Integer.parseInt(t.substring(0, t.length() - 1)));
        }
        if (!CORES.matcher(t).matches()) {
            throw new IllegalArgumentException("a CPU amount is cores, such as 0.5 or 2, or thousandths, such as 500m");
        }
        return new CpuAmount(new BigDecimal(t).movePointRight(3).intValueExact());
    }

    @Override
    public int compareTo(CpuAmount other) {
        return Integer.compare(millicores, other.millicores);
    }

    @Override
    public String toString() {
        return BigDecimal.valueOf(millicores, 3).stripTrailingZeros().toPlainString();
    }
}
