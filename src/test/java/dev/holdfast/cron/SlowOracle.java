package dev.holdfast.cron;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an expression means, by looking at every minute; it shares nothing with the code under test but java.time. It reads
 * sound expressions only. Good for zones whose offsets are whole minutes.
 */
final class SlowOracle {
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> WEEKDAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");

    private final String second;
    private final String minute;
    private final String hour;
    private final String day;
    private final String weekday;
    private final Set<Integer> seconds;
    private final Set<Integer> minutes;
    private final Set<Integer> hours;
    private final Set<Integer> months;
    private final ZoneId zone;
    private final Map<LocalDate, Boolean> answers = new HashMap<>();

    SlowOracle(String expression, ZoneId zone) {
        String[] f = (expression.split(" ", -1).length == 5 ? "0 " + expression : expression)
                .toLowerCase(Locale.ROOT)
                .split(" ", -1);
        second = f[0];
        minute = f[1];
        hour = f[2];
        day = f[3];
        weekday = f[5];
        seconds = numbers(second, 0, 59, List.of(), 0);
        minutes = numbers(minute, 0, 59, List.of(), 0);
        hours = numbers(hour, 0, 23, List.of(), 0);
        months = numbers(f[4], 1, 12, MONTHS, 1);
        this.zone = zone;
    }

    /** The first due time after {@code after} and before {@code limit}. */
    @Nullable
    Instant next(Instant after, Instant limit) {
        Instant at = Instant.ofEpochSecond(Math.floorDiv(after.getEpochSecond(), 60) * 60);
        while (at.isBefore(limit)) {
            Instant midnight = Instant.ofEpochSecond((Math.floorDiv(at.getEpochSecond(), 86_400) + 1) * 86_400);
            if (mayBeDueBefore(midnight, at)) {
                ZoneOffsetTransition change = zone.getRules().nextTransition(at.minusNanos(1));
                for (Instant minute = at; minute.isBefore(midnight); minute = minute.plusSeconds(60)) {
                    for (Instant due : dueIn(minute, change)) {
                        if (due.isAfter(after)) {
                            return due.isBefore(limit) ? due : null;
                        }
                    }
                    if (change != null && minute.equals(change.getInstant())) {
                        change = zone.getRules().nextTransition(minute);
                    }
                }
            }
            at = midnight;
        }
        return null;
    }

    /** Whether the rest of this day of UTC touches a local date that matches, or a gap. */
    private boolean mayBeDueBefore(Instant midnight, Instant at) {
        LocalDate last = midnight.atZone(zone).toLocalDate();
        for (LocalDate d = at.atZone(zone).toLocalDate(); !d.isAfter(last); d = d.plusDays(1)) {
            if (dateMatches(d)) {
                return true;
            }
        }
        return false;
    }

    private Set<Instant> dueIn(Instant minuteStart, @Nullable ZoneOffsetTransition change) {
        var due = new TreeSet<Instant>();
        boolean running = second.startsWith("*") || minute.startsWith("*") || hour.startsWith("*");
        if (!running && change != null && change.isGap() && change.getInstant().equals(minuteStart)) {
            LocalDateTime skipped = change.getDateTimeBefore();
            while (skipped.isBefore(change.getDateTimeAfter())) {
                if (matches(skipped)) {
                    due.add(minuteStart);
                }
                skipped = skipped.plusMinutes(1);
            }
        }
        ZonedDateTime local = minuteStart.atZone(zone);
        if (matches(local.toLocalDateTime())) {
            boolean again = !local.withEarlierOffsetAtOverlap().toInstant().equals(minuteStart);
            if (running || !again) {
                seconds.forEach(s -> due.add(minuteStart.plusSeconds(s)));
            }
        }
        return due;
    }

    private boolean matches(LocalDateTime t) {
        return minutes.contains(t.getMinute()) && hours.contains(t.getHour()) && dateMatches(t.toLocalDate());
    }

