package dev.holdfast.unit;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Amounts as people read them: few digits, a unit always. Unknown is {@code -}, never 0. */
public final class Human {
    public static final String UNKNOWN = "-";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private Human() {}

    /** The two largest units: {@code 45s}, {@code 3m12s}, {@code 1d2h}. */
    public static String time(long seconds) {
        Duration d = Duration.ofSeconds(Math.max(0, seconds));
        if (d.toDays() > 0) {
            return two(d.toDays(), "d", d.toHoursPart(), "h");
        }
        if (d.toHours() > 0) {
            return two(d.toHours(), "h", d.toMinutesPart(), "m");
        }
        return d.toMinutes() > 0 ? two(d.toMinutes(), "m", d.toSecondsPart(), "s") : d.toSeconds() + "s";
    }

    /** As {@link #time}, with tenths where they say something: below ten seconds. */
    public static String time(double seconds) {
        return seconds < 10 ? String.format(Locale.ROOT, "%.1fs", Math.max(0, seconds)) : time(Math.round(seconds));
    }

    /** In powers of 1024: {@code 512}, {@code 12.3Mi}. */
    public static String bytes(@Nullable Long bytes) {
        if (bytes == null) {
            return UNKNOWN;
        }
        if (bytes < 1024) {
            return bytes + "";
        }
        double n = bytes;
        int unit = -1;
        while (n >= 1023.95 && unit < 4) {
            n /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f%ci", n, "KMGTP".charAt(unit));
    }

    /** @param percent of one core */
    public static String percent(@Nullable Double percent) {
        return percent == null ? UNKNOWN : String.format(Locale.ROOT, "%.1f%%", percent);
    }

    /** Local time to the second; text that is no ISO 8601 as it is. */
    public static String at(String iso, ZoneId zone) {
        Instant at = instant(iso);
        return at == null ? iso : TIME.format(at.atZone(zone));
    }

    /** {@code 8m1s ago}; empty for text that is no ISO 8601. */
    public static String ago(String iso, Instant now) {
        Instant at = instant(iso);
        return at == null ? "" : time(Duration.between(at, now).toSeconds()) + " ago";
    }

    private static @Nullable Instant instant(String iso) {
        try {
            return Instant.parse(iso);
        } catch (java.time.DateTimeException notOurs) {
            return null;
        }
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return large + largeUnit + (small == 0 ? "" : small + smallUnit);
    }
}
