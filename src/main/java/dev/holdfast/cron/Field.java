package dev.holdfast.cron;

import java.util.List;

/** The fields of an expression, in the order in which they are written when all six are. */
enum Field {
    SECOND("second", 0, 59, ""),
    MINUTE("minute", 0, 59, ""),
    HOUR("hour", 0, 23, ""),
    DAY("day of month", 1, 31, ""),
    MONTH("month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"),
    WEEKDAY("day of week", 0, 7, "sun mon tue wed thu fri sat");

    final String label;
    final int least;
    final int most;
    private final String names;

    Field(String label, int least, int most, String names) {
        this.label = label;
        this.least = least;
        this.most = most;
        this.names = names;
    }

    /** What {@code *} spans: Sunday counts once. */
    int last() {
        return this == WEEKDAY ? 6 : most;
    }

    /** The first stands for {@link #least}; empty when there are none. */
    List<String> names() {
        return names.isEmpty() ? List.of() : List.of(names.split(" ", -1));
    }
}
