package dev.holdfast.cron;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which days match: month, day of month and day of week together. */
final class Days {
    private final int months;
    private final int monthDays;
    private final int weekdays;
    private final List<DayRule> monthRules;
    private final List<DayRule> weekdayRules;
    private final boolean both;

    Days(FieldParser.Parsed day, int months, FieldParser.Parsed weekday) {
        this.months = months;
        this.monthDays = (int) day.bits();
        this.weekdays = (int) weekday.bits();
        this.monthRules = day.rules();
        this.weekdayRules = weekday.rules();
        this.both = day.star() || weekday.star();
    }

    boolean match(LocalDate date) {
        return (of(date.getYear(), date.getMonthValue()) & 1 << date.getDayOfMonth()) != 0;
    }

    /** The first day after {@code date}; null when none comes within so many years. */
    @Nullable
    LocalDate after(LocalDate date, int years) {
        int year = date.getYear();
        int month = date.getMonthValue();
        int from = date.getDayOfMonth() + 1;
        while (year <= date.getYear() + years) {
            int day = from > 31 ? -1 : bitFrom(Integer.toUnsignedLong(of(year, month)), from);
            if (day > 0) {
                return LocalDate.of(year, month, day);
            }
            from = 1;
            month++;
            if (month > 12) {
                month = 1;
                year++;
            }
        }
        return null;
    }

    /** The matching days of a month, as bits 1 to 31. */
    private int of(int year, int month) {
        if ((months & 1 << month) == 0) {
            return 0;
        }
        int length = YearMonth.of(year, month).lengthOfMonth();
        int first = LocalDate.of(year, month, 1).getDayOfWeek().getValue() % 7;
        int byDay = monthDays;
        for (DayRule rule : monthRules) {
            byDay |= rule.days(length, first);
        }
        int byWeekday = 0;
        for (int day = 1; day <= length; day++) {
            if ((weekdays & 1 << (first + day - 1) % 7) != 0) {
                byWeekday |= 1 << day;
            }
        }
        for (DayRule rule : weekdayRules) {
            byWeekday |= rule.days(length, first);
        }
        int all = length == 31 ? -2 : (1 << (length + 1)) - 2;
        return (both ? byDay & byWeekday : byDay | byWeekday) & all;
    }

    /** The lowest set bit that is {@code from} or above; -1 when there is none. */
    static int bitFrom(long bits, int from) {
        long left = from > 63 ? 0 : bits & -1L << from;
        return left == 0 ? -1 : Long.numberOfTrailingZeros(left);
    }
}
