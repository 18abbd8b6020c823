package dev.holdfast.cron;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cron expression: minute, hour, day of month, month, day of week, with the second before them when there are six
 * fields, as crontab(5) of Vixie cron has them, and {@code L}, {@code LW}, {@code 15W}, {@code FRIL}, {@code FRI#2}.
 * {@code @hourly} and the like stand for five fields. Immutable.
 *
 * <p><b>Two fields for the day.</b> As in Vixie cron: when neither day of month nor day of week begins with {@code *},
 * a day matches that either of them names; else it must match both. So {@code 0 4 1,15 * FRI} is due on the 1st, the
 * 15th and on every Friday, but {@code 0 4 *}{@code /2 * FRI} only on Fridays with an odd number.
 *
 * <p><b>When clocks change.</b> As in Vixie cron: an expression whose second, minute or hour begins with {@code *}
 * follows the running clock, so it is due in both passes of a repeated hour, and not in an hour that does not exist. All
 * others are due at fixed times: those that a gap skips are due together, once, at the end of the gap; those of a
 * repeated hour only in its first pass.
 */
public final class CronExpression {
    private static final Map<String, String> NICKNAMES = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");

    /** The Gregorian calendar repeats after 400 years; the rarest days, such as a Sunday 29 February, after 40. */
    private static final int HORIZON_YEARS = 100;

    private final String written;
    private final long seconds;
    private final long minutes;
    private final int hours;
    private final Days days;
    private final boolean running;

    private CronExpression(String written, List<FieldParser.Parsed> fields) {
        this.written = written;
        this.seconds = fields.get(0).bits();
        this.minutes = fields.get(1).bits();
        this.hours = (int) fields.get(2).bits();
        this.days = new Days(fields.get(3), (int) fields.get(4).bits(), fields.get(5));
        this.running =
                fields.get(0).star() || fields.get(1).star() || fields.get(2).star();
    }

    /**
     * @throws CronSyntaxException when it cannot be read, or names days that no calendar has, such as 31 February
     */
    public static CronExpression parse(String text) {
        String trimmed = text.strip();
        int start = trimmed.isEmpty() ? 0 : text.indexOf(trimmed);
        if (trimmed.startsWith("@")) {
            String meant = NICKNAMES.get(trimmed.toLowerCase(Locale.ROOT));
            if (meant == null) {
                throw new CronSyntaxException(
                        start + 1,
                        "\"" + trimmed + "\" is none of @hourly, @daily, @midnight, @weekly, @monthly, @yearly,"
                                + " @annually, @reboot" + (trimmed.startsWith("@every") ? "; write every: 90s" : ""));
            }
            return new CronExpression(trimmed, fields(meant, 0));
        }
        var expression = new CronExpression(trimmed, fields(trimmed, start));
        if (expression.onOrAfter(LocalDateTime.of(2000, 1, 1, 0, 0)) == null) {
            throw new CronSyntaxException(start + 1, "no such day ever comes: no year has this day in these months");
        }
        return expression;
    }

    private static List<FieldParser.Parsed> fields(String text, int offset) {
        var parts = new ArrayList<String>();
        var starts = new ArrayList<Integer>();
        int at = 0;
        while (at < text.length()) {
            int end = at;
            while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            if (end > at) {
                parts.add(text.substring(at, end));
                starts.add(offset + at);
            }
            at = end + 1;
        }
        if (parts.size() != 5 && parts.size() != 6) {
            throw new CronSyntaxException(
                    parts.size() > 6 ? starts.get(6) + 1 : offset + text.length() + 1,
                    "five fields are expected, minute hour day month weekday, or six with the second first; there are "
                            + parts.size());
        }
        Field[] all = Field.values();
        var parsed = new ArrayList<FieldParser.Parsed>();
        int shift = all.length - parts.size();
        if (shift == 1) {
            parsed.add(new FieldParser.Parsed(1, false, List.of()));
        }
        for (int i = 0; i < parts.size(); i++) {
            parsed.add(new FieldParser(all[i + shift], parts.get(i), starts.get(i)).parse());
        }
        return parsed;
    }

    /** Whether it follows the running clock, rather than being due at fixed times; see above. */
    public boolean followsTheClock() {
        return running;
    }

    /**
     * The first due time after {@code after}, to the second.
     *
     * @return null when there is none within the next hundred years
     */
    public @Nullable Instant next(Instant after, ZoneId zone) {
        return running ? nextRunning(after, zone.getRules()) : nextFixed(after, zone.getRules());
    }

    private @Nullable Instant nextFixed(Instant after, ZoneRules rules) {
        LocalDateTime from = LocalDateTime.ofEpochSecond(after.getEpochSecond(), 0, rules.getOffset(after));
        LocalDateTime due = onOrAfter(from.plusSeconds(1));
        while (due != null) {
            Instant at = first(due, rules);
            if (at.isAfter(after)) {
                return at;
            }
            due = onOrAfter(due.plusSeconds(1)); // it had its turn in the first pass of a repeated hour
        }
        return null;
    }

    /** The end of the gap for a time inside one; the first pass for a repeated one. */
    private static Instant first(LocalDateTime local, ZoneRules rules) {
        List<ZoneOffset> valid = rules.getValidOffsets(local);
        if (!valid.isEmpty()) {
            return local.toInstant(valid.getFirst());
        }
        return rules.getTransition(local).getInstant();
    }

    private @Nullable Instant nextRunning(Instant after, ZoneRules rules) {
        Instant from = Instant.ofEpochSecond(after.getEpochSecond() + 1);
        while (true) {
            ZoneOffset offset = rules.getOffset(from);
            LocalDateTime due = onOrAfter(LocalDateTime.ofEpochSecond(from.getEpochSecond(), 0, offset));
            if (due == null) {
                return null;
            }
            Instant at = due.toInstant(offset);
            ZoneOffsetTransition change = rules.nextTransition(from);
            if (change == null || at.isBefore(change.getInstant())) {
                return at;
            }
            from = change.getInstant(); // from here on the clock shows something else
        }
    }

    /** By the calendar alone, whatever the zone does. */
    private @Nullable LocalDateTime onOrAfter(LocalDateTime from) {
        LocalDate today = from.toLocalDate();
        if (days.match(today)) {
            int time = timeOnOrAfter(from.getHour(), from.getMinute(), from.getSecond());
            if (time >= 0) {
                return today.atStartOfDay().plusSeconds(time);
            }
        }
        LocalDate day = days.after(today, HORIZON_YEARS);
        return day == null ? null : day.atStartOfDay().plusSeconds(timeOnOrAfter(0, 0, 0));
    }

    /** Seconds since midnight; -1 when nothing is left of the day. */
    private int timeOnOrAfter(int hour, int minute, int second) {
        if ((hours & 1 << hour) != 0) {
            if ((minutes & 1L << minute) != 0) {
                int s = Days.bitFrom(seconds, second);
                if (s >= 0) {
                    return hour * 3600 + minute * 60 + s;
                }
            }
            int m = Days.bitFrom(minutes, minute + 1);
            if (m >= 0) {
                return hour * 3600 + m * 60 + Days.bitFrom(seconds, 0);
            }
        }
        int h = Days.bitFrom(hours, hour + 1);
        return h < 0 ? -1 : h * 3600 + Days.bitFrom(minutes, 0) * 60 + Days.bitFrom(seconds, 0);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CronExpression e && e.written.equals(written);
    }

    @Override
    public int hashCode() {
        return written.hashCode();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return written;
    }
}
