package dev.holdfast.cron;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Sound expressions of every kind; the usual ones more often. */
record RandomExpressions(RandomGenerator random) {
    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "Mar", "apr", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> WEEKDAYS = List.of("SUN", "MON", "TUE", "wed", "THU", "Fri", "SAT");

    /** Fields of numbers, names, ranges, steps and lists only, of which one day field is a star. */
    String plain() {
        boolean byDay = random.nextBoolean();
        return String.join(
                " ",
                list(0, 59),
                list(0, 23),
                byDay ? list(1, 28) : "*",
                chance(3) ? list(1, 12) : "*",
                byDay ? "*" : list(0, 6));
    }

    String any() {
        String five = String.join(
                " ",
                list(0, 59),
                chance(2) ? Integer.toString(random.nextInt(5)) : list(0, 23),
                chance(2) ? "*" : day(),
                chance(3) ? month() : "*",
                chance(2) ? "*" : weekday());
        return chance(10) ? list(0, 59) + " " + five : five;
    }

    private String day() {
        return switch (random.nextInt(6)) {
            case 0 -> "L" + (chance(2) ? "-" + random.nextInt(1, 20) : "");
            case 1 -> "LW";
            case 2 -> random.nextInt(1, 32) + "W";
            case 3 -> random.nextInt(1, 15) + ",L";
            default -> list(1, 28);
        };
    }

    private String month() {
        return chance(2) ? list(1, 12) : MONTHS.get(random.nextInt(12));
    }

    private String weekday() {
        String name = chance(2) ? WEEKDAYS.get(random.nextInt(7)) : Integer.toString(random.nextInt(8));
        return switch (random.nextInt(6)) {
            case 0 -> name + "L";
            case 1 -> name + "#" + random.nextInt(1, 6);
            case 2 -> name;
            case 3 -> "MON-FRI";
            case 4 -> "*/" + random.nextInt(1, 7);
            default -> list(0, 7);
        };
    }

    private String list(int least, int most) {
        if (chance(4)) {
            return "*";
        }
        if (chance(5)) {
            return "*/" + random.nextInt(1, most - least + 1);
        }
        return IntStream.range(0, chance(3) ? 3 : 1)
                .mapToObj(i -> item(least, most))
                .collect(Collectors.joining(","));
    }

    private String item(int least, int most) {
        int from = random.nextInt(least, most + 1);
        if (chance(2)) {
            return Integer.toString(from);
        }
        int to = random.nextInt(from, most + 1);
        return from + "-" + to + (chance(3) ? "/" + random.nextInt(1, to - from + 2) : "");
    }

    private boolean chance(int one) {
        return random.nextInt(one) == 0;
    }
}
