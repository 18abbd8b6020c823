package dev.holdfast.alert;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a value went, for a small chart.
 *
 * @param name of the value
 * @param unit such as {@code %} or {@code MiB}; may be empty
 * @param step from one value to the next
 * @param values oldest first; NaN: unknown; of more than {@link #MOST} the last are kept
 * @param limit drawn as a line; null: none
 */
public record Series(
        String name,
        String unit,
        Duration step,
        List<Double> values,
        @Nullable Double limit) {
    public static final int MOST = 120;

    public Series {
        values = List.copyOf(values.subList(Math.max(0, values.size() - MOST), values.size()));
    }

    public static Series of(String name, String unit, Duration step, @Nullable Double limit, double... values) {
        return new Series(name, unit, step, Arrays.stream(values).boxed().toList(), limit);
    }
}
