package dev.holdfast.cron;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads one field: lists of values, ranges, steps, names, and the rules that only days have. */
final class FieldParser {
    /**
     * @param bits the values; of weekdays 0 to 6
     * @param star whether it begins with {@code *}, which in Vixie cron changes more than the values
     */
    record Parsed(long bits, boolean star, List<DayRule> rules) {}

    private final Field field;
    private final String text;
    private final int offset;
    private final List<DayRule> rules = new ArrayList<>();
    private int at;
    private long bits;

    /** @param offset of the field within the expression, from 0 */
    FieldParser(Field field, String text, int offset) {
        this.field = field;
        this.text = text.toLowerCase(Locale.ROOT);
        this.offset = offset;
    }

    Parsed parse() {
        while (true) {
            item();
            if (at == text.length()) {
                return new Parsed(bits, text.startsWith("*"), List.copyOf(rules));
            }
            expect(',');
        }
    }

    private void item() {
        int start = at;
        if (next() == '*') {
            at++;
            values(field.least, field.last(), step(field.last() - field.least + 1));
            return;
        }
        if (next() == '?') {
            throw wrong("? is Quartz's; write *");
        }
        if (rule()) {
            return;
        }
        int from = value();
        if (next() != '-') {
            if (next() == '/') {
                throw wrong("a step needs a range, such as " + written(from) + "-" + field.last() + "/"
                        + text.substring(at + 1) + "; Vixie cron would take this for " + written(from) + " alone");
            }
            values(from, from, 1);
            return;
        }
        at++;
        int end = at;
        int to = value();
        if (field == Field.WEEKDAY && to == 0 && from > 0) {
            to = 7; // SAT-SUN
        }
        if (to < from) {
            at = end;
            throw wrong("the range " + text.substring(start, end) + to + " runs backwards; write "
                    + text.substring(start, end) + field.last() + "," + field.least + "-" + to);
        }
        values(from, to, step(to - from + 1));
    }

    /** L, W and #. */
    private boolean rule() {
        int start = at;
        if (next() == 'l') {
            at++;
            rules.add(last(start));
            return true;
        }
        if (field != Field.DAY && field != Field.WEEKDAY) {
            return false;
        }
        Integer value = tried();
        char mark = next();
        boolean known = value != null && (field == Field.DAY ? mark == 'w' : mark == 'l' || mark == '#');
        if (value == null || !known) {
            at = start;
            return false;
        }
        at++;
        if (mark == 'w') {
            rules.add(new DayRule.NearestWorkday(value));
        } else if (mark == 'l') {
            rules.add(new DayRule.LastWeekday(value % 7));
        } else {
            int n = number("which of the month it is, 1 to 5", 1, 5);
            rules.add(new DayRule.Nth(value % 7, n));
        }
        return true;
    }

    private DayRule last(int start) {
        if (field == Field.WEEKDAY) {
            at = start;
            throw wrong("which day's last one? write such as FRIL or 5L");
        }
        if (field != Field.DAY) {
            at = start;
            throw wrong("L counts in the days only");
        }
        if (next() == 'w') {
            at++;
            return new DayRule.LastWorkday();
        }
        if (next() == '-') {
            at++;
            return new DayRule.Last(number("how many days before the last one, 1 to 30", 1, 30));
        }
        return new DayRule.Last(0);
    }

    private int step(int values) {
        if (next() != '/') {
            return 1;
        }
        at++;
        return number("a step, 1 to " + values, 1, values);
    }

    private @Nullable Integer tried() {
        int start = at;
        try {
            return value();
        } catch (CronSyntaxException e) {
            at = start;
            return null; // what it is instead, item() tells
        }
    }

    private int value() {
        int start = at;
        if (Character.isLetter(next())) {
            while (Character.isLetter(next()) && at - start < 3) {
                at++;
            }
            int index = field.names().indexOf(text.substring(start, at));
            if (index < 0) {
                while (Character.isLetter(next())) {
                    at++;
                }
                String word = text.substring(start, at);
                at = start;
                throw wrong("\"" + word + "\" is no " + field.label + "; " + allowed());
            }
            return field.least + index;
        }
        return number(allowed(), field.least, field.most);
    }

    private int number(String what, int least, int most) {
        int start = at;
        while (Character.digit(next(), 10) >= 0 && next() < 128) {
            at++;
        }
        String digits = text.substring(start, at);
        int n = digits.isEmpty() || digits.length() > 4 ? -1 : Integer.parseInt(digits);
        if (n < least || n > most) {
            at = start;
            String seen = digits.isEmpty() ? (start == text.length() ? "the end" : "\"" + next() + "\"") : digits;
            throw wrong(seen + " where " + what + " is expected");
        }
        return n;
    }

    private String allowed() {
        String numbers = "a " + field.label + ", " + field.least + " to " + field.most;
        return field.names().isEmpty()
                ? numbers
                : numbers + " or " + field.names().getFirst().toUpperCase(Locale.ROOT) + " to "
                        + field.names().getLast().toUpperCase(Locale.ROOT);
    }

    private void values(int from, int to, int step) {
        for (int v = from; v <= to; v += step) {
            bits |= 1L << (field == Field.WEEKDAY ? v % 7 : v);
        }
    }

    private static String written(int value) {
        return Integer.toString(value);
    }

    private void expect(char c) {
        if (next() != c) {
            throw wrong("\"" + next() + "\" is not expected in the " + field.label
                    + "; a list has commas, a range -, a step /");
        }
        at++;
    }

    /** The character at hand; NUL at the end, which no field may hold. */
    private char next() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private CronSyntaxException wrong(String message) {
        return new CronSyntaxException(offset + at + 1, message);
    }
}
