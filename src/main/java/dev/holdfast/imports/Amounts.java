package dev.holdfast.imports;

import dev.holdfast.unit.ByteSize;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sizes, times and restarts as others write them, as the configuration does. */
final class Amounts {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?)\\s*([kmgt]?)i?b?");
    private static final Pattern PART = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?)(ns|us|µs|ms|s|m|h|d|w)");
    /** A hundred years of nanoseconds, which is what a duration of the configuration may be. */
    private static final BigDecimal LONGEST =
            BigDecimal.valueOf(36_500L * 86_400).movePointRight(9);

    /** A limit of restarts; more is as good as none. */
    static final int MOST_RESTARTS = 100_000;

    private static final int RECYCLED_AT_PERCENT = 80;

    private Amounts() {}

    /** {@code 50MB}, {@code 512m}, {@code 1.5Gi}, plain bytes, all as powers of 1024; null: it is none, or 0. */
    static @Nullable Long bytes(String text) {
        Matcher m = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!m.matches()) {
            return null;
        }
        int power = "kmgt".indexOf(m.group(2)) + 1;
        BigDecimal bytes = new BigDecimal(m.group(1))
                .multiply(BigDecimal.valueOf(1L << (m.group(2).isEmpty() ? 0 : 10 * power)));
        return bytes.signum() == 0 || bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                ? null
                : bytes.setScale(0, RoundingMode.CEILING).longValueExact();
    }

    static String size(long bytes) {
        return new ByteSize(bytes).toString();
    }

    /** Durations of Go, such as {@code 1m30s} and {@code 1.5h}; null: it is none, or too long. */
    static @Nullable String duration(String text) {
        String all = text.strip();
        Matcher m = PART.matcher(all);
        BigDecimal sum = BigDecimal.ZERO;
        int at = 0;
        while (m.find() && m.start() == at) {
            sum = sum.add(new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(nanos(m.group(2)))));
            at = m.end();
        }
        if (sum.compareTo(LONGEST) > 0) {
            return null;
        }
        return at == all.length() && at > 0 ? millis(sum.movePointLeft(6)) : all.equals("0") ? "0s" : null;
    }

    private static long nanos(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "µs" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            case "d" -> 86_400_000_000_000L;
            default -> 604_800_000_000_000L;
        };
    }

    /** Milliseconds as a duration. */
    static String millis(BigDecimal millis) {
        long whole = millis.setScale(0, RoundingMode.CEILING).longValue();
        if (whole % 1000 != 0) {
            return whole + "ms";
        }
        return seconds(whole / 1000);
    }

    static String seconds(long seconds) {
        return seconds >= 60 && seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }

    /**
     * A limit of restarts in a row, as a limit within the time that so many take here: delays from 1 s on that double up
     * to a minute, with their spread, and what each run may last.
     *
     * @param lasting seconds, that a run may last and still counts as failed
     */
    static void giveUpAfter(Entry entry, int restarts, long lasting) {
        double delays = 0;
        for (int i = 0; i < restarts && i < 1_000; i++) {
            delays += Math.min(60, Math.pow(2, Math.min(i, 6)));
        }
        long window = (long) Math.ceil(delays * 1.1 + (restarts + 1.0) * Math.max(1, lasting));
        entry.put("restart.limit", restarts).put("restart.window", seconds(Math.min(window, 31_536_000)));
    }

    /** The program is asked to end and started anew at so much memory; a quarter more is its limit. */
    static void recycledAt(Entry entry, long bytes) {
        long limit = Math.ceilDiv(Math.min(bytes, Long.MAX_VALUE / 128) * 100, RECYCLED_AT_PERCENT);
        entry.put("resources.limits.memory", size(limit)).put("memory_watch.recycle", RECYCLED_AT_PERCENT + "%");
    }
}
