package dev.holdfast.unit;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of bytes. {@code Ki Mi Gi Ti} are powers of 1024, {@code K M G T} powers of 1000 (IEC 80000-13): told apart,
 * never guessed.
 *
 * @param bytes 0 or more
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,19}(?:\\.\\d{1,9})?) ?([KMGT]i?)?B?");
    private static final Map<String, Long> UNITS = Map.of(
            "", 1L,
            "K", 1_000L,
            "M", 1_000_000L,
            "G", 1_000_000_000L,
            "T", 1_000_000_000_000L,
            "Ki", 1L << 10,
            "Mi", 1L << 20,
            "Gi", 1L << 30,
            "Ti", 1L << 40);

    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size is not negative: " + bytes);
        }
    }

    /**
     * Reads {@code 512Mi}, {@code 1.5Gi}, {@code 10M} or plain bytes.
     *
     * @throws IllegalArgumentException whose message says what is allowed
     */
    public static ByteSize parse(String text) {
        Matcher m = FORM.matcher(text.strip());
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "a size is a number with Ki, Mi, Gi, Ti (powers of 1024) or K, M, G, T (powers of 1000)");
        }
        String unit = m.group(2) == null ? "" : m.group(2);
        BigDecimal bytes = new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(UNITS.getOrDefault(unit, 1L)));
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("a size is at most 8 EiB");
        }
        return new ByteSize(bytes.setScale(0, RoundingMode.HALF_UP).longValueExact());
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** The shortest exact form, which {@link #parse} reads back. */
    @Override
    public String toString() {
        for (int shift = 40; shift > 0; shift -= 10) {
            if (bytes != 0 && bytes % (1L << shift) == 0) {
                return (bytes >> shift) + String.valueOf("KMGT".charAt(shift / 10 - 1)) + "i";
            }
        }
        return Long.toString(bytes);
    }
}
