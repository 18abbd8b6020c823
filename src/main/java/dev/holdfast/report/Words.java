package dev.holdfast.report;

import dev.holdfast.unit.Human;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Amounts and times as the text and the page say them. */
final class Words {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEE d MMM uuuu", Locale.ENGLISH);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("EEE d MMM HH:mm", Locale.ENGLISH);

    private Words() {}

    static String kind(Facts.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** Two decimals, none in vain. */
    static String number(double v) {
        String s = String.format(Locale.ROOT, "%.2f", v);
        return s.endsWith("00") ? s.substring(0, s.length() - 3) : s.endsWith("0") ? s.substring(0, s.length() - 1) : s;
    }

    static String cores(@Nullable Double cores) {
        return cores == null ? Human.UNKNOWN : number(cores);
    }

    static String bytes(@Nullable Double bytes) {
        return bytes == null ? Human.UNKNOWN : Human.bytes((long) (double) bytes);
    }

    static String seconds(@Nullable Double seconds) {
        return seconds == null ? Human.UNKNOWN : Human.time(seconds);
    }

    static String hour(@Nullable Integer hour) {
        return hour == null ? Human.UNKNOWN : String.format(Locale.ROOT, "%02d:00", hour);
    }

    static String day(String iso, ZoneId zone) {
        return DAY.format(Instant.parse(iso).atZone(zone));
    }

    static String time(String iso, ZoneId zone) {
        return TIME.format(Instant.parse(iso).atZone(zone));
    }

    /** {@code 1 kill}, {@code 3 kills}. */
    static String many(long n, String one, String more) {
        return n + " " + (n == 1 ? one : more);
    }

    static String chance(double chance) {
        return chance < 1e-6 ? "under 0.0001%" : String.format(Locale.ROOT, "%.4f%%", chance * 100);
    }
}