    private boolean dateMatches(LocalDate d) {
        return answers.computeIfAbsent(d, this::compute);
    }

    private boolean compute(LocalDate d) {
        if (!months.contains(d.getMonthValue())) {
            return false;
        }
        boolean byDay = Arrays.stream(day.split(",", -1)).anyMatch(item -> dayMatches(item, d));
        boolean byWeekday = Arrays.stream(weekday.split(",", -1)).anyMatch(item -> weekdayMatches(item, d));
        boolean both = day.startsWith("*") || weekday.startsWith("*");
        return both ? byDay && byWeekday : byDay || byWeekday;
    }

    private static boolean dayMatches(String item, LocalDate d) {
        LocalDate last = d.with(TemporalAdjusters.lastDayOfMonth());
        if (item.equals("lw")) {
            return d.equals(workdayNear(last));
        }
        if (item.startsWith("l")) {
            int before = item.length() > 1 ? Integer.parseInt(item.substring(2)) : 0;
            return d.getDayOfMonth() == last.getDayOfMonth() - before;
        }
        if (item.endsWith("w")) {
            int n = Integer.parseInt(item.substring(0, item.length() - 1));
            return n <= last.getDayOfMonth() && d.equals(workdayNear(d.withDayOfMonth(n)));
        }
        return numbers(item, 1, 31, List.of(), 0).contains(d.getDayOfMonth());
    }

    /** Of all workdays of the month the nearest. Saturday and Sunday have no two equally near ones. */
    private static LocalDate workdayNear(LocalDate d) {
        LocalDate best = d.withDayOfMonth(1);
        long distance = Long.MAX_VALUE;
        for (int n = 1; n <= d.lengthOfMonth(); n++) {
            LocalDate other = d.withDayOfMonth(n);
            boolean weekend = other.getDayOfWeek() == DayOfWeek.SATURDAY || other.getDayOfWeek() == DayOfWeek.SUNDAY;
            long off = Math.abs(
                    Duration.between(d.atStartOfDay(), other.atStartOfDay()).toDays());
            if (!weekend && off < distance) {
                best = other;
                distance = off;
            }
        }
        return best;
    }

    private static boolean weekdayMatches(String item, LocalDate d) {
        int today = d.getDayOfWeek().getValue() % 7;
        if (item.contains("#")) {
            String[] parts = item.split("#", -1);
            return today == one(parts[0], WEEKDAYS, 0) % 7 && (d.getDayOfMonth() + 6) / 7 == Integer.parseInt(parts[1]);
        }
        if (item.endsWith("l")) {
            return today == one(item.substring(0, item.length() - 1), WEEKDAYS, 0) % 7
                    && d.plusDays(7).getMonth() != d.getMonth();
        }
        Set<Integer> all = numbers(item, 0, 7, WEEKDAYS, 0);
        return item.startsWith("*")
                ? today % (item.contains("/") ? Integer.parseInt(item.substring(2)) : 1) == 0
                : all.contains(today) || (today == 0 && all.contains(7));
    }

    private static Set<Integer> numbers(String list, int least, int most, List<String> names, int first) {
        var all = new TreeSet<Integer>();
        for (String item : list.split(",", -1)) {
            String[] stepped = item.split("/", -1);
            int step = stepped.length > 1 ? Integer.parseInt(stepped[1]) : 1;
            String[] range = stepped[0].split("-", -1);
            int from = range[0].equals("*") ? least : one(range[0], names, first);
            int to = range[0].equals("*") ? most : range.length > 1 ? one(range[1], names, first) : from;
            for (int n = from; n <= to; n++) {
                if ((n - from) % step == 0) {
                    all.add(n);
                }
            }
        }
        return all;
    }

    private static int one(String text, List<String> names, int first) {
        int named = names.indexOf(text);
        return named < 0 ? Integer.parseInt(text) : named + first;
    }
}
