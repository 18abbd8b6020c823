package dev.holdfast.cron;

/** Days that only the month at hand can name. Days are bits 1 to 31; Sunday is weekday 0. */
sealed interface DayRule {
    /**
     * @param length of the month in days
     * @param first weekday of its first day
     */
    int days(int length, int first);

    /** {@code L} and {@code L-3}: so many days before the last one. */
    record Last(int before) implements DayRule {
        @Override
        public int days(int length, int first) {
            return length > before ? 1 << (length - before) : 0;
        }
    }

    /** {@code LW}: the last of Monday to Friday. */
    record LastWorkday() implements DayRule {
        @Override
        public int days(int length, int first) {
            return new NearestWorkday(length).days(length, first);
        }
    }

    /** {@code 15W}: of Monday to Friday the one nearest to that day, within the month. */
    record NearestWorkday(int day) implements DayRule {
        @Override
        public int days(int length, int first) {
            if (day > length) {
                return 0;
            }
            int nearest = switch (dayOfWeek(day, first)) {
                case 6 -> day > 1 ? day - 1 : day + 2;
                case 0 -> day < length ? day + 1 : day - 2;
                default -> day;
            };
            return 1 << nearest;
        }
    }

    /** {@code FRI#2}: the second of them in the month; a fifth need not be. */
    record Nth(int weekday, int n) implements DayRule {
        @Override
        public int days(int length, int first) {
            int day = 1 + Math.floorMod(weekday - first, 7) + 7 * (n - 1);
            return day <= length ? 1 << day : 0;
        }
    }

    /** {@code FRIL}: the last of them in the month. */
    record LastWeekday(int weekday) implements DayRule {
        @Override
        public int days(int length, int first) {
            int last = dayOfWeek(length, first);
            return 1 << (length - Math.floorMod(last - weekday, 7));
        }
    }

    private static int dayOfWeek(int day, int first) {
        return (first + day - 1) % 7;
    }
}
